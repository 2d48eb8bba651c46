"""Read a pickle with bounds: on its names and opcodes, and on the memory that it can take.

A few bytes of pickle can ask for gigabytes: one opcode has room made for so many entries or bytes, one repeated
opcode copies what an earlier one made, and a few kilobytes of gzip unpack to terabytes. `pickle.Unpickler` in C has no
limits on these, so this is the one in Python, which a subclass can bound opcode by opcode.
"""

import pickle
import re
import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

MAX_OPCODES = 500_000  # an array takes about 25
MAX_DEPTH = 100  # of marks, and of tuples, lists and dicts in one another
SHORT_TEXT = 1000  # bytes; a longer text is bytes in disguise, as Python 3 writes them in old protocols
CHUNK_BYTES = 2**20

Handler = Callable[[Any], None]


class UnsafePickleError(pickle.UnpicklingError):
    """The pickle asks for something that an array of numbers does not need."""


class TooLargeError(Exception):
    """The pickle holds, or makes, more bytes than it may."""


class Budget:
    """How many bytes may still be taken."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, n: int) -> None:
        """Raises: TooLargeError if fewer than n bytes are left."""
        self.left -= n
        if self.left < 0:
            raise TooLargeError


class BoundedStream:
    """A stream that gives no more bytes than its budget, and takes no memory for bytes that do not come."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, n: int) -> bytes:
        """Exactly n bytes. Raises: UnpicklingError if there are fewer; TooLargeError."""
        data = self._stream.read(min(n, CHUNK_BYTES))
        if len(data) < n:  # announced sizes are believed a piece at a time
            pieces = BytesIO()
            while data:
                self._budget.spend(len(data))
                pieces.write(data)
                data = self._stream.read(min(n - pieces.tell(), CHUNK_BYTES))
            if pieces.tell() < n:
                raise pickle.UnpicklingError("it ends before it is complete")
            return pieces.getvalue()
        self._budget.spend(n)
        return data

    def readline(self) -> bytes:
        line = self._stream.readline(self._budget.left + 1)
        self._budget.spend(len(line))
        return line

    def drain(self) -> None:
        """Read to the end, where gzip keeps its checksum."""
        while data := self._stream.read(CHUNK_BYTES):
            self._budget.spend(len(data))


class _Dispatch:
    """The handler of each opcode that may come, and a count of those that did."""

    def __init__(self, handlers: Mapping[int, Handler]) -> None:
        self._handlers, self._left = handlers, MAX_OPCODES

    def __getitem__(self, opcode: int) -> Handler:
        self._left -= 1
        if self._left < 0:
            raise UnsafePickleError(f"it has more than {MAX_OPCODES:,} instructions")
        handler = self._handlers.get(opcode)
        if handler is None and opcode not in _PythonUnpickler.dispatch:
            raise pickle.UnpicklingError(f"{bytes([opcode])!r} is not an instruction")
        if handler is None:
            raise UnsafePickleError(f"it has an instruction, {bytes([opcode])!r}, that no array of numbers needs")
        return handler


_ALLOWED = (
    "PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT "
    "BINFLOAT STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 UNICODE BINUNICODE "
    "SHORT_BINUNICODE BINUNICODE8 EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST LIST APPEND APPENDS EMPTY_DICT "
    "DICT SETITEM SETITEMS GLOBAL STACK_GLOBAL REDUCE BUILD GET BINGET LONG_BINGET PUT BINPUT LONG_BINPUT MEMOIZE "
    "PERSID BINPERSID"
)
_PythonUnpickler: Any = pickle._Unpickler


