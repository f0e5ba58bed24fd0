"""The network as a picture: digit, hidden units, answers, and the connections between them."""
