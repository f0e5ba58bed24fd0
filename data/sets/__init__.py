"""Combining several files into one set: parts, classes, names."""
