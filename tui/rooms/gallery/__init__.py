"""Rooms of tiles."""
