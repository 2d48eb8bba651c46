"""What the ladder shows of a measurement: the row of a rung, its notes, and the sentences around them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from widgets_lib.compute import matmul
from widgets_lib.compute.formatting import (
    count,
    format_bytes,
    format_large,
    format_rate,
    format_ratio,
    human,
    join_words,
    three_digits,
)

Message: TypeAlias = dict[str, Any]
"""One of the messages that compute/matmul/worker_process.py describes."""
Row: TypeAlias = dict[str, Any]
"""state, time, and as far as they are known: seconds, spread, speedup, rate, check, notes, message, picture.

place: where it was measured, for a page that is read elsewhere; times of two places are not compared."""

FIRST = "python"  # the rung that speed-ups are counted from
NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
GOOD_GUESS = 1.5  # a prediction this factor off, or less
RIVAL = 3  # a time that is known up to so many times the fastest may be the fastest
SLOW_FIRST_CALL_S, SLOW_FIRST_CALL = 0.05, 10  # a first call is noted if it takes this long, and so many times longer


def place_of(processor: str, day: date) -> str:
    """ "measured on Intel Xeon, 26 November 2026": where and when, for a page that is read elsewhere."""
    return f"measured on {processor or 'another machine'}, {day.day} {day:%B %Y}"


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


def waiting_of(key: str, before: int) -> dict[str, Any]:
    """The same of what waits for others on this server: "numpy @: two before you"."""
    return {"key": key, "fraction": 0.0, "message": f"{title_of(key)}: {before_you(before)}"}


def before_you(before: int) -> str:
    """ "two before you"."""
    return f"{NUMBERS[before] if before < len(NUMBERS) else f'{before:,}'} before you"


def row_of(message: Message) -> Row:
    """The worker's last message about a rung as a row of the ladder."""
    if message["event"] == "cancelled":
        return {"state": "stopped", "time": "stopped"}
    if message["event"] == "error":
        return {"state": "failed", "time": "✗ failed", "message": f"It did not run: {message['message']}"}
    if mismatch := message.get("mismatch"):
        return _wrong_row(mismatch)
    return _timed_row(message)


def with_comparison(row: Row, first: Row, predicted_s: float | None) -> Row:
    """The row with its speed-up over the first rung and a note on the prediction, where there are such."""
    seconds, first_s, notes = row.get("seconds"), first.get("seconds"), list(row.get("notes", []))
    if seconds and predicted_s:
        notes.insert(0, _prediction_note(predicted_s, row))
    comparable = row.get("place") == first.get("place")
    speedup = f"{format_ratio(first_s / seconds)}×" if seconds and first_s and comparable else ""
    if speedup:
        speedup = hedge_of(row, first, ("≤ ", "≥ ", "≈ ")) + speedup
    return row | {"speedup": speedup, "notes": notes}


def hedge_of(row: Row, first: Row, hedges: tuple[str, str, str] = ("at most ", "at least ", "about ")) -> str:
    """What stands before "so many times as fast as the first": it may be too high, too low, or both, or it is sure."""
    if row is first:
        return ""
    too_high = bool(row.get("at_least") or first.get("at_most"))
    too_low = bool(row.get("at_most") or first.get("at_least"))
    return hedges[2] if too_high and too_low else hedges[0] if too_high else hedges[1] if too_low else ""


def notice_of(rows: Mapping[str, Row]) -> str:
    """One sentence for all rows whose times differed from call to call; empty if none did."""
    noisy = [title_of(key) for key, row in rows.items() if row.get("noisy")]
    if not noisy:
        return ""
    which = join_words(noisy) if len(noisy) <= 3 else f"{len(noisy)} rungs"
    return f"Other programs were running: the times of {which} are less certain. Run them again when it is quiet."


def summary_of(rows: Mapping[str, Row]) -> str:
    """One sentence on what is seen: the fastest rung so far, or the only one, and what to do before there is one."""
    timed = {key: row for key, row in rows.items() if row.get("seconds")}
    if not timed:
        return (
            "How long will each take? Drag the circle of a rung to where you expect it. "
            "Once it is timed, its bar lands below your prediction."
        )
    fastest = min(timed, key=lambda key: timed[key]["seconds"])
    sentence = f"{'Fastest so' if len(timed) > 1 else 'So'} far: {title_of(fastest)}, {timed[fastest]['time']}"
    if FIRST in timed and fastest != FIRST and timed[FIRST].get("place") == timed[fastest].get("place"):
        ratio = format_ratio(timed[FIRST]["seconds"] / timed[fastest]["seconds"])
        estimated = "estimated" in (timed[FIRST]["state"], timed[fastest]["state"])
        hedge = hedge_of(timed[fastest], timed[FIRST]) or ("about " if estimated else "")
        sentence += f", {hedge}{ratio} times the speed of {title_of(FIRST)}"
    limit_s = RIVAL * timed[fastest]["seconds"]
    rivals = [key for key, row in timed.items() if key != fastest and row.get("at_most") and row["seconds"] < limit_s]
    return sentence + (f"; {join_words([title_of(key) for key in rivals])} may be faster." if rivals else ".")


def _wrong_row(mismatch: Message) -> Row:
    verdict = "No time yet" if mismatch.get("got") is None else "No time for a wrong answer"
    row: Row = {"state": "wrong", "time": "✗ wrong", "message": f"{verdict}: {mismatch['reason']}."}
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
    if message["at_most"]:
        notes.append("other programs may have slowed down every call: it may be faster")
    if message["first_call_s"] > max(SLOW_FIRST_CALL_S, SLOW_FIRST_CALL * message["seconds"]):
        notes.append(f"first call {human(message['first_call_s'])}")
    if at := message.get("measured_at"):
        notes.append(f"measured on this server at {at}")
    if place := message.get("place"):
        notes.append(place)
    row: Row = {"place": place} if place else {}
    return row | {
        "state": "estimated" if estimated else "measured",
        "seconds": message["seconds"],
        "time": ("≥ " if message["at_least"] else "≤ " if message["at_most"] else "") + human(message["seconds"]),
        "spread": _spread_text(message),
        "rate": format_rate(1e9 * message["gflops"]),
        "check": f"✓ {count(message['measured_rows'], 'row')}" if estimated else "✓ right",
        "noisy": message["noisy"],
        "at_least": message["at_least"],
        "at_most": message["at_most"],
        "notes": notes,
    }


def _spread_text(message: Message) -> str:
    """How far the calls differed, as far as that says anything."""
    if message["spread"] is None:
        return "one call"
    return f"±{100 * message['spread']:.0f} %" if message["spread"] < 1 else "±100 % or more"


def _prediction_note(predicted_s: float, row: Row) -> str:
    seconds = row["seconds"]
    at_most, at_least = row.get("at_most"), row.get("at_least")
    if (at_most and predicted_s < GOOD_GUESS * seconds) or (at_least and predicted_s > seconds / GOOD_GUESS):
        return f"predicted {human(predicted_s)}: that may be"
    factor = max(predicted_s / seconds, seconds / predicted_s)
    if factor < GOOD_GUESS:
        return f"predicted {human(predicted_s)}: good guess"
    direction = "slow" if predicted_s > seconds else "fast"
    hedge = "at least " if at_most or at_least else ""
    return f"predicted {human(predicted_s)}: {hedge}{format_ratio(factor)}× too {direction}"
