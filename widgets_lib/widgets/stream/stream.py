"""RandomStream: a generator's arithmetic draw by draw, and what its numbers look like beside those of a bad one."""

from dataclasses import dataclass

import numpy as np
import traitlets

from widgets_lib.compute import rng
from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.formatting import format_int
from widgets_lib.widgets._base import Widget

MAX_DRAWS = 10_000
CLOUD = 2049  # pairs and triples are drawn of so many numbers at least: once round the small LCG
SEED = 457428938475


@dataclass(frozen=True)
class _Start:
    """Where a stream begins: the generator's key, the seed as typed and as read, and the state it sets."""

    generator: str
    typed: str
    seed: int
    state: tuple


class RandomStream(Widget):
    """A generator's state turning draw by draw, and its stream as plot, histogram and pairs, beside a bad one's.

    wl.RandomStream()
    wl.RandomStream(seed=42, n=10_000, divide_by_period=True)
    wl.RandomStream(generator="randu", beside="wichmann-hill")

    seed: a whole number or its digits as text; None asks the operating system for one. state: begin at this state
    in place of a seed's. n: draws, 1 to 10,000. generator, beside: keys of `rng.GENERATORS`; beside may be None.
    divide_by_period: the variant of wichmann-hill that divides by 30268, 30306 and 30322.
    Raises: ValueError or TypeError naming the value that can not be used.
    """

    seed = traitlets.Unicode(help="The seed, as typed: digits of any length.").tag(sync=True)
    state = traitlets.Tuple(help="The state before the first draw; ints, or their digits as typed.").tag(sync=True)
    n = traitlets.Int(help="How many draws are plotted and stepped through.").tag(sync=True)
    generator = traitlets.Enum(list(rng.GENERATORS), help="Key of the generator.").tag(sync=True)
    beside = traitlets.Enum(["", *rng.GENERATORS], help="Key of the generator beside it; empty for none.").tag(
        sync=True
    )
    divide_by_period = traitlets.Bool(help="Whether wichmann-hill divides by its periods.").tag(sync=True)

    generators = traitlets.List(
        [{"key": key, "title": kind.title} for key, kind in rng.GENERATORS.items()],
        help="The generators to choose from: key, title.",
    ).tag(sync=True)
    picture = traitlets.Dict(
        help="What is drawn: seed, start, legal, n, reach, components, main and beside (see `_portrait`), counts and "
        "edges of the histogram, expected, words, and `layout`, where in `draws` each array lies."
    ).tag(sync=True)
    draws = traitlets.Bytes(
        help="The arrays of the drawing, little-endian, as `picture['layout']` says: values, states, …"
    ).tag(sync=True)

    def __init__(
        self, seed=SEED, *, state=None, n=50, generator="wichmann-hill", beside="tiny-lcg", divide_by_period=False
    ):
        beside = beside or ""
        for name, key in (("generator", generator), ("beside", beside)):
            if key not in rng.GENERATORS and (name, key) != ("beside", ""):
                raise ValueError(f"RandomStream: {name} {key!r} is not one of {', '.join(rng.GENERATORS)}")
        if divide_by_period and generator != "wichmann-hill":
            raise ValueError(f"RandomStream: divide_by_period is a variant of wichmann-hill, not of {generator}")
        self._start = _from_seed(generator, _typed(seed)) if state is None else _from_state(generator, state)
        self._first = {
            "seed": self._start.typed,
            "state": self._start.state,
            "n": check_integer(n, "n, the number of draws,", 1, MAX_DRAWS),
            "generator": generator,
            "beside": beside,
            "divide_by_period": bool(divide_by_period),
        }
        self._refused = {}  # trait -> why the seed or state that it holds can't be used
        super().__init__(**self._first)
        self.observe(lambda change: self._run_guarded(self._read_seed), names=["seed", "generator"])
        self.observe(lambda change: self._run_guarded(self._read_state), names=["state"])
        self.recompute_on("n", "beside", "divide_by_period")

    # ---- where it begins ----

    def _read_seed(self):
        if (self.generator, self.seed) != (self._start.generator, self._start.typed):
            self._begin("seed", lambda: _from_seed(self.generator, self.seed))
        elif "seed" in self._refused:  # the old one was typed again
            self._begin("seed", lambda: self._start)

    def _read_state(self):
        if self.state != self._start.state:
            self._begin("state", lambda: _from_state(self.generator, self.state))
        elif "state" in self._refused:
            self._begin("state", lambda: self._start)

    def _begin(self, name, read):
        """Begin where `read` says, by the trait `name`; if that can't be used, stay, say why, and keep what it holds."""
        try:
            self._start = read()
            self._refused = {}
        except ValueError as error:
            self._refused[name] = error
            if self.generator != self._start.generator:
                self._start = _from_seed(self.generator, self._start.typed)
        self._recompute()

    def _on_custom_msg(self, content, buffers):
        if content.get("restart"):
            self._restart()

    def _restart(self):
        """Back to what was given."""
        first = self._first
        self._refused = {}
        self._start = _from_state(first["generator"], first["state"], typed=first["seed"])
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in first.items():
                setattr(self, name, value)
            self._draw()

    # ---- what is drawn ----

    def _recompute(self):
        self._draw()
        if self._refused:
            raise ValueError("\n".join(map(str, self._refused.values())))

    def _draw(self):
        n = check_integer(self.n, "n, the number of draws,", 1, MAX_DRAWS)
        start, reach = self._start, max(n, CLOUD)
        main = _Drawn.of(lambda: _made(start, self.divide_by_period), n, reach)
        beside = _Drawn.of(lambda: rng.GENERATORS[self.beside](start.seed), n, reach) if self.beside else None
        arrays = _arithmetic(main.generator, start.state, main.near)
        arrays |= {"values": main.far.trace.values, "planes": main.far.planes}
        if beside:
            arrays |= {"beside_values": beside.far.trace.values, "beside_planes": beside.far.planes}
        layout, draws = _packed(arrays)
        with self.hold_sync(), self.hold_trait_notifications():  # one message: the one is no use without the other
            if "seed" not in self._refused:
                self.seed = start.typed
            if "state" not in self._refused:
                self.state = start.state
            self.draws = draws
            self.picture = {
                "seed": start.typed,
                "start": list(start.state),
                "legal": [_range(legal) for legal in main.generator.states],
                "n": n,
                "reach": reach,
                "components": _components(main.generator),
                "variant": start.generator == "wichmann-hill",
                "main": _portrait(main),
                "beside": _portrait(beside) if beside else None,
                "counts": main.near.counts.tolist(),
                "edges": [round(edge, 3) for edge in main.near.edges.tolist()],
                "expected": main.near.expected,
                "words": " ".join([_course(main.generator), *_difference(start, main.near, self.divide_by_period)]),
                "layout": layout,
            }


