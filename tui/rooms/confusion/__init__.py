"""Who is taken for whom."""
