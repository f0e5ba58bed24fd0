"""Datasets as the app needs them."""
