"""What this machine takes for every rung of the ladder, for pages in which torch and numba don't run."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from widgets_lib.compute import matmul
from widgets_lib.compute.formatting import count
from widgets_lib.compute.matmul.worker import Worker
from widgets_lib.compute.roofline.probes import processor_name, usable_cores
from widgets_lib.widgets.ladder.sizes import PRESETS

BUDGET_S = 0.5  # seconds for each


def place(day: date | None = None) -> str:
    """ "measured on Intel Xeon, 2 cores, 26 November 2026", as a ladder says it behind a time."""
    day = day or date.today()
    machine = f"{processor_name() or 'a machine without a name'}, {count(usable_cores(), 'core')}"
    return f"measured on {machine}, {day.day} {day:%B %Y}"


def book(keep: Path) -> dict[str, Any]:
    """What recorded.py plays back: every rung that needs more than Python and numpy, at the sizes that a ladder offers.

    Measured once, about half a minute, and again when the rungs have changed; `keep` is the folder where it stays.
    """
    sources = sorted(Path(matmul.__file__).parent.glob("*.py"))
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    file = keep / f"ladder-{key}.json"
    if not file.exists():
        keep.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"place": place(), "times": list(_times())}), "utf-8")
        new.replace(file)
    measured: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return measured


def _times() -> Iterator[list[Any]]:
    worker = Worker()
    try:
        for preset in PRESETS:
            for key, backend in matmul.BACKENDS.items():
                if backend.needs and not backend.unavailable():
                    message = _last_message(worker, {"backend": key, **preset["sizes"], "budget_s": BUDGET_S})
                    if message["event"] == "result":
                        yield [key, *preset["sizes"].values(), message]
    finally:
        worker.close()


def _last_message(worker: Worker, job: dict[str, Any]) -> dict[str, Any]:
    ended, messages = threading.Event(), []

    def hear(message: dict[str, Any]) -> None:
        if message["event"] != "progress":
            messages.append(message)
            ended.set()

    worker.start(job, hear)
    ended.wait()
    return messages[0]
