"""The network and its training, in NumPy alone. Begin with network.py, then trainer.py."""