class BoundedUnpickler(_PythonUnpickler):
    """An unpickler of tuples, lists and dicts, of plain values and of what `stand_ins` make.

    stand_ins: (module, name) -> what stands for it; nothing is imported. Of them, `callables` may be called, and
    instances of `filled` get their state by `__setstate__`.
    """

    def __init__(
        self,
        stream: BoundedStream,
        stand_ins: Mapping[tuple[str, str], Any],
        callables: tuple[Any, ...],
        filled: tuple[type, ...],
    ) -> None:
        super().__init__(stream, encoding="bytes")
        self.dispatch = _Dispatch(_HANDLERS)
        self._stand_ins, self._callables, self._filled = stand_ins, callables, filled

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._stand_ins[module, name]
        except KeyError:
            raise UnsafePickleError(f"it asks for {module}.{name}, which no array of numbers needs") from None

    def persistent_load(self, pid: Any) -> Any:
        raise UnsafePickleError("it asks for an object from outside the file")

    def bounded_mark(self) -> None:
        if len(self.metastack) >= MAX_DEPTH:
            raise UnsafePickleError(f"it is nested more than {MAX_DEPTH} deep")
        self.load_mark()

    def bounded_memoize(self) -> None:
        if len(self.memo) >= MAX_OPCODES:
            raise UnsafePickleError("it numbers more parts than it has")
        self.load_memoize()

    def bounded_put(self, index: int) -> None:
        if not 0 <= index < MAX_OPCODES:
            raise UnsafePickleError("it numbers more parts than it has")
        self.memo[index] = self.stack[-1]

    def checked_reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack[-1]
        if not any(function is allowed for allowed in self._callables) or not isinstance(arguments, tuple):
            raise UnsafePickleError("it calls something that no array of numbers needs")
        self.stack[-1] = function(*arguments)

    def checked_build(self) -> None:
        state, made = self.stack.pop(), self.stack[-1]
        if type(made) not in self._filled:
            raise UnsafePickleError("it sets the state of something that is not an array")
        made.__setstate__(state)

    def checked_set(self, items: list[Any], target: Any) -> None:
        """Fill a dict. Its keys are plain: hashing nested tuples could take for ever, or overflow the stack."""
        if type(target) is not dict or not all(isinstance(key, (str, bytes, int, float)) for key in items[::2]):
            raise UnsafePickleError("it has a dict with keys that are neither texts nor numbers")
        for key, value in zip(islice(items, 0, None, 2), islice(items, 1, None, 2), strict=True):
            target[key] = value

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.checked_set([key, value], self.stack[-1])

    def load_setitems(self) -> None:
        items = self.pop_mark()
        self.checked_set(items, self.stack[-1])

    def load_dict(self) -> None:
        made: dict[Any, Any] = {}
        self.checked_set(self.pop_mark(), made)
        self.append(made)

    def append_sized(self, size_format: str, convert: Callable[[bytes], Any]) -> None:
        (length,) = struct.unpack(size_format, self.read(struct.calcsize(size_format)))
        self.append(convert(self.read(length)))

    def load_unicode(self) -> None:
        data = self.readline()[:-1]
        if len(data) > SHORT_TEXT and re.search(rb"\\U|\\u(?!00)", data):
            raise UnsafePickleError("it holds a long text")
        self.append(data.decode("raw-unicode-escape"))


def _text(data: bytes) -> str:
    """UTF-8 as text. One wide letter makes a text of any length take four bytes a letter, so long ones have none."""
    if len(data) > SHORT_TEXT and np.frombuffer(data, np.uint8).max() > 0xC3:
        raise UnsafePickleError("it holds a long text")
    return data.decode("utf-8", "surrogatepass")


def _handlers() -> dict[int, Handler]:
    handlers: dict[int, Handler] = {
        (code := getattr(pickle, name)[0]): _PythonUnpickler.dispatch[code] for name in _ALLOWED.split()
    }
    own: dict[bytes, Handler] = {
        pickle.MARK: BoundedUnpickler.bounded_mark,
        pickle.MEMOIZE: BoundedUnpickler.bounded_memoize,
        pickle.PUT: lambda self: self.bounded_put(int(self.readline()[:-1])),
        pickle.BINPUT: lambda self: self.bounded_put(self.read(1)[0]),
        pickle.LONG_BINPUT: lambda self: self.bounded_put(int.from_bytes(self.read(4), "little")),
        pickle.REDUCE: BoundedUnpickler.checked_reduce,
        pickle.BUILD: BoundedUnpickler.checked_build,
        pickle.SETITEM: BoundedUnpickler.load_setitem,
        pickle.SETITEMS: BoundedUnpickler.load_setitems,
        pickle.DICT: BoundedUnpickler.load_dict,
        pickle.UNICODE: BoundedUnpickler.load_unicode,
        pickle.BINUNICODE: lambda self: self.append_sized("<I", _text),
        pickle.BINUNICODE8: lambda self: self.append_sized("<Q", _text),
        pickle.BYTEARRAY8: lambda self: self.append_sized("<Q", bytes),  # no array keeps it, so it may be bytes
    }
    return handlers | {code[0]: handler for code, handler in own.items()}


_HANDLERS = _handlers()
