"""The record of a run: metrics, weights along the way, diagnosis, and the saved file."""
