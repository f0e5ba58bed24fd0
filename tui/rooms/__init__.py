"""Views of the whole screen into the network: its mathematics, mistakes, weights, your drawing."""
