"""A kernel and its device functions, rewritten so that they can be run one thread at a time.

Reads and writes become calls that write themselves down; `cuda.syncthreads()` becomes a `yield`, so a thread that
waits is a generator at rest, and no thread of the system is needed. What waits, and whatever calls what waits, is
a generator; all else stays a plain function, which runs faster.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from . import rewriting, subset
from .cells import SITES
from .errors import KernelError
from .integers import Integers, local_names
from .recording import Site
from .source import Resolver, Source, python_function, read


@dataclass
class Unit:
    """One function of a program."""

    source: Source
    resolver: Resolver
    integers: Integers
    number: int
    """0 for the kernel itself."""
    calls: set[FunctionType] = field(default_factory=set)
    waits: bool = False

    @property
    def name(self) -> str:
        return f"{rewriting.PREFIX}function_{self.number}"

    @property
    def shown(self) -> str | None:
        """How a sentence names it; None for the kernel itself."""
        return self.source.name if self.number else None


@dataclass
class Program:
    """A kernel that is ready to run under a `Recorder`."""

    units: dict[FunctionType, Unit] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    barriers: list[tuple[int, str | None]] = field(default_factory=list)
    """Line and function of each `syncthreads`."""
    namespace: dict[str, Any] = field(default_factory=dict)
    constants: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)
    """Name in the rewritten code -> name in the text and value, of arrays that are not passed as arguments."""
    codes: dict[CodeType, str | None] = field(default_factory=dict)
    bare: list[str] = field(default_factory=list)
    """Device functions without `@cuda.jit`: a real GPU would refuse them."""
    places: int = 0
    """How many loops and calls have been numbered."""

    @property
    def kernel(self) -> Unit:
        return next(iter(self.units.values()))

    @property
    def entry(self) -> Callable[..., Any]:
        found: Callable[..., Any] = self.namespace[self.kernel.name]
        return found

    def site(self, site: Site) -> int:
        """The number of a new place of access."""
        self.sites.append(site)
        if len(self.sites) >= SITES:
            raise KernelError("the kernel’s text is too long to be followed", site.line)
        return len(self.sites) - 1

    def place(self) -> int:
        """The number of a new loop or call."""
        self.places += 1
        return self.places

    def inject(self, value: Any, name: str = "value") -> str:
        """A name under which the rewritten code finds an object."""
        made = f"{rewriting.PREFIX}{name}_{len(self.namespace)}"
        self.namespace[made] = value
        return made


def build(kernel: Any, text: str | None = None) -> Program:
    """The program of a kernel: see `read` for what it can be.

    Raises: KernelError for what no GPU could run or the trace does not know, with the line and the remedy.
    """
    program = Program()
    source = read(kernel, text)
    _discover(program, source.function, source)
    changed = True
    while changed:  # whoever calls one that waits, waits
        changed = False
        for unit in program.units.values():
            if not unit.waits and any(program.units[each].waits for each in unit.calls):
                unit.waits = changed = True
    for unit in list(program.units.values()):
        _compile(program, unit)
    return program


def _discover(program: Program, function: FunctionType, source: Source) -> None:
    subset.check(source, is_kernel=not program.units)
    resolver = Resolver(source, local_names(source.tree))
    unit = Unit(source, resolver, Integers(source.tree, resolver), len(program.units))
    program.units[function] = unit
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        if resolver.cuda(node.func) == ("syncthreads",):
            unit.waits = True
        called = device_function(resolver, node.func)
        if called is None:
            continue
        unit.calls.add(called)
        if called not in program.units:
            if isinstance(resolver.value(node.func), FunctionType):
                program.bare.append(called.__name__)
            _discover(program, called, read(called))


def device_function(resolver: Resolver, node: ast.AST) -> FunctionType | None:
    """The Python function that a call leads to, if it is one of the learner's; None for all else."""
    value = resolver.value(node)
    function = python_function(value) if resolver.cuda(node) is None else None
    if function is value and function is not None:
        same = function.__module__ == resolver.source.namespace.get("__name__")
        return function if same else None
    return function


def _compile(program: Program, unit: Unit) -> None:
    tree = rewriting.rewrite(program, unit)
    module = ast.fix_missing_locations(ast.Module([tree], []))
    exec(compile(module, f"<{unit.source.name}>", "exec"), program.namespace)
    program.codes[program.namespace[unit.name].__code__] = unit.shown
