"""Every number of one update."""
