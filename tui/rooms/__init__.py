"""Full-screen views of the network: its mathematics, mistakes, weights, and your drawing."""
