"""Sweeps: many runs over ranges of hyperparameters, on this machine or on a Dask cluster."""
