"""One interface to five random generators that a fork can copy: create, draw, reseed, jump ahead, state as text."""

import random
import zlib
from collections.abc import Sequence
from copy import deepcopy
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np

from .congruential import WichmannHill
from .torch_generator import TorchGenerator

if TYPE_CHECKING:
    import torch

JUMP = 10**9  # draws between the streams of two Wichmann–Hill children: 6,953 of them fit into its period
# two lines: a phone would tear one
_SPAWN = "root = np.random.SeedSequence(seed)\nchild_seed = root.spawn(children)[child]\n"

G = TypeVar("G")


class GeneratorAdapter(Generic[G]):
    """How one kind of random generator is created, drawn from and reseeded; an adapter itself holds no state.

    `create` makes a separate generator, for a prediction; `seed_global` seeds and returns the one that the library
    itself draws from, for a real fork.
    """

    title: str
    codes: dict[str, str]  # for each reseeding, the lines that a child would write
    min_seed: int | None = 0  # None: negative seeds of any size
    max_seed: int | None = None  # None: seeds of any size
    reseeds_itself = False  # in a child, before the child's first line runs
    jump_unavailable: str | None = None  # the reason why it can't jump ahead
    neighbouring_seeds = ""  # a sentence on seeds that are neighbours, as process ids are

    @property
    def fork_unavailable(self) -> str | None:
        """The reason why no process here can be forked with this generator; None if one can. A prediction always can."""
        return None

    def create(self, seed: int) -> G:
        raise NotImplementedError

    def seed_global(self, seed: int) -> G:
        return self.create(seed)

    def copy(self, g: G) -> G:
        return deepcopy(g)

    def draw(self, g: G, n: int) -> list[float]:
        raise NotImplementedError

    def reseed(self, g: G, source: int | np.random.SeedSequence) -> None:
        raise NotImplementedError

    def jump(self, g: G, streams: int) -> None:
        """Move on by `streams` stretches, each longer than any program draws."""
        raise NotImplementedError(self.jump_unavailable)

    def state_text(self, g: G) -> str:
        """The state as a short text: its numbers, or a fingerprint where they are too many."""
        raise NotImplementedError


class _WichmannHillAdapter(GeneratorAdapter[WichmannHill]):
    title = "Wichmann–Hill"
    neighbouring_seeds = (
        " But neighbouring process ids are neighbouring seeds here, so the first draws are close together."
    )
    codes = {
        "pid": "rng.seed(os.getpid())",
        "urandom": "rng.seed(int.from_bytes(os.urandom(16), 'big'))",
        "spawn": _SPAWN + "rng.seed(int(child_seed.generate_state(1, np.uint64)[0]))",
        "jump": f"rng.jumpahead({JUMP:_} * (child + 1))",
    }

    def create(self, seed: int) -> WichmannHill:
        return WichmannHill(seed)

    def draw(self, g: WichmannHill, n: int) -> list[float]:
        values: list[float] = g.draw(n).tolist()
        return values

    def reseed(self, g: WichmannHill, source: int | np.random.SeedSequence) -> None:
        g.seed(_as_integer(source))

    def jump(self, g: WichmannHill, streams: int) -> None:
        g.jumpahead(JUMP * streams)

    def state_text(self, g: WichmannHill) -> str:
        return str(g.state)


class _PythonAdapter(GeneratorAdapter[random.Random]):
    title = "Python’s random"
    min_seed = None
    reseeds_itself = True
    jump_unavailable = "Python’s random has had no jumpahead since Python 3: the Mersenne Twister jumps only in numpy."
    codes = {
        "none": "# nothing to do: since Python 3.7 random reseeds itself in a child",
        "pid": "random.seed(os.getpid())",
        "urandom": "random.seed()",
        "spawn": _SPAWN + "random.seed(int(child_seed.generate_state(1, np.uint64)[0]))",
    }

    def create(self, seed: int) -> random.Random:
        return random.Random(seed)

    def seed_global(self, seed: int) -> random.Random:
        random.seed(seed)
        g: random.Random = _instance_of(random.random)
        return g

    def draw(self, g: random.Random, n: int) -> list[float]:
        return [g.random() for _ in range(n)]

    def reseed(self, g: random.Random, source: int | np.random.SeedSequence) -> None:
        g.seed(_as_integer(source))

    def state_text(self, g: random.Random) -> str:
        *words, position = g.getstate()[1]
        return _mersenne_twister_text(words, position)


