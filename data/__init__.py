"""Loads images and labels from any source as one Dataset. Begin with dataset.py."""
