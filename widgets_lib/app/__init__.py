"""How the lessons are served: Voila's configuration, page template and kernel limits.

`voila.json` names the classes of this package that Voila is to use; `patches.py` lists what no setting can reach.
Nothing here depends on a particular lesson or widget.
"""
