"""A second process that computes half of each mini-batch and of each update of the weights."""
