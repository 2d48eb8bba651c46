"""The files of all widgets' views, sent to a page once and not with every widget."""

from typing import Any

import ipywidgets
import traitlets

from widgets_lib.widgets._page_proof import refuse_state


class Assets(ipywidgets.Widget):
    """A model without a view: shared/mount.js finds in it the modules and stylesheets of the widgets on the page."""

    files = traitlets.Dict(help="Name -> text, see _bundle.py; a name changes with its text.").tag(sync=True)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """A page only reads them."""
        refuse_state(self, sync_data)

    def add(self, files: dict[str, str]) -> None:
        """Send the files that are not there yet."""
        if not files.keys() <= self.files.keys():
            self.files = {**self.files, **files}


_assets: Assets | None = None


def shared_assets() -> Assets:
    """The one Assets of this kernel; a new one where it was closed, as `Widget.close_all()` does."""
    global _assets
    if _assets is None or _assets.comm is None:
        _assets = Assets()
    return _assets
