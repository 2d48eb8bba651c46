from widgets_lib.widgets.ladder.ladder import MatmulLadder, rung

__all__ = ["MatmulLadder", "rung"]
