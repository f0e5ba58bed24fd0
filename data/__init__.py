"""Where images and labels come from: turns any source into one Dataset. Begin with dataset.py."""
