"""Inspection: what a network has learnt, and each number of a single training step."""
