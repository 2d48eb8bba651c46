from widgets_lib.widgets.ladder.ladder import MatmulLadder
from widgets_lib.widgets.ladder.learner_rungs import forget, rung

__all__ = ["MatmulLadder", "forget", "rung"]
