"""Slices, iterators and a matrix made of lists: what stands between a row of numbers and a digit."""

import reprlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.formatting import count

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")


def chunks(xs: Any, size: int) -> Iterator[Any]:
    """A generator of the slices xs[0:size], xs[size:2·size], …; the last may be short.

    xs: anything with len() and slices: list, tuple, text, array, tensor.
    Raises: ValueError naming the size unless it is a whole number ≥ 1; TypeError if xs has no len().
    """
    size = _size(size, "a chunk size", least=1)
    _check_tensor(xs)
    try:
        n = len(xs)
    except TypeError:
        kind = type(xs).__name__
        raise TypeError(f"chunks slices its values, and a {kind} has no length; list(...) gives it one") from None
    try:
        xs[0:0]
    except (TypeError, KeyError):
        raise TypeError(
            f"chunks slices its values, and a {type(xs).__name__} has no slices; give list(...) of it"
        ) from None
    return (xs[start : start + size] for start in range(0, n, size))


class Matrix:
    """Rows that answer to m[row, column], as a tensor does; the rows themselves are in `rows`.

    Raises: ValueError if the rows differ in length.
    """

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = list(rows)
        lengths = [len(row) for row in self.rows]
        for position, length in enumerate(lengths):
            if length != lengths[0]:
                found, first = count(length, "value"), count(lengths[0], "value")
                raise ValueError(f"row {position} has {found} and row 0 has {first}: rows of a matrix are equally long")
        self.shape = (len(lengths), lengths[0] if lengths else 0)

    def __getitem__(self, index: tuple[int, int]) -> Any:
        if not isinstance(index, tuple) or len(index) != 2:
            raise TypeError(f"a matrix takes two indices, m[row, column], not m[{index!r}]")
        for axis, position, length in zip(("row", "column"), index, self.shape, strict=True):
            position = check_integer(position, f"a {axis} index")
            if not -length <= position < length:
                inside = f"0 … {length - 1}" if length else "nothing"
                raise IndexError(
                    f"{axis} {position} is outside {inside}: the matrix is {self.shape[0]} × {self.shape[1]}"
                )
        row, column = index
        return self.rows[row][column]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> "np.ndarray":
        import numpy as np  # here: all else in this module does without it

        return np.array(self.rows, dtype)

    def __repr__(self) -> str:
        return f"Matrix({self.shape[0]} × {self.shape[1]})"


@dataclass(frozen=True)
class Pixels:
    """A row of numbers folded into a picture: every field but `shape` is (rows, columns), as tuples of tuples."""

    shape: tuple[int, int]
    values: tuple[tuple[float, ...], ...]
    flat_index: tuple[tuple[int, ...], ...]  # columns·row + column: where the pixel stands in the row of numbers
    grey: tuple[tuple[float, ...], ...]  # from 0 (the lowest value) to 1 (the highest)
    lowest: float
    highest: float


