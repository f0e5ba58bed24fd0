"""The user interface; the only wing that knows the other two. Begin with app.py."""
