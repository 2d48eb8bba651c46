"""RandomStream: a generator's arithmetic draw by draw, and what its numbers look like compared with a bad one's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute import rng
from widgets_lib.compute._integers import check_flag, check_integer
from widgets_lib.compute._renamed import renamed
from widgets_lib.compute.formatting import format_int
from widgets_lib.compute.parsing import read_integer
from widgets_lib.widgets._base import Widget

MAX_DRAWS = 10_000
CLOUD = 2049  # pairs and triples are drawn of so many numbers at least: the whole cycle of the small LCG
SEED = 457428938475
AUTO = "auto"


@dataclass(frozen=True)
class _Show:
    """What a stage opens with: keys of the generator and of the one to compare with, and how many draws."""

    generator: str
    compare_with: str
    n: int


STAGES = {
    "": _Show("wichmann-hill", "tiny-lcg", 50),  # all of them in one drawing
    "stream": _Show("wichmann-hill", "", 50),
    "pairs": _Show("tiny-lcg", "wichmann-hill", CLOUD - 1),
    "planes": _Show("randu", "wichmann-hill", CLOUD - 1),
}


@dataclass(frozen=True)
class _Start:
    """Where a stream begins: the generator's key, the seed as typed and as read, and the state it sets."""

    generator: str
    typed: str
    seed: int
    state: tuple[int, ...]


