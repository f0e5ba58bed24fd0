"""One widget a file; each draws with functions that need no app."""