class _NumpyLegacyAdapter(GeneratorAdapter[np.random.RandomState]):
    title = "np.random (legacy)"
    max_seed = 2**32 - 1
    codes = {
        "pid": "np.random.seed(os.getpid())",
        "urandom": "np.random.seed()",
        "spawn": _SPAWN + "np.random.set_state(np.random.MT19937(child_seed).state)",
        "jump": "bits = np.random.MT19937()\n"
        "bits.state = np.random.get_state(legacy=False)\n"
        "np.random.set_state(bits.jumped(child + 1).state)",
    }

    def create(self, seed: int) -> np.random.RandomState:
        return np.random.RandomState(seed)

    def seed_global(self, seed: int) -> np.random.RandomState:
        np.random.seed(seed)
        g: np.random.RandomState = _instance_of(np.random.random_sample)
        return g

    def draw(self, g: np.random.RandomState, n: int) -> list[float]:
        values: list[float] = g.random_sample(n).tolist()
        return values

    def reseed(self, g: np.random.RandomState, source: int | np.random.SeedSequence) -> None:
        if isinstance(source, np.random.SeedSequence):
            g.set_state(cast(Any, np.random.MT19937(source).state))
        else:
            g.seed(source)

    def jump(self, g: np.random.RandomState, streams: int) -> None:
        bits = np.random.MT19937()
        bits.state = cast(Any, g.get_state(legacy=False))
        g.set_state(cast(Any, bits.jumped(streams).state))

    def state_text(self, g: np.random.RandomState) -> str:
        inner = cast(Any, g.get_state(legacy=False))["state"]
        return _mersenne_twister_text(inner["key"], inner["pos"])


class _NumpyGeneratorAdapter(GeneratorAdapter[np.random.Generator]):
    title = "np.random.default_rng"
    codes = {
        "pid": "rng = np.random.default_rng(os.getpid())",
        "urandom": "rng = np.random.default_rng()",
        "spawn": _SPAWN + "rng = np.random.default_rng(child_seed)",
        "jump": "rng = np.random.Generator(rng.bit_generator.jumped(child + 1))",
    }

    def create(self, seed: int) -> np.random.Generator:
        return np.random.default_rng(seed)

    def draw(self, g: np.random.Generator, n: int) -> list[float]:
        values: list[float] = g.random(n).tolist()
        return values

    def reseed(self, g: np.random.Generator, source: int | np.random.SeedSequence) -> None:
        _pcg64(g).state = np.random.PCG64(source).state

    def jump(self, g: np.random.Generator, streams: int) -> None:
        _pcg64(g).state = _pcg64(g).jumped(streams).state

    def state_text(self, g: np.random.Generator) -> str:
        return f"{_pcg64(g).state['state']['state']:032x}"


class _TorchAdapter(GeneratorAdapter["TorchGenerator | torch.Generator"]):
    """A prediction draws from a `TorchGenerator`, a real fork from torch's own."""

    title = "torch"
    min_seed = -(2**63)
    max_seed = 2**64 - 1
    jump_unavailable = "torch’s generator has no way to jump ahead; reseed it in the child."
    codes = {
        "pid": "torch.manual_seed(os.getpid())",
        "urandom": "torch.seed()",
        "spawn": _SPAWN + "torch.manual_seed(int(child_seed.generate_state(1, np.uint64)[0]))",
    }

    @property
    def fork_unavailable(self) -> str | None:
        return None if find_spec("torch") else "torch is not installed here, so there is only the prediction."

    def create(self, seed: int) -> TorchGenerator:
        return TorchGenerator(seed)

    def seed_global(self, seed: int) -> "torch.Generator":
        import torch

        torch.manual_seed(seed)
        return torch.default_generator

    def draw(self, g: "TorchGenerator | torch.Generator", n: int) -> list[float]:
        if isinstance(g, TorchGenerator):
            predicted: list[float] = g.rand(n).tolist()
            return predicted
        import torch

        values: list[float] = torch.rand(n, generator=g).tolist()
        return values

    def reseed(self, g: "TorchGenerator | torch.Generator", source: int | np.random.SeedSequence) -> None:
        g.manual_seed(_as_integer(source))

    def state_text(self, g: "TorchGenerator | torch.Generator") -> str:
        return f"fingerprint {zlib.crc32(np.asarray(g.get_state()).tobytes()):08x}"


def _as_integer(source: int | np.random.SeedSequence) -> int:
    """A seed as it is; of a SeedSequence a whole number below 2⁶⁴."""
    if isinstance(source, np.random.SeedSequence):
        return int(source.generate_state(1, np.uint64)[0])
    return source


def _instance_of(method: Any) -> Any:
    """The global generator whose bound method a library offers as a function."""
    return method.__self__


def _pcg64(g: np.random.Generator) -> np.random.PCG64:
    return cast(np.random.PCG64, g.bit_generator)


def _mersenne_twister_text(words: Sequence[int], position: int) -> str:
    """The state of a Mersenne Twister: 624 words of 32 bits are too many to show."""
    return f"624 words, fingerprint {zlib.crc32(np.asarray(words, np.uint32).tobytes()):08x}, at word {position}"


GENERATORS: dict[str, GeneratorAdapter[Any]] = {
    "wichmann-hill": _WichmannHillAdapter(),
    "python": _PythonAdapter(),
    "numpy-legacy": _NumpyLegacyAdapter(),
    "numpy-generator": _NumpyGeneratorAdapter(),
    "torch": _TorchAdapter(),
}
