"""The key tables, the help texts and the command palette."""
