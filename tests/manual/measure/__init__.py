"""Measurements: `python -m tests.manual.measure.NAME`."""