class RandomStream(Widget):
    """A generator's state turning draw by draw, and its stream as plot, histogram and pairs, compared with a bad one's.

    wl.RandomStream()
    wl.RandomStream(seed=42, n=10_000, divide_by_period=True)
    wl.RandomStream(show="stream")
    wl.RandomStream(show="pairs", compare_with="randu")

    show: one stage alone: "stream", the arithmetic and the draws one after the other; "pairs", each draw over the one
    before; "planes", three draws in a row as a dot in a cube that turns. None shows all but the cube. A stage has its own
    generator, compare_with and n where none are given: a small LCG and Wichmann–Hill in pairs, RANDU and Wichmann–Hill
    in the cube.
    seed: a whole number or its digits as text; None asks the operating system for one. state: begin at this state
    in place of a seed's. n: draws, 1 to 10,000. generator, compare_with: keys of `rng.GENERATORS`; compare_with=None
    compares with none.
    divide_by_period: the variant of wichmann-hill that divides by 30268, 30306 and 30322.
    Raises: ValueError or TypeError naming the value that can't be used.
    """

    inputs = ("seed", "state", "n", "generator", "compare_with", "divide_by_period", "turn_deg")

    seed = traitlets.Unicode(help="The seed, as typed: digits of any length.").tag(sync=True)
    state = traitlets.Tuple(help="The state before the first draw; ints, or their digits as typed.").tag(sync=True)
    n = traitlets.Int(help="How many draws are plotted and stepped through.").tag(sync=True)
    generator = traitlets.Enum(list(rng.GENERATORS), help="Key of the generator.").tag(sync=True)
    compare_with = traitlets.Enum(
        ["", *rng.GENERATORS], help="Key of the generator to compare with; empty for none."
    ).tag(sync=True)
    divide_by_period = traitlets.Bool(help="Whether wichmann-hill divides by its periods.").tag(sync=True)

    turn_deg = traitlets.Int(help="How far the cube of triples is turned, in degrees.").tag(sync=True)

    generators = traitlets.List(
        [{"key": key, "title": kind.title} for key, kind in rng.GENERATORS.items()],
        help="The generators to choose from: key, title.",
    ).tag(sync=True)
    picture = traitlets.Dict(
        help="What is drawn: show (the stage, empty for all), seed, start, state_ranges, n, reach, components, main and other (see `_portrait`), counts "
        "and edges of the histogram, expected, message, and `layout`, where in `draws` each array lies."
    ).tag(sync=True)
    draws = traitlets.Bytes(
        help="The arrays of the drawing, little-endian, as `picture['layout']` says: values, states, …"
    ).tag(sync=True)

    @renamed(beside="compare_with")
    def __init__(
        self,
        seed: int | str | None = SEED,
        *,
        state: Sequence[int] | None = None,
        n: int | None = None,
        generator: str | None = None,
        compare_with: str | None = AUTO,
        divide_by_period: bool = False,
        show: str | None = None,
    ) -> None:
        self.show = show or ""
        if self.show not in STAGES:
            raise ValueError(f"RandomStream: show {show!r} is not one of {', '.join(filter(None, STAGES))}")
        own = STAGES[self.show]
        generator = own.generator if generator is None else generator
        compare_with = own.compare_with if compare_with == AUTO else compare_with or ""
        for name, key in (("generator", generator), ("compare_with", compare_with)):
            if key not in rng.GENERATORS and (name, key) != ("compare_with", ""):
                raise ValueError(f"RandomStream: {name} {key!r} is not one of {', '.join(rng.GENERATORS)}")
        if divide_by_period and generator != "wichmann-hill":
            raise ValueError(f"RandomStream: divide_by_period is a variant of wichmann-hill, not of {generator}")
        self._start = _from_seed(generator, _typed(seed)) if state is None else _from_state(generator, state)
        self._first_start = self._start
        self._refused: dict[str, ValueError] = {}  # trait -> why the seed or state that it holds can't be used
        super().__init__(
            seed=self._start.typed,
            state=self._start.state,
            n=check_integer(own.n if n is None else n, "n, the number of draws,", 1, MAX_DRAWS),
            generator=generator,
            compare_with=compare_with,
            divide_by_period=check_flag(divide_by_period, "RandomStream: divide_by_period"),
        )
        self.observe(lambda change: self._run_guarded(self._read_seed), names=["seed", "generator"])
        self.observe(lambda change: self._run_guarded(self._read_state), names=["state"])
        self.recompute_on()
        self.observe(lambda change: self._run_guarded(self._redraw), names=["n", "compare_with", "divide_by_period"])

    # ---- where it begins ----

    def _read_seed(self) -> None:
        if (self.generator, self.seed) != (self._start.generator, self._start.typed):
            self._begin("seed", lambda: _from_seed(self.generator, self.seed))
        elif "seed" in self._refused:  # the old one was typed again
            self._begin("seed", lambda: self._start)

    def _read_state(self) -> None:
        if self.state != self._start.state:
            self._begin("state", lambda: _from_state(self.generator, self.state))
        elif "state" in self._refused:
            self._begin("state", lambda: self._start)

    def _begin(self, name: str, read: Callable[[], _Start]) -> None:
        """Begin where `read` reads it from the trait `name`; if that raises, stay, and keep the trait and the error."""
        try:
            self._start = read()
            self._refused = {}
        except ValueError as error:
            self._refused[name] = error
            if self.generator != self._start.generator:
                self._start = _from_seed(self.generator, self._start.typed)
        self._recompute()

    def _restore_inputs(self, values: dict[str, Any]) -> None:
        # A state that comes in one message with the generator would take the seed's place.
        state = {name: values.pop(name) for name in ("state",) if name in values}
        with self.hold_sync():
            super()._restore_inputs(values)
            if not self.error:
                super()._restore_inputs(state)

    def restart(self) -> None:
        """Back to the settings of the constructor."""
        self._refused, self._start = {}, self._first_start
        super().restart()
        self._draw()

    # ---- what is drawn ----

    def _redraw(self) -> None:
        """Draw with the new settings; if a seed or state changed in the same message, reading that draws them."""
        begins = (self.generator, self.seed) == (self._start.generator, self._start.typed) or "seed" in self._refused
        if begins and (self.state == self._start.state or "state" in self._refused):
            self._recompute()

    def _recompute(self) -> None:
        self._draw()
        if self._refused:
            raise ValueError("\n".join(map(str, self._refused.values())))

    def _draw(self) -> None:
        n = check_integer(self.n, "n, the number of draws,", 1, MAX_DRAWS)
        start, reach = self._start, max(n, CLOUD)
        main = _Drawn.of(lambda: _generator_at(start, self.divide_by_period), n, reach)
        other = None
        if self.compare_with and self.show != "stream":
            other = _Drawn.of(lambda: rng.GENERATORS[self.compare_with](start.seed), n, reach)
        arrays = {"values": main.far.trace.values} | ({"other_values": other.far.trace.values} if other else {})
        if self.show != "planes":  # its stage turns the draws themselves
            arrays |= _arithmetic(main.generator, start.state, main.near) | {"planes": main.far.planes}
            arrays |= {"other_planes": other.far.planes} if other else {}
        layout, draws = _packed(arrays)
        with self.hold_sync(), self.hold_trait_notifications():  # one message: neither is of use without the other
            if "seed" not in self._refused:
                self.seed = start.typed
            if "state" not in self._refused:
                self.state = start.state
            self.draws = draws
            self.picture = {
                "show": self.show,
                "seed": start.typed,
                "start": list(start.state),
                "state_ranges": [_range_text(legal) for legal in main.generator.state_ranges],
                "n": n,
                "reach": reach,
                "components": _components(main.generator),
                "variant": start.generator == "wichmann-hill",
                "main": _portrait(main, self.show),
                "other": _portrait(other, self.show) if other else None,
                "counts": main.near.counts.tolist(),
                "edges": [round(edge, 3) for edge in main.near.edges.tolist()],
                "expected": main.near.expected,
                "message": self._message(start, main),
                "layout": layout,
            }

    def _message(self, start: _Start, main: "_Drawn") -> str:
        if self.show in MESSAGES:
            return MESSAGES[self.show]
        told = not self.show or self.divide_by_period  # a stage speaks of the variant once it is chosen
        variant = _variant_message(start, main.near, self.divide_by_period) if told else []
        return " ".join([_rule_message(main.generator), *variant])