def _typed(seed):
    """The seed as text. Raises: TypeError or ValueError if it is no whole number, or too long to read."""
    if isinstance(seed, str):
        return seed
    if seed is None:
        return str(rng.WichmannHill().canonical_seed)
    seed = check_integer(seed, "a seed")
    if seed.bit_length() > 3300:
        raise ValueError(f"a seed is a whole number of up to 1,000 digits, not {format_int(seed)}")
    return str(seed)


def _from_seed(key, typed):
    seed = rng.parse_seed(typed)
    return _Start(key, typed, seed, rng.GENERATORS[key](seed).state)


def _from_state(key, state, typed=None):
    """The start at this state; its seed is the least that sets it, unless one is given as text."""
    generator = rng.GENERATORS[key](0)
    if isinstance(state, tuple | list):
        state = tuple(_read_component(j, x) for j, x in enumerate(state, start=1))
    try:
        generator.state = state
    except TypeError as error:
        raise ValueError(str(error)) from error
    typed = str(generator.canonical_seed) if typed is None else typed
    return _Start(key, typed, rng.parse_seed(typed), generator.state)


def _read_component(j, x):
    if not isinstance(x, str):
        return x
    try:
        return rng.parse_seed(x)
    except ValueError:
        raise ValueError(f"component {j} of a state is a whole number such as 499, not {x[:40]!r}") from None


