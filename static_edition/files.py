"""The files that pages share, each under a name that tells its contents, so that a browser may keep it for ever."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath

_IMPORTED = re.compile(r'"#([^"#]+)#"')
_SOURCE_URL = re.compile(r"\n//# sourceURL=.*\n?$")


class Site:
    """The folder that is being written. Addresses are relative to it, with `/`, as a page in it names them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._views: dict[str, str] = {}  # name in a bundle -> address

    def write(self, address: str, content: str | bytes) -> str:
        """Write a file at this address, which it returns."""
        file = self.folder / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return address

    def add(self, address: str, content: str | bytes) -> str:
        """Write a file under this address with its hash put in front of the suffix; returns the whole address."""
        data = content.encode() if isinstance(content, str) else content
        path = PurePosixPath(address)
        return self.write(str(path.with_name(f"{path.stem}.{digest(data)}{path.suffix}")), data)

    def add_view(self, name: str, files: dict[str, str]) -> str:
        """Write a module or sheet of a widget's bundle, and what it imports; returns its address."""
        if name not in self._views:
            inner = [self.add_view(imported, files) for imported in _IMPORTED.findall(files[name])]
            address = view_address(name)
            relative = iter(_relative(address, each) for each in inner)
            text = _IMPORTED.sub(lambda _: f'"{next(relative)}"', files[name])
            self._views[name] = self.write(address, _SOURCE_URL.sub("\n", text))
        return self._views[name]

    def add_folder(self, address: str, source: Path, pattern: str) -> str:
        """Copy the files of a folder into one whose name tells all their contents; they may name one another."""
        files = sorted(source.glob(pattern))
        whole = digest(b"".join(file.name.encode() + file.read_bytes() for file in files))
        for file in files:
            self.write(f"{address}.{whole}/{file.name}", file.read_bytes())
        return f"{address}.{whole}"


def view_address(name: str) -> str:
    """`shared/dom.js@5f1d2c9a` of a bundle lies at `static/views/shared/dom.5f1d2c9a.js`."""
    path, _, contents = name.partition("@")
    where = PurePosixPath(path)
    return str(PurePosixPath("static/views", where.with_name(f"{where.stem}.{contents}{where.suffix}")))


def _relative(importer: str, imported: str) -> str:
    address = Path(os.path.relpath(imported, PurePosixPath(importer).parent)).as_posix()
    return address if address.startswith(".") else f"./{address}"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
