"""The same as `widgets_lib.compute.matmul.loops`, under the name that it had first."""

from widgets_lib.compute.matmul.loops import LARGEST, START, STRATEGIES, Moment, Strategy, Terms, example, terms

__all__ = ["LARGEST", "START", "STRATEGIES", "Moment", "Strategy", "Terms", "example", "terms"]
