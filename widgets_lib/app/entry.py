"""Where Voila enters this package. Importing it has effects, on purpose.

A JSON configuration can name classes but call nothing. Voila resolves the class named in
`VoilaConfiguration.multi_kernel_manager_class` after it has read `voila.json` and before it looks for
templates or sets up routes (so does its Jupyter Server extension, which Binder uses), so this import is
the one moment at which the rest can be put in place.
"""

from traitlets.config import Application
from voila.app import Voila

from widgets_lib.app import patches, preflight, templates
from widgets_lib.app.kernel_manager import LessonKernelManager
from widgets_lib.app.writable_dirs import ensure_writable_dirs

__all__ = ["LessonKernelManager"]

ensure_writable_dirs()
templates.add_search_path()
try:
    patches.apply_all()
except patches.PatchError as error:
    if Application.initialized() and isinstance(Application.instance(), Voila):
        raise SystemExit(str(error)) from None
    raise  # a Jupyter server logs it and goes on without Voila
templates.scripts()  # reads files, which the first page need not wait for
preflight.shared()
