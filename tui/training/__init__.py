"""The training thread and what it hands to others."""
