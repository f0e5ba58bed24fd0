"""Networks from elsewhere: each format read into one description, and that into a network here."""
