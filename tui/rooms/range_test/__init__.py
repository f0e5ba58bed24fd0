"""Find alpha: the loss while alpha rises, on a copy of the run."""
