"""The terminal: driver, capabilities, shutdown."""
