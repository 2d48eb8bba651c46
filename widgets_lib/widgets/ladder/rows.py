"""What the ladder shows of a measurement: the row of a rung, its notes, and the sentences around them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from widgets_lib.compute import matmul
from widgets_lib.compute.formatting import (
    count,
    format_bytes,
    format_large,
    format_rate,
    format_ratio,
    human,
    three_digits,
)

Message: TypeAlias = dict[str, Any]
"""One of the messages that compute/matmul/worker_process.py describes."""
Row: TypeAlias = dict[str, Any]
"""state, time, and as far as they are known: seconds, spread, speedup, rate, check, notes, message, picture."""

FIRST = "python"  # the rung that speed-ups are counted from
WELL_JUDGED = 1.5  # a prediction this factor off, or less
SLOW_FIRST_CALL_S, SLOW_FIRST_CALL = 0.05, 10  # a first call is noted if it takes this long, and so many times longer


def title_of(key: str) -> str:
    """The title of a backend; a learner's rung has its key for one."""
    return matmul.BACKENDS[key].title if key in matmul.BACKENDS else key


def cost_message(cost: matmul.Cost) -> str:
    """What a product costs, in one sentence."""
    return (
        f"{format_large(cost.flops)} floating-point operations on {format_bytes(cost.bytes)} of numbers: "
        f"{three_digits(cost.flops_per_byte)} per byte; {format_bytes(cost.memory_bytes)} of memory to run and check."
    )


def progress_of(key: str, message: Message) -> dict[str, Any]:
    """What is running, how far, and about how long the whole would take: key, fraction (or None) and message."""
    text = f"{title_of(key)}: {message['rows_done']:,} of {count(message['of'], 'row')}"
    if message.get("estimate_s"):
        text += f"; all of them would take about {human(message['estimate_s'])}"
    fraction = message["rows_done"] / message["of"] if message.get("of") else None
    return {"key": key, "fraction": fraction, "message": text}


def row_of(message: Message) -> Row:
    """The worker's last message about a rung as a row of the ladder."""
    if message["event"] == "cancelled":
        return {"state": "stopped", "time": "stopped"}
    if message["event"] == "error":
        return {"state": "failed", "time": "✗ failed", "message": f"It did not run: {message['message']}"}
    if mismatch := message.get("mismatch"):
        return _wrong_row(mismatch)
    return _timed_row(message)


def with_comparison(row: Row, first_s: float | None, predicted_s: float | None) -> Row:
    """The row with its speed-up over the first rung and a note on the prediction, where there are such."""
    seconds, notes = row.get("seconds"), list(row.get("notes", []))
    if seconds and predicted_s:
        notes.insert(0, _prediction_note(predicted_s, seconds))
    speedup = f"{format_ratio(first_s / seconds)}×" if seconds and first_s else ""
    return row | {"speedup": speedup, "notes": notes}


def summary_of(rows: Mapping[str, Row]) -> str:
    """One sentence on what is seen: the fastest rung so far, and what to do before there is one."""
    timed = {key: row for key, row in rows.items() if row.get("seconds")}
    if not timed:
        return (
            "How long will each take? Drag the circle of a rung to where you expect it, then run it: "
            "the measured bar lands below your prediction."
        )
    fastest = min(timed, key=lambda key: timed[key]["seconds"])
    sentence = f"Fastest so far: {title_of(fastest)}, {timed[fastest]['time']}"
    if FIRST in timed and fastest != FIRST:
        ratio = format_ratio(timed[FIRST]["seconds"] / timed[fastest]["seconds"])
        estimated = "estimated" in (timed[FIRST]["state"], timed[fastest]["state"])
        sentence += f", {'about ' if estimated else ''}{ratio} times the speed of {title_of(FIRST)}"
    return sentence + "."


def _wrong_row(mismatch: Message) -> Row:
    row: Row = {"state": "wrong", "time": "✗ wrong", "message": f"No time for a wrong answer: {mismatch['reason']}."}
    if (shares := mismatch.get("picture")) is not None:
        row["picture"] = {
            "rows": len(shares),
            "cols": len(shares[0]),
            "wrong": [[share > 0 for share in line] for line in shares],
            "label": f"Where C is wrong: {mismatch['reason']}",
        }
    return row


def _timed_row(message: Message) -> Row:
    notes = []
    estimated = message["extrapolated"]
    if estimated:
        notes.append(message["text"].partition("(")[2].rstrip(")"))
    if message["noisy"]:
        notes.append("noisy: something else ran meanwhile")
    if message["first_call_s"] > max(SLOW_FIRST_CALL_S, SLOW_FIRST_CALL * message["seconds"]):
        notes.append(f"first call {human(message['first_call_s'])}")
    return {
        "state": "estimated" if estimated else "measured",
        "seconds": message["seconds"],
        "time": f"≥ {human(message['seconds'])}" if message["at_least"] else human(message["seconds"]),
        "spread": "one call" if message["spread"] is None else f"±{100 * message['spread']:.0f} %",
        "rate": format_rate(1e9 * message["gflops"]),
        "check": f"✓ {count(message['measured_rows'], 'row')}" if estimated else "✓ right",
        "notes": notes,
    }


def _prediction_note(predicted_s: float, seconds: float) -> str:
    factor = max(predicted_s / seconds, seconds / predicted_s)
    if factor < WELL_JUDGED:
        return f"predicted {human(predicted_s)}: well judged"
    direction = "slow" if predicted_s > seconds else "fast"
    return f"predicted {human(predicted_s)}: {format_ratio(factor)}× too {direction}"
