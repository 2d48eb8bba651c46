"""A lesson that was run once: the process that visitors' kernels are forks of, and the page that was made then."""

from __future__ import annotations

from dataclasses import dataclass

from widgets_lib.app.forks.client import Source

PLACE = '"kernelId": "{}"'  # in the page's configuration, from which its scripts take the kernel's id


class NotOnePlace(ValueError):
    """The page names its kernel elsewhere, too: it can't be given to another kernel."""


@dataclass(frozen=True)
class Page:
    """A page without its kernel's id."""

    before: str
    after: str

    @classmethod
    def of(cls, html: str, kernel_id: str) -> Page:
        """The page that was made for a kernel. Raises: NotOnePlace."""
        before, place, after = html.partition(PLACE.format(kernel_id))
        if not place or kernel_id in before or kernel_id in after:
            raise NotOnePlace(f"its page names the kernel's id {html.count(kernel_id)} times, not once in its place")
        return cls(before, after)

    def naming(self, kernel_id: str) -> str:
        """The page for another kernel."""
        return self.before + PLACE.format(kernel_id) + self.after


@dataclass(frozen=True)
class Template:
    """A frozen lesson. It holds no slot: its memory is shared by those who come."""

    lesson: str
    stamp: tuple | None  # of the file, when it was run
    kernel_name: str
    page: Page
    source: Source