def pixels(values: Iterable[Any], columns: int = 28) -> Pixels:
    """The values, folded into rows of `columns`, as Pixels.

    Raises: ValueError if there are none, or they do not fill the last row.
    """
    columns = _size(columns, "a number of columns", least=1)
    _check_tensor(values)
    try:
        values = [float(v) for v in values]
    except (TypeError, ValueError):
        raise TypeError(f"{reprlib.repr(values)} can’t be read as a row of numbers") from None
    if not values or len(values) % columns:
        raise ValueError(f"{len(values)} values do not fill rows of {columns}")
    lowest, highest = min(values), max(values)
    half = (highest / 2 - lowest / 2) or 1.0  # all alike: all 0; halves, for the whole span may leave a float
    return Pixels(
        shape=(len(values) // columns, columns),
        values=_folded(values, columns),
        flat_index=_folded(range(len(values)), columns),
        grey=_folded([(v / 2 - lowest / 2) / half for v in values], columns),
        lowest=lowest,
        highest=highest,
    )


@dataclass(frozen=True)
class Head:
    """A read head on the tape: one iterator. `position` is the index of the value it would give next."""

    number: int  # 0 for the first iterator made, 1 for the second: stays when its names change
    position: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Press:
    """One press of a button: the code that ran, and what it left behind.

    `spans` are the stretches [start, stop) of the tape that were read, one for each call: a run up to a sentinel
    makes many, and its last one is empty. `returned` is what came back (None: nothing was asked for).
    """

    code: str
    head: int  # the number of the head that the press was about
    spans: tuple[tuple[int, int], ...]
    returned: object
    raised: str | None  # "StopIteration" from next() on an iterator that is at its end
    heads: tuple[Head, ...]  # after the press
    exhausted: bool  # the head that moved has nothing left to give
    sentence: str


@dataclass(frozen=True)
class Walk:
    """What the presses did to a tape of values; `start` are the heads before the first press."""

    values: tuple[Any, ...]
    start: tuple[Head, ...]
    presses: tuple[Press, ...]


def walk(values: Any, presses: Iterable[Sequence[Any]], name: str = "it") -> Walk:
    """Run the presses on a real iterator over the values and report each, as a Walk.

    values: a sequence, or a number n for 0 … n − 1. To begin with, `name` is an iterator at the first value.
    presses: tuples, each beginning with what to do:
        ("islice", name, n)         list(islice(name, n)): the next n
        ("next", name)              next(name)
        ("until", name, n)          list(iter(lambda: list(islice(name, n)), [])): chunks up to the sentinel []
        ("same", new, name)         new = name: a second name for one iterator
        ("iter", name)              name = iter(values): a new iterator, back at the first value
    Raises: ValueError for a press, name or size that makes no sense, naming it.
    """
    _check_tensor(values)
    if not isinstance(values, Sequence):
        values = range(check_integer(values, "a number of values", 0)) if _is_whole(values) else _listed(values)
    tape = _Tape(values)
    tape.iter(name)
    start = tape.heads()
    return Walk(tuple(values), start, tuple(tape.press(*_words(press)) for press in presses))


def _listed(values: Any) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        kind = type(values).__name__
        raise TypeError(f"{reprlib.repr(values)} ({kind}) is neither a sequence nor a number of values") from None


def _words(press: Any) -> Sequence[Any]:
    if not isinstance(press, (tuple, list)) or not all(isinstance(word, (str, int)) for word in press[:2]):
        raise ValueError(f"{reprlib.repr(press)} is not a press, such as ('next', 'it')")
    return press


class _CountingIterator:
    """An iterator that knows how many values it has given."""

    def __init__(self, values: Sequence[Any], number: int) -> None:
        self.values, self.number, self.position = iter(values), number, 0

    def __iter__(self) -> "_CountingIterator":
        return self

    def __next__(self) -> Any:
        value = next(self.values)
        self.position += 1
        return value


class _Tape:
    """The values, and the iterators over them by name; each press reports what it did."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values
        self.names: dict[str, _CountingIterator] = {}
        self.made = 0

    def heads(self) -> tuple[Head, ...]:
        iterators = {it.number: it for it in self.names.values()}
        return tuple(
            Head(number, it.position, tuple(name for name, other in self.names.items() if other is it))
            for number, it in sorted(iterators.items())
        )

    def press(self, action: Any = None, name: Any = None, *rest: Any) -> Press:
        actions: dict[str, Callable[..., Press]] = {
            "islice": self.islice,
            "next": self.next,
            "until": self.until,
            "same": self.same,
            "iter": self.iter,
        }
        if action not in actions:
            raise ValueError(f"no press {action!r}; there are {', '.join(actions)}")
        known = name if action != "same" else (rest or (None,))[0]
        if action != "iter" and known not in self.names:
            raise ValueError(f"no iterator named {known!r}; there are {', '.join(self.names)}")
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"{name!r} can’t be the name of an iterator")
        if len(rest) != (action in ("islice", "until", "same")):
            raise ValueError(f"{(action, name, *rest)!r} is not a press: too many or too few words")
        return actions[action](name, *rest)

    def islice(self, name: str, n: int) -> Press:
        n = _size(n, "how many to take", least=0)
        it = self.names[name]
        before = it.position
        taken = list(islice(it, n))
        if n == 0:
            sentence = "None were asked for: an empty list, and the bookmark stays where it is."
        elif len(taken) == n:
            sentence = f"The next {n}; the bookmark moves on by {n}."
        elif taken:
            sentence = f"Only {len(taken)} were left, so {len(taken)} came back; islice does not complain."
        else:
            sentence = "Nothing is left: an empty list, now and every time after."
        code = f"list(islice({name}, {n}))"
        return self._report(code, it, ((before, it.position),), taken, sentence)

    def next(self, name: str) -> Press:
        it = self.names[name]
        before, code = it.position, f"next({name})"
        try:
            value = next(it)
        except StopIteration:
            sentence = "Nothing is left: next raises StopIteration, which is how a for loop knows that it is done."
            return self._report(code, it, ((before, before),), None, sentence, raised="StopIteration")
        return self._report(code, it, ((before, it.position),), value, "One value; the bookmark moves on by one.")

    def until(self, name: str, n: int) -> Press:
        n = _size(n, "how many to take", least=1)  # islice(it, 0) is [] at once: nothing would be read
        it = self.names[name]
        spans: list[tuple[int, int]] = []

        def take() -> list[Any]:
            before = it.position
            taken = list(islice(it, n))
            spans.append((before, it.position))
            return taken

        rows: list[list[Any]] = list(iter(take, []))
        code = f"list(iter(lambda: list(islice({name}, {n})), []))"
        if rows:
            gave = f"{len(rows)} gave values" if len(rows) > 1 else "one gave values"
            sentence = f"{len(spans)} calls: {gave}, and the last gave the sentinel [] that ends the run."
        else:
            sentence = "The very first call gave the sentinel [], so nothing was collected."
        return self._report(code, it, tuple(spans), rows, sentence)

    def same(self, new: str, name: str) -> Press:
        it = self.names[new] = self.names[name]
        sentence = "No new iterator: a second name for the same one, so either name moves the one bookmark."
        return self._report(f"{new} = {name}", it, (), None, sentence)

    def iter(self, name: str) -> Press:
        it = self.names[name] = _CountingIterator(self.values, self.made)
        self.made += 1
        sentence = "A new iterator with a bookmark of its own, at the first value."
        return self._report(f"{name} = iter(values)", it, (), None, sentence)

    def _report(
        self,
        code: str,
        it: _CountingIterator,
        spans: tuple[tuple[int, int], ...],
        returned: object,
        sentence: str,
        raised: str | None = None,
    ) -> Press:
        exhausted = it.position == len(self.values)
        return Press(code, it.number, spans, returned, raised, self.heads(), exhausted, sentence)


def _folded(values: Sequence[T], columns: int) -> tuple[tuple[T, ...], ...]:
    return tuple(tuple(row) for row in chunks(values, columns))


def _check_tensor(x: Any) -> None:
    """Raises: as arrays.check_tensor, for a tensor that can't be walked along; numpy is not loaded to find out."""
    if "torch" in sys.modules:
        from widgets_lib.compute.arrays import check_tensor  # here: all else in this module does without numpy

        check_tensor(x)


def _is_whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not hasattr(value, "__len__")


def _size(value: Any, what: str, least: int) -> int:
    try:
        return check_integer(value, what, least)
    except TypeError as error:
        raise ValueError(str(error)) from None
