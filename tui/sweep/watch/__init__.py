"""Watching a sweep: what is known of it so far, for screens and pictures."""
