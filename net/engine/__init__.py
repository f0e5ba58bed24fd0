"""Fast gradients and scores over many samples: batches, blocks of pixels, threads."""
