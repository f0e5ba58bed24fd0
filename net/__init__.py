"""The network and how it learns, in NumPy alone. Begin with network.py, then trainer.py."""
