"""Lessons: files, conditions, and what plays them; no screen."""
