"""What a machine could do at best, measured: its roofline, and where a product lies under it."""

from .machines import Machine, Roof, known, machine, recall
from .points import Limit, Point, limit, locate, point

__all__ = ["Limit", "Machine", "Point", "Roof", "known", "limit", "locate", "machine", "point", "recall"]
