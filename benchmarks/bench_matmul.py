"""How fast is the `numba` rung? Against torch @ and numpy @, and against what the machine could do at all.

Every thread count and size has a process of its own, in which the libraries are measured in turn, round after round,
with a pause between two of them: threads that still spin after one library's product would spoil the next one's. A
ratio is the median of the rounds' own ratios. A time in which threads had to wait for other programs' processors does not
count; where a library has no other in more than half of the rounds, the table says so in place of a figure.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles

from benchmarks._table import human, row

SQUARES = [(size, size, size) for size in (256, 512, 1024, 2048)]
DIGITS = (50_000, 784, 10)
PAUSE_S, LOOK_S = 0.15, 0.2
ROOT = Path(__file__).parents[1]


def figures(quick=False):
    """Yield one dict for each row of the table: figure, median, spread, ratio and beside, all of them text."""
    sizes = [(256, 256, 256), (5_000, 784, 10)] if quick else [*SQUARES, DIGITS]
    for threads in (1, 2):
        yield from _rows(sizes, threads, rounds=3 if quick else 11)
    fair = sizes[:1] if quick else [SQUARES[2], SQUARES[3]]
    yield from _rows(fair, 1, rounds=3 if quick else 11, openblas="SkylakeX")


def _rows(sizes, threads, rounds, openblas=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    environment |= {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "MKL", "OPENBLAS", "NUMBA")}
    if openblas:
        if "avx512f" not in _cpu_flags():
            yield row("numpy with AVX-512 (`OPENBLAS_CORETYPE=SkylakeX`)", beside="this machine has no AVX-512")
            return
        environment["OPENBLAS_CORETYPE"] = openblas
    for m, k, n in sizes:
        job = json.dumps([m, k, n, rounds])
        command = [sys.executable, "-m", "benchmarks.bench_matmul", job]
        run = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
        times = json.loads(run.stdout)
        name = f"{m}×{k}×{n}, {threads} thread{'s' * (threads > 1)}"
        name += f", OPENBLAS_CORETYPE={openblas}" * bool(openblas)
        yield from _compare(name, 2 * m * k * n, 4 * (m * k + k * n + m * n), times)


def _compare(name, flops, bytes_moved, times):
    """Rows of the table for one size: `times` has the seconds of every round, library by library."""
    bandwidth = times.pop("read")
    for library, rounds in times.items():
        seconds = [each for each in rounds if each]
        if 2 * len(seconds) <= len(rounds):
            lost = f"{len(rounds) - len(seconds)} of {len(rounds)} rounds"
            yield row(f"{library}, {name}", beside=f"other programs were in the way in {lost}")
            continue
        middle = median(seconds)
        both = {peer: _ratios(rounds, theirs) for peer, theirs in times.items() if library == "numba" != peer}
        ratios = [f"{median(found):.2f}× {peer}" for peer, found in both.items() if 2 * len(found) > len(rounds)]
        beside = f"{flops / middle / 1e9:.0f} GFLOP/s"
        if len(seconds) < len(rounds):
            beside += f"; {len(seconds)} of {len(rounds)} rounds, other programs were in the way of the rest"
        if library == "numba" and flops < 10 * bytes_moved:  # memory sets the pace
            share_read = bytes_moved / median(bandwidth) / middle
            beside += f"; {share_read:.0%} of the read bandwidth here ({median(bandwidth) / 1e9:.0f} GB/s)"
        yield row(f"{library}, {name}", human(middle), f"±{_spread(seconds):.0%}", ", ".join(ratios), beside)


def _ratios(own, theirs):
    """How many times as long the other took, in every round in which both have a time."""
    return [other / mine for mine, other in zip(own, theirs, strict=True) if mine and other]


def _spread(seconds):
    """Half the distance between the quartiles, as a share of the median."""
    low, _, high = quantiles(seconds, n=4)
    return (high - low) / 2 / median(seconds)


def _cpu_flags():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line for line in lines if line.startswith("flags")).split()
    except (OSError, StopIteration):
        return []


def _measure(m, k, n, rounds):
    """Seconds of every round for each library (None if disturbed), and bytes a second of a plain read, as JSON on stdout."""
    import numpy as np
    import torch

    from widgets_lib.compute import matmul, timing
    from widgets_lib.compute.matmul import cpu_kernels

    a, b = matmul.numpy_operands(m, k, n)
    ta, tb = torch.from_numpy(a), torch.from_numpy(b)
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    work = torch.from_numpy(np.ones(2**26, np.float32))  # 256 MB: no cache holds it
    products = {"numba": lambda: cpu_kernels.packed(a, b), "torch @": lambda: ta @ tb, "numpy @": lambda: a @ b}
    for name, product in products.items():
        if mismatch := matmul.check(product(), a, b):
            raise SystemExit(f"{name}: {mismatch.reason}")
    times = {name: [] for name in products} | {"read": []}
    for _ in range(rounds):
        for name, product in products.items():
            time.sleep(PAUSE_S)
            found = timing.measure(product, budget_s=LOOK_S)
            times[name].append(None if found.disturbed else found.seconds)
        time.sleep(PAUSE_S)
        times["read"].append(work.nbytes / timing.measure(work.max, budget_s=LOOK_S).seconds)
    print(json.dumps(times))


if __name__ == "__main__":
    _measure(*json.loads(sys.argv[1]))