def _typed(seed: int | str | None) -> str:
    """The seed as text. Raises: TypeError or ValueError if it is not a whole number, or too long to read."""
    if isinstance(seed, str):
        return seed
    if seed is None:
        return str(rng.WichmannHill().canonical_seed)
    seed = check_integer(seed, "a seed")
    if seed.bit_length() > 3300:
        raise ValueError(f"a seed is a whole number of up to 1,000 digits, not {format_int(seed)}")
    return str(seed)


def _from_seed(key: str, typed: str) -> _Start:
    seed = rng.parse_seed(typed)
    return _Start(key, typed, seed, rng.GENERATORS[key](seed).state)


def _from_state(key: str, state: Any, typed: str | None = None) -> _Start:
    """The start at this state; its seed is the canonical one, unless one is given as text."""
    generator = rng.GENERATORS[key](0)
    state = state.tolist() if isinstance(state, np.ndarray) else state
    if isinstance(state, tuple | list):
        state = tuple(_read_component(j, x) for j, x in enumerate(state, start=1))
    try:
        generator.state = state
    except TypeError as error:
        raise ValueError(str(error)) from error
    typed = str(generator.canonical_seed) if typed is None else typed
    return _Start(key, typed, rng.parse_seed(typed), generator.state)


def _read_component(j: int, x: Any) -> Any:
    return read_integer(x, f"component {j} of a state") if isinstance(x, str) else x


def _generator_at(start: _Start, divide_by_period: bool) -> rng.Congruential:
    """The generator of a start, in the state where it begins."""
    variant = {"divide_by_period": divide_by_period} if start.generator == "wichmann-hill" else {}
    generator = rng.GENERATORS[start.generator](0, **variant)
    generator.state = start.state
    return generator


@dataclass(frozen=True)
class _Drawn:
    """A generator, the stream of the draws that are stepped through, and a longer one for the pairs still to come."""

    generator: rng.Congruential
    near: rng.Stream
    far: rng.Stream

    @classmethod
    def of(cls, make: Callable[[], rng.Congruential], n: int, reach: int) -> "_Drawn":
        bins = 10 if n < 1000 else 20
        return cls(make(), rng.describe_stream(make(), n, bins), rng.describe_stream(make(), reach))


def _arithmetic(generator: rng.Congruential, state: tuple[int, ...], stream: rng.Stream) -> dict[str, np.ndarray]:
    """The numbers of every draw, row by row; states and fractions have one more row, for before the first draw."""
    states = np.vstack([state, stream.trace.states])
    fractions = stream.trace.fractions
    return {
        "states": states.astype(np.int32),  # the largest modulus is 2³¹
        # as float64: RANDU's pass 2³¹, and it holds them exactly
        "products": (states[:-1] * np.array(generator.multipliers) + generator.increments).astype(np.float64),
        "fractions": np.vstack([np.divide(state, generator.divisors), fractions]),
        "totals": np.add.accumulate(fractions, axis=1)[:, -1],  # from the left, as the generator adds
        "bins": stream.bin_of.astype(np.uint8),
    }


