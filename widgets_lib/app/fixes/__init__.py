"""Faults of Voila and Jupyter that are mended here until upstream does; `patches.py` lists them."""
