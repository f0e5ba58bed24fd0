"""How the mathematics is made fast."""
