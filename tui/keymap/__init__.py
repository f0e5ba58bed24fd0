"""The table of keys and the words of help."""
