"""The body of each stage."""
