"""One digit through the run."""
