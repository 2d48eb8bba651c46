"""What is shown: one widget is one triple of the same stem (`strides.py`, `strides.js`, `strides.css`)."""
