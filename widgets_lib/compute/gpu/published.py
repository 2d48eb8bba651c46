"""Rates that others measured on a named GPU: what a lesson shows where there is none, and says so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedRates:
    """One matrix product, float32, on one GPU: operations a second of several kernels."""

    device: str
    size: int
    """m, k and n of the product."""
    threads_per_side: int
    """Of a block of the plain kernels."""
    source: str
    gflops: dict[str, float]
    """10⁹ floating-point operations a second by kernel: "naive" has x as the row, "naive_columns" as the column."""


PUBLISHED_A6000 = PublishedRates(
    device="NVIDIA A6000 (Ampere)",
    size=4092,
    threads_per_side=32,
    source="S. Boehm, github.com/siboehm/SGEMM_CUDA, README",
    gflops={"naive": 309.0, "naive_columns": 1986.5, "tiled": 2980.3, "library": 23249.6},
)
"""Source: the table in the README of github.com/siboehm/SGEMM_CUDA: kernels 1, 2 and 3, and cuBLAS as "library"."""
