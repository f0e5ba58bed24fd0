"""What the keys of the main screen do, one file a topic."""
