"""What a person sees and types; the only wing that knows the other two. Begin with app.py."""
