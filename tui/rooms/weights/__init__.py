"""Weights of hidden units, and their contributions to logits."""
