"""The five kinds of generator that a fork can copy, behind one interface: make, draw, reseed, jump."""

import random
import zlib
from copy import deepcopy
from importlib.util import find_spec

import numpy as np

from .congruential import WichmannHill

JUMP = 10**9  # draws between the streams of two Wichmann–Hill children: 6,953 of them fit into its period
_SPAWN = "child_seed = np.random.SeedSequence(seed).spawn(children)[child]\n"


class _Generator:
    """How one kind of generator is made, drawn from and reseeded.

    `own` makes a fresh one for a prediction; `shared` seeds the one the whole process uses, for a real fork.
    """

    max_seed = None
    unavailable = None
    reseeds_itself = False  # in a child, before the child's first line runs
    no_jump = None  # why not
    near = ""  # what to say of seeds that are neighbours, as process ids are

    def copy(self, g):
        return deepcopy(g)

    def shared(self, seed):
        return self.own(seed)


class _WichmannHill(_Generator):
    title = "Wichmann–Hill"
    near = " But neighbouring process ids are neighbouring seeds here, and the first draws are close together."
    codes = {
        "pid": "rng.seed(os.getpid())",
        "urandom": "rng.seed(int.from_bytes(os.urandom(16), 'big'))",
        "spawn": _SPAWN + "rng.seed(int(child_seed.generate_state(1, np.uint64)[0]))",
        "jump": f"rng.jumpahead({JUMP:_} * (child + 1))",
    }

    def own(self, seed):
        return WichmannHill(seed)

    def draw(self, g, n):
        return g.draw(n).tolist()

    def reseed(self, g, source):
        g.seed(_number(source))

    def jump(self, g, streams):
        g.jumpahead(JUMP * streams)

    def state(self, g):
        return str(g.state)


class _Python(_Generator):
    title = "Python's random"
    reseeds_itself = True
    no_jump = "Python's random has had no jumpahead since Python 3: the Mersenne Twister jumps only in numpy."
    codes = {
        "none": "# nothing to do: since Python 3.7 random reseeds itself in a child",
        "pid": "random.seed(os.getpid())",
        "urandom": "random.seed()",
        "spawn": _SPAWN + "random.seed(int(child_seed.generate_state(1, np.uint64)[0]))",
    }

    def own(self, seed):
        return random.Random(seed)

    def shared(self, seed):
        random.seed(seed)
        return random.random.__self__  # the instance behind the module's functions

    def draw(self, g, n):
        return [g.random() for _ in range(n)]

    def reseed(self, g, source):
        g.seed(_number(source))

    def state(self, g):
        *words, position = g.getstate()[1]
        return _twister(np.array(words, np.uint32), position)


class _NumpyLegacy(_Generator):
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

    def own(self, seed):
        return np.random.RandomState(seed)

    def shared(self, seed):
        np.random.seed(seed)
        return np.random.random_sample.__self__  # the instance behind the module's functions

    def draw(self, g, n):
        return g.random_sample(n).tolist()

    def reseed(self, g, source):
        if isinstance(source, np.random.SeedSequence):
            g.set_state(np.random.MT19937(source).state)
        else:
            g.seed(source)

    def jump(self, g, streams):
        bits = np.random.MT19937()
        bits.state = g.get_state(legacy=False)
        g.set_state(bits.jumped(streams).state)

    def state(self, g):
        inner = g.get_state(legacy=False)["state"]
        return _twister(inner["key"], inner["pos"])


class _NumpyGenerator(_Generator):
    title = "np.random.default_rng"
    codes = {
        "pid": "rng = np.random.default_rng(os.getpid())",
        "urandom": "rng = np.random.default_rng()",
        "spawn": _SPAWN + "rng = np.random.default_rng(child_seed)",
        "jump": "rng = np.random.Generator(rng.bit_generator.jumped(child + 1))",
    }

    def own(self, seed):
        return np.random.default_rng(seed)

    def draw(self, g, n):
        return g.random(n).tolist()

    def reseed(self, g, source):
        g.bit_generator.state = np.random.PCG64(source).state

    def jump(self, g, streams):
        g.bit_generator.state = g.bit_generator.jumped(streams).state

    def state(self, g):
        return f"{g.bit_generator.state['state']['state']:032x}"


class _Torch(_Generator):
    title = "torch"
    max_seed = 2**64 - 1
    no_jump = "torch's generator has no way to jump ahead; reseed it in the child."
    codes = {
        "pid": "torch.manual_seed(os.getpid())",
        "urandom": "torch.seed()",
        "spawn": _SPAWN + "torch.manual_seed(int(child_seed.generate_state(1, np.uint64)[0]))",
    }

    @property
    def unavailable(self):
        return None if find_spec("torch") else "torch is not installed here."

    def own(self, seed):
        import torch

        return torch.Generator().manual_seed(seed)

    def shared(self, seed):
        import torch

        torch.manual_seed(seed)
        return torch.default_generator

    def copy(self, g):
        import torch

        twin = torch.Generator()
        twin.set_state(g.get_state())
        return twin

    def draw(self, g, n):
        import torch

        return torch.rand(n, generator=g).tolist()

    def reseed(self, g, source):
        g.manual_seed(_number(source))

    def state(self, g):
        return f"fingerprint {zlib.crc32(g.get_state().numpy().tobytes()):08x}"


def _number(source):
    """A whole number below 2⁶⁴ from a seed or a SeedSequence."""
    if isinstance(source, np.random.SeedSequence):
        return int(source.generate_state(1, np.uint64)[0])
    return source


def _twister(words, position):
    """A text for the state of a Mersenne Twister: 624 words are too many for a card."""
    return f"624 words, fingerprint {zlib.crc32(np.asarray(words, np.uint32).tobytes()):08x}, at word {position}"


GENERATORS = {
    "wichmann-hill": _WichmannHill(),
    "python": _Python(),
    "numpy-legacy": _NumpyLegacy(),
    "numpy-generator": _NumpyGenerator(),
    "torch": _Torch(),
}
