"""One widget a file; what each draws is a function that needs no app."""