def _components(generator: rng.Congruential) -> list[dict[str, int]]:
    rules = (generator.multipliers, generator.increments, generator.moduli, generator.divisors)
    names = ("multiplier", "increment", "modulus", "divisor")
    return [dict(zip(names, rule, strict=True)) for rule in zip(*rules, strict=True)]


def _packed(arrays: dict[str, np.ndarray]) -> tuple[list[dict[str, Any]], bytes]:
    """(layout, bytes): the arrays end to end, widest items first so that each starts at a multiple of its item size.

    layout: for each array its name, kind (as numpy spells it), offset in bytes and length in items.
    """
    layout, parts, offset = [], [], 0
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        layout.append({"name": name, "kind": array.dtype.str[1:], "offset": offset, "length": array.size})
        parts.append(array.astype(array.dtype.newbyteorder("<")).tobytes())
        offset += len(parts[-1])
    return layout, b"".join(parts)


# ---- messages and figures ----

MESSAGES = {
    "pairs": "Each dot is two draws in a row. The first says how far right it is, the second how far up.",
    "planes": "Each dot is three draws in a row: one for each edge of the cube. Drag the cube, or move the slider slowly.",
}


def _range_text(legal: range) -> str:
    odd = "odd, " if legal.step == 2 else ""
    return f"{odd}{legal[0]:,} to {legal[-1]:,}"


def _portrait(drawn: _Drawn, show: str) -> dict[str, Any]:
    """The description of a generator: title, rules as texts, pattern, facts (name, text, exact, of an even spread)."""
    generator, stream = drawn.generator, drawn.near
    rules = zip(generator.multipliers, generator.increments, generator.moduli, strict=True)
    n = len(stream.trace.values)
    return {
        "title": generator.title,
        "rules": [_rule(*rule) for rule in rules],
        "pattern": _pattern(drawn.far, show),
        "facts": [
            {"name": "mean", "text": f"{stream.mean:.4f}", "exact": repr(stream.mean), "even": "0.5"},
            {"name": "variance", "text": f"{stream.variance:.4f}", "exact": repr(stream.variance), "even": "0.0833"},
            {"name": "distinct values", "text": f"{stream.distinct:,} of {n:,}", "exact": "", "even": ""},
            {"name": "period", "text": f"{generator.period:,} draws", "exact": "", "even": ""},
        ],
    }


def _rule(multiplier: int, increment: int, modulus: int) -> str:
    return f"x → {multiplier:,}·x{f' + {increment:,}' if increment else ''} mod {modulus:,}"


def _pattern(stream: rng.Stream, show: str) -> str:
    """What can be seen in the pairs and triples, or in those of them that a stage shows."""
    # Their number is not said: a line of a single dot is counted, and not seen.
    few_lines = rng.count_lines(stream.pairs) < len(stream.pairs) / 10
    planes = rng.count_planes(stream.planes)
    if show == "pairs":
        return "Its pairs lie on a few lines." if few_lines else "Its pairs fill the square: no pattern to see."
    if show == "planes" and planes:
        return f"Its triples lie on {planes} parallel planes."
    if show == "planes" and not few_lines:
        return "Its triples fill the cube: no pattern to see."
    if planes:
        return f"Pairs: no pattern to see. Triples: they lie on {planes} planes."
    if few_lines:
        return "Pairs: they lie on a few lines."
    return "Pairs and triples: no pattern to see."


def _rule_message(generator: rng.Congruential) -> str:
    if len(generator.moduli) == 1:
        return "One component turns, and its fraction is the number drawn."
    return (
        "Three components turn, each on its own. Their fractions are added, and the whole part of the sum is dropped."
    )


def _variant_message(start: _Start, stream: rng.Stream, divided: bool) -> list[str]:
    """A sentence on what dividing by the periods, or no longer, would change in these numbers; none for others."""
    if start.generator != "wichmann-hill":
        return []
    values = stream.trace.values
    other = _generator_at(start, not divided).draw(len(values))
    by = "the moduli 30,269, 30,307 and 30,323" if divided else "the periods 30,268, 30,306 and 30,322"
    moved = "the number drawn by" if len(values) == 1 else f"these {len(values):,} numbers by at most"
    return [
        f"Dividing by {by} instead would leave the states as they are and move {moved} "
        f"{rng.largest_difference(values, other):.6f}: the first would be {other[0]:.6f} in place of {values[0]:.6f}."
    ]