def _made(start, divide_by_period):
    """The start's generator, at its beginning."""
    variant = {"divide_by_period": divide_by_period} if start.generator == "wichmann-hill" else {}
    generator = rng.GENERATORS[start.generator](0, **variant)
    generator.state = start.state
    return generator


@dataclass(frozen=True)
class _Drawn:
    """A generator, the stream of the draws that are stepped through, and a longer one for the pairs to come."""

    generator: rng.Congruential
    near: rng.Stream
    far: rng.Stream

    @classmethod
    def of(cls, make, n, reach):
        bins = 10 if n < 1000 else 20
        return cls(make(), rng.describe_stream(make(), n, bins), rng.describe_stream(make(), reach))


def _arithmetic(generator, state, stream):
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


def _components(generator):
    rules = (generator.multipliers, generator.increments, generator.moduli, generator.divisors)
    names = ("multiplier", "increment", "modulus", "divisor")
    return [dict(zip(names, rule, strict=True)) for rule in zip(*rules, strict=True)]


def _packed(arrays):
    """(layout, bytes): the arrays end to end, widest items first so that each starts at a multiple of its item size.

    layout: for each array its name, kind (as numpy spells it), offset in bytes and length in items.
    """
    layout, parts, offset = [], [], 0
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        layout.append({"name": name, "kind": array.dtype.str[1:], "offset": offset, "length": array.size})
        parts.append(array.astype(array.dtype.newbyteorder("<")).tobytes())
        offset += len(parts[-1])
    return layout, b"".join(parts)


# ---- words and figures ----


def _range(legal):
    odd = "odd, " if legal.step == 2 else ""
    return f"{odd}{legal[0]:,} to {legal[-1]:,}"


def _portrait(drawn):
    """What is said of a generator: title, rules as texts, pattern, facts (name, text, exact, of an even spread)."""
    generator, stream = drawn.generator, drawn.near
    rules = zip(generator.multipliers, generator.increments, generator.moduli, strict=True)
    n = len(stream.trace.values)
    return {
        "title": generator.title,
        "rules": [_rule(*rule) for rule in rules],
        "pattern": _pattern(drawn.far),
        "facts": [
            {"name": "mean", "text": f"{stream.mean:.4f}", "exact": repr(stream.mean), "even": "0.5"},
            {"name": "variance", "text": f"{stream.variance:.4f}", "exact": repr(stream.variance), "even": "0.0833"},
            {"name": "distinct values", "text": f"{stream.distinct:,} of {n:,}", "exact": "", "even": ""},
            {"name": "period", "text": f"{generator.period:,} draws", "exact": "", "even": ""},
        ],
    }


def _rule(multiplier, increment, modulus):
    return f"x → {multiplier:,}·x{f' + {increment:,}' if increment else ''} mod {modulus:,}"


def _pattern(stream):
    """What can be seen in the pairs and triples."""
    lines, planes = rng.count_lines(stream.pairs), rng.count_planes(stream.planes)
    if planes:
        return f"Pairs: no pattern to see. Triples: they lie on {planes} planes."
    if lines < len(stream.pairs) / 10:
        return f"Pairs: they lie on {lines} lines."
    return "Pairs and triples: no pattern to see."


def _course(generator):
    if len(generator.moduli) == 1:
        return "One component turns, and its fraction is the number drawn."
    return "Three components turn, each on its own; their fractions are added, and the whole part is dropped."


def _difference(start, stream, divided):
    """A sentence on what dividing by the periods, or no longer, would change in these numbers; none for others."""
    if start.generator != "wichmann-hill":
        return []
    values = stream.trace.values
    other = _made(start, not divided).draw(len(values))
    by = "the moduli 30,269, 30,307 and 30,323" if divided else "the periods 30,268, 30,306 and 30,322"
    moved = "the number drawn by" if len(values) == 1 else f"these {len(values):,} numbers by at most"
    return [
        f"Dividing by {by} instead would leave the states as they are and move {moved} "
        f"{rng.largest_difference(values, other):.6f}: the first would be {other[0]:.6f} in place of {values[0]:.6f}."
    ]
