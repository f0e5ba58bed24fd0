"""What mnist-tui promises, each promise as a test."""
