"""What each unit looks for and votes for."""
