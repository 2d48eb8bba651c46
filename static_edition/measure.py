"""Measures the ladder's rungs on this machine, for pages that have no process to measure in: they play it back.

`python -m static_edition.measure FILE` writes {"processor", "date", "records"}; a record is [rung, m, k, n, message],
the message being the last that the ladder's own worker said of it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from static_edition.execute import LIBRARY, environment

BUDGET_S = 0.3  # for each rung, as long as a rung that is fast enough is repeated
LIMIT_S = 900
# What the times depend on.
_MEASURED = ("compute/matmul", "compute/timing.py", "compute/yardstick.py", "compute/scales.py", "widgets/ladder")


def book(kept: Path) -> dict[str, Any]:
    """What this machine measured, now or, if neither it nor the rungs have changed, at an earlier time."""
    file = kept / f"ladder-{_key()}.json"
    if not file.exists():
        print("the ladder: measuring it", flush=True)
        kept.mkdir(parents=True, exist_ok=True)
        for old in kept.glob("ladder-*.json"):
            old.unlink()
        # A process of its own, in which nothing else has threads or open files.
        subprocess.run([sys.executable, "-m", __name__, str(file)], check=True, env=environment())
    measured: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return measured


def measure() -> dict[str, Any]:
    """Every rung that can run here, at every size that the ladder offers by name."""
    from widgets_lib.compute import matmul
    from widgets_lib.compute.roofline.probes import processor_name
    from widgets_lib.widgets.ladder.measurements import Measurements
    from widgets_lib.widgets.ladder.sizes import PRESETS

    records: list[list[Any]] = []

    def keep(job: dict[str, Any], message: dict[str, Any]) -> None:
        if message["event"] not in ("start", "progress"):
            records.append([job["backend"], job["m"], job["k"], job["n"], message])

    rungs = [key for key, backend in matmul.BACKENDS.items() if backend.unavailable() is None]
    jobs = [{"backend": key, **preset["sizes"], "budget_s": BUDGET_S} for preset in PRESETS for key in rungs]
    queue = Measurements(keep, lambda: None)
    queue.submit(jobs)
    if not queue.wait(LIMIT_S):
        raise TimeoutError(f"the ladder was not measured within {LIMIT_S} s")
    return {"processor": processor_name(), "date": date.today().isoformat(), "records": records}


def _key() -> str:
    from widgets_lib.compute.roofline.probes import processor_name

    files = [each for part in _MEASURED for each in [LIBRARY / part, *(LIBRARY / part).rglob("*.py")] if each.is_file()]
    parts = [processor_name().encode(), *(file.read_bytes() for file in sorted(files)), Path(__file__).read_bytes()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    new = target.with_suffix(".new")
    new.write_text(json.dumps(measure(), allow_nan=False), "utf-8")
    new.replace(target)
