"""What TrainingRun draws and says: the runs in rows and curves, the weights and the misread digits of the chosen one."""

from typing import Any

import numpy as np

from widgets_lib.compute.formatting import count, three_digits
from widgets_lib.compute.learning.runs import BATCHES, HIDDEN, MAX_UNITS, Misread, sheet, weight_sheet
from widgets_lib.compute.learning.training import Net
from widgets_lib.widgets.broadcasting.png import to_data_uri
from widgets_lib.widgets.training.kept import MAX_EPOCHS, Run, settings_of

RATES = [float(f"{10 ** (k / 10):.2g}") for k in range(-20, 11)]  # ten to a decade, from 0.01 to 10


def choices() -> dict[str, Any]:
    """The stops of the sliders, and the words for the sizes of the hidden layer."""
    hidden = [[size, f"{size} hidden units" if size else "none: linear"] for size in HIDDEN]
    return {"rates": RATES, "batches": list(BATCHES), "hidden": hidden}


def title_of(run: Run) -> str:
    """ "128 hidden, batch 64, lr 0.3 → 0.05"."""
    rates = [f"{lr:g}" for _, lr in run["rates"]]
    shown = rates if len(rates) <= 3 else [rates[0], "…", rates[-1]]
    size = f"{run['hidden']} hidden" if run["hidden"] else "linear"
    return f"{size}, batch {run['batch']}, lr {' → '.join(shown)}"


def picture_of(runs: list[Run], chosen: int, more: int) -> dict[str, Any]:
    """runs: title, epoch, loss, accuracy as texts, curve: [epoch, loss, accuracy]; epochs: how many the axis holds.

    more: epochs that a run goes on by; finished: what is said of a run that has reached its goal.
    """
    rows = [_row(number, run, more) for number, run in enumerate(runs, 1)]
    furthest = max((run["goal"] / settings_of(run).steps_per_epoch for run in runs), default=1.0)
    return {"runs": rows, "epochs": max(1, round(furthest)), "said": _sentence(runs, chosen)}


def _row(number: int, run: Run, more: int) -> dict[str, Any]:
    per_epoch = settings_of(run).steps_per_epoch
    last = run["curve"][-1] if run["curve"] else None
    return {
        "number": number,
        "title": title_of(run),
        "steps": f"{run['steps']:,}",
        "epoch": f"{run['steps'] / per_epoch:.2f}",
        "loss": three_digits(last[1]) if last else "",
        "accuracy": f"{last[2]:.4f}" if last else "",
        "ended": run["ended"],
        "done": run["steps"] >= run["goal"],
        "finished": _finished(run, more),
        "curve": [[round(step / per_epoch, 4), loss, accuracy] for step, loss, accuracy in run["curve"]],
    }


def _finished(run: Run, more: int) -> str:
    """What is said of a run that has reached its goal; empty before, and of one that was stopped."""
    if run["ended"] or run["steps"] < run["goal"]:
        return ""
    epochs = run["goal"] // settings_of(run).steps_per_epoch
    done = "The epoch is done" if epochs == 1 else f"All {epochs} epochs are done"
    more = min(more, MAX_EPOCHS - epochs)
    if more <= 0:
        return f"{done}."
    return f"{done}: “Go on” trains {more} more, with the learning rate that is set then."


def _sentence(runs: list[Run], chosen: int) -> str:
    if not runs:
        return "Choose a size, a batch and a learning rate, and train: every step is one batch, forward and backward."
    run = runs[chosen]
    if not run["curve"]:
        return f"Run {chosen + 1} ({title_of(run)}) has not taken a step yet."
    _, loss, accuracy = run["curve"][-1]
    right = round(accuracy * 10_000)
    said = (
        f"Run {chosen + 1} after {count(run['steps'], 'step')}: a mean loss of {three_digits(loss)} over its last batches, "
        f"{right:,} of 10,000 test digits right."
    )
    best = max(range(len(runs)), key=lambda at: runs[at]["curve"][-1][2] if runs[at]["curve"] else 0.0)
    if best != chosen and len(runs) > 1:
        said += f" Run {best + 1} has {round(runs[best]['curve'][-1][2] * 10_000):,}."
    return said


def pictures_of(net: Net, found: Misread) -> dict[str, Any]:
    """weights: a sheet of grey pictures and what they are; misread: a sheet of ink, and a pair of digits for each."""
    grey = weight_sheet(net)
    ink = sheet(found.pixels) if len(found.pixels) else np.zeros((28, 280), np.uint8)
    hidden = len(net.layers) > 1
    units = net.layers[0][0].shape[1]
    what = f"the first {MAX_UNITS} of {units} hidden units" if hidden and units > MAX_UNITS else (
        f"the {units} hidden units" if hidden else "the ten classes, 0 to 9")  # fmt: skip
    return {
        "weights": to_data_uri(np.repeat(grey[..., None], 3, -1)),
        "rows": grey.shape[0] // 28,
        "weights_are": f"Weights of {what}: white speaks for, black against.",
        "misread": to_data_uri(np.concatenate([np.zeros((*ink.shape, 3), np.uint8), ink[..., None]], -1)),
        "pairs": [[str(label), str(answer)] for label, answer in zip(found.labels, found.answers, strict=True)],
    }
