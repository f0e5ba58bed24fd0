"""The sweep room: many runs at a glance, as a heat map or as curves."""
