"""What the program must stand: `python -m tests.manual.torture.NAME`."""
