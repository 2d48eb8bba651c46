"""How the lessons are served: Voila's configuration, page template, kernel limits.

`voila.json` names `widgets_lib.app.entry.LessonKernelManager`; that is the only thread between Voila and this package.
Nothing here knows a lesson or a widget.
"""
