"""The main screen and the actions of its keys, one file a topic."""
