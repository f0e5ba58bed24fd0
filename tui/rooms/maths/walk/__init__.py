"""The stages of an update and the path followed, without a screen."""
