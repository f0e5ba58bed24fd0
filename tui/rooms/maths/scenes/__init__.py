"""What each stage shows."""
