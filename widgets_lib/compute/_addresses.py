"""Addresses to download from, as http takes them: checked once, in ASCII."""

from urllib import parse

from widgets_lib.compute.formatting import shorten

_KEPT = "!#$%&'()*+,/:;=?@[]~"  # what an address may hold besides letters, digits and _ . - ; % begins a quoted byte


def check_address(url: object) -> str:
    """The address in ASCII: a name of other letters as IDNA has it, other letters of the path as quoted UTF-8.

    Raises: ValueError, naming what is wrong, for an address that is not http or https or that no server can have.
    """
    text = str(url).strip()
    shown = shorten(text, 80)
    try:
        parts = parse.urlsplit(text)
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"an address to download from begins with http:// or https://, not {shown!r}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        if "begins with" in str(error):
            raise
        raise ValueError(f"{shown!r} is not an address to download from: {error}") from None
    if not host:
        raise ValueError(f"{shown!r} names no server: an address is like https://example.org/file")
    place = parts.netloc.rpartition("@")[0]
    place = f"{parse.quote(place, safe=_KEPT)}@" if place else ""
    place += _ascii_host(host, shown) + (f":{port}" if port is not None else "")
    path, query = parse.quote(parts.path, safe=_KEPT), parse.quote(parts.query, safe=_KEPT)
    return parse.urlunsplit((parts.scheme, place, path, query, ""))


def _ascii_host(host: str, shown: str) -> str:
    if ":" in host:  # IPv6
        return f"[{host}]"
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or any(not letter.isalnum() and letter not in "-._" for letter in name):
        raise ValueError(f"{shown!r} is not an address to download from: {shorten(host)!r} can’t be a server’s name")
    return name
