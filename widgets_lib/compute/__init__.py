"""What is computed: plain functions and frozen dataclasses. No Jupyter, no widgets, no printing."""
