"""Tables: a row an image."""
