"""Where Voila enters this package. Importing it has effects, on purpose.

A JSON configuration can name classes but call nothing. Voila resolves the class named in
`VoilaConfiguration.multi_kernel_manager_class` after it has read `voila.json` and before it looks for
templates or sets up routes (so does its Jupyter Server extension, which Binder uses), so this import is
the one moment at which the rest can be put in place.
"""

from widgets_lib.app import callbacks, cells, guard, health, lost_wakeup, page, pool, read_only, tab_close
from widgets_lib.app.kernels import LessonKernelManager

__all__ = ["LessonKernelManager"]

read_only.provide()
lost_wakeup.cure()
tab_close.cure()
cells.install()
callbacks.install()
pool.install()
page.install()
health.install()
guard.install()  # last: it looks at everybody's routes
