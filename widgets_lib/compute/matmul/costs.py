"""What a product costs before anything runs, and whether this machine has the memory for it."""

from dataclasses import dataclass

from widgets_lib.compute.formatting import format_bytes

from .checking import CHECKED_AT_ONCE


@dataclass(frozen=True)
class Cost:
    """What a product costs before anything runs. float32: 4 bytes a number."""

    m: int
    k: int
    n: int

    @property
    def flops(self) -> int:
        """Multiplications and additions: 2·m·k·n."""
        return 2 * self.m * self.k * self.n

    @property
    def bytes(self) -> int:
        """The least that must move: a and b read once, c written once."""
        return 4 * (self.m * self.k + self.k * self.n + self.m * self.n)

    @property
    def memory_bytes(self) -> int:
        """Memory needed to run and check it: a, b, c, and the check's float64 block of rows."""
        return self.bytes + 8 * 3 * min(self.m, CHECKED_AT_ONCE) * (self.k + self.n)

    @property
    def flops_per_byte(self) -> float:
        """How often each byte is used; small means that memory sets the pace."""
        return self.flops / self.bytes if self.bytes else 0.0

    def too_big(self, available_bytes: float | None = None) -> str | None:
        """Why it would not fit into memory, in words; None if it fits, or if the free memory is unknown."""
        available = available_memory_bytes() if available_bytes is None else available_bytes
        if available is None or self.memory_bytes <= available:
            return None
        return f"it needs {format_bytes(self.memory_bytes)}, and {format_bytes(available)} are free on this machine"


def cost(m: int, k: int, n: int) -> Cost:
    """What (m, k) times (k, n) costs, as a `Cost`. Raises: ValueError for a size that is negative or not whole."""
    for name, size in zip("mkn", (m, k, n), strict=True):
        if size != int(size) or size < 0:
            raise ValueError(f"{name} must be a whole number, 0 or more, not {size}")
    return Cost(int(m), int(k), int(n))


def available_memory_bytes() -> int | None:
    """Bytes of memory free for use, the container's limit included; None where it is unknown (not Linux)."""
    free = [_memory_available(), _container_available()]
    return min((size for size in free if size is not None), default=None)


def _memory_available() -> int | None:
    try:
        with open("/proc/meminfo") as lines:
            return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


def _container_available() -> int | None:
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            with open(f"/sys/fs/cgroup/{limit}") as limit_file, open(f"/sys/fs/cgroup/{used}") as used_file:
                return int(limit_file.read()) - int(used_file.read())
        except (OSError, ValueError):  # no such group, or its limit is the word "max"
            continue
    return None
