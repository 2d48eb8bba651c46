"""What ContractionPath shows: nodes, what two of them would make, the orders beside each other, and sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from widgets_lib.compute._browser import in_browser
from widgets_lib.compute.arrays import is_torch
from widgets_lib.compute.einsum import Forest, Node, Path
from widgets_lib.compute.formatting import count, format_int, format_large, format_ratio
from widgets_lib.widgets._tones import choose_tones
from widgets_lib.widgets.contraction.clock import Measured

LIBRARY_KEYS = ("at once", "left to right", "greedy", "optimal")
PAIRWISE_KEYS = ("left to right", "greedy", "optimal")


def offered(orders: Mapping[str, Path]) -> list[str]:
    """The orders that can be taken over: those that contract two arrays at a time."""
    return [key for key in PAIRWISE_KEYS if key in orders and all(len(step) == 2 for step in orders[key].order)]


def timed_orders(forest: Forest, orders: Mapping[str, Path]) -> list[tuple[str, Path]]:
    """Each order once, with its title: the learner's own, if it is complete, and those it is compared with."""
    all_orders = ([forest.path] if forest.path else []) + [orders[key] for key in LIBRARY_KEYS if key in orders]
    once: dict[Any, tuple[str, Path]] = {}
    for path in all_orders:
        once.setdefault(path.order, (path.title, path))
    return list(once.values())


def picture_of(
    forest: Forest,
    orders: Mapping[str, Path],
    times: Mapping[Any, Measured],
    operands: Sequence[Any],
    names: Sequence[str],
) -> dict[str, Any]:
    """The trait `picture`; names: of the operands."""
    tones = choose_tones(forest.e)
    return {
        "nodes": [_node(forest, node, names, tones) for node in forest.nodes],
        "choices": [_choice(pair, made) for pair, made in forest.choices().items()],
        "orders": _rows(forest, orders, times),
        "words": {
            "said": _sentence(forest, orders),
            "label": _label(forest, names),
            "operands": _whose(operands) if times else "",
        },
        "complete": forest.order is not None,
    }


# ---- the tree ----


def _node(forest: Forest, node: Node, names: Sequence[str], tones: Mapping[str, str]) -> dict[str, Any]:
    made = bool(node.children)
    return {
        "id": node.number,
        "children": list(node.children),
        "leaves": list(node.leaves),
        "letters": node.letters,
        "tones": [tones[letter] for letter in node.letters],
        "shape": " × ".join(map(format_int, node.shape)) or "one number",
        "title": "" if made else names[node.number],
        "cost": _short(node.flops) if made else "",
        "free": node.number in forest.free,
        "name": _name(node, names),
    }


def _name(node: Node, names: Sequence[str]) -> str:
    """What a screen reader says."""
    shape = " by ".join(map(format_int, node.shape)) or "one number"
    who = names[node.number] if not node.children else "the product of " + " and ".join(names[k] for k in node.leaves)
    letters = f", letters {' '.join(node.letters)}" if node.letters else ""
    cost = f", made with {_short(node.flops)} operations" if node.children else ""
    return f"{who}{letters}, {shape}{cost}"


def _choice(pair: tuple[int, int], made: Node) -> dict[str, Any]:
    shape = " × ".join(map(format_int, made.shape)) or "one number"
    return {
        "pair": list(pair),
        "text": f"Contracting these two takes {_short(made.flops)} operations and makes {made.letters or 'a scalar'}: {shape}.",
    }


# ---- the orders beside each other ----


def _rows(forest: Forest, orders: Mapping[str, Path], times: Mapping[Any, Measured]) -> list[dict[str, Any]]:
    # the best order is the answer to the question that the drawing asks, so it waits for the learner's
    keys = LIBRARY_KEYS if forest.path else LIBRARY_KEYS[:2]
    shown = [*([forest.path] if forest.path else []), *(orders[key] for key in keys if key in orders)]
    fewest = min(path.flops for path in shown)
    most = max(path.flops for path in shown)
    rows = []
    for path in shown:
        measured = times.get(path.order)
        rows.append(
            {
                "key": path.key,
                "title": path.title,
                "flops": _short(path.flops),
                "exact": count(path.flops, "operation"),
                "share": path.flops / most if most else 1.0,
                "ratio": "" if path.flops == fewest else f"{format_ratio(path.flops / fewest)} ×",
                "largest": _short(path.largest),
                "time": measured.text if measured else "",
                "timed": measured is not None and measured.seconds is not None,
                "offered": path.key in offered(orders),
                "same": path.key != "own" and forest.order == path.order,
            }
        )
    return rows


def _short(number: int) -> str:
    """A count in full while it is short, else in words: "1,000", "4.00 million"."""
    return format_int(number) if number < 10**6 else format_large(number)


# ---- in words ----


def _sentence(forest: Forest, orders: Mapping[str, Path]) -> str:
    own = forest.path
    best = min((orders[key] for key in offered(orders) or LIBRARY_KEYS if key in orders), key=lambda path: path.flops)
    if own is None:
        left = count(len(forest.free), "array")
        return f"Drag one array onto another to contract the two. There are {left} left, and there should be one."
    took = f"Your order takes {_short(own.flops)} operations"
    if own.flops <= best.flops:
        return f"{took}: no order of pairs takes fewer. Its largest array holds {count(own.largest, 'number')}."
    holds = f"Its largest array holds {count(own.largest, 'number')}"
    if own.largest != best.largest:
        holds += f" instead of {format_int(best.largest)}"
    return f"{took}, {format_ratio(own.flops / best.flops)} times as many as the best. {holds}."


def _label(forest: Forest, names: Sequence[str]) -> str:
    made = [node for node in forest.nodes if node.children]
    steps = "; ".join(
        f"{' and '.join(names[k] for k in node.leaves)} make {node.letters or 'a scalar'}" for node in made
    )
    return f"Contraction of {forest.e.equation}: {steps or 'nothing contracted yet'}"


def _whose(operands: Sequence[Any]) -> str:
    if not operands:
        return f"Timed with random numbers of these shapes, in numpy{', in your browser' if in_browser() else ''}."
    library = "torch" if any(map(is_torch, operands)) else "numpy"
    return f"Timed with your own arrays, in {library}."
