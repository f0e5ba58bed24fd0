"""What makes several files one set: parts, classes, names."""
