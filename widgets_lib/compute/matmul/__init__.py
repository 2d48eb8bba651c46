"""Matrix multiplication, from three Python loops to the GPU: every rung of the course's ladder."""

from widgets_lib.compute.gpu.devices import cuda_is_simulated

from .backends import BACKENDS, Backend, matmul, register_backend
from .checking import CHECKED_AT_ONCE, TOLERANCE, Mismatch, check
from .costs import Cost, available_memory_bytes, cost
from .matrices import PUBLISHED_2022, numpy_operands, operands, sizes
from .rungs import (
    matmul_broadcast,
    matmul_dot,
    matmul_einsum,
    matmul_elementwise,
    matmul_kij,
    matmul_launch,
    matmul_lists,
    matmul_loops,
    matmul_numba,
    matmul_numba_cuda,
    matmul_numba_dot,
    matmul_numpy,
    matmul_torch,
    matmul_torch_cuda,
)

__all__ = [
    "BACKENDS",
    "CHECKED_AT_ONCE",
    "PUBLISHED_2022",
    "TOLERANCE",
    "Backend",
    "Cost",
    "Mismatch",
    "available_memory_bytes",
    "check",
    "cost",
    "cuda_is_simulated",
    "matmul",
    "matmul_broadcast",
    "matmul_dot",
    "matmul_einsum",
    "matmul_elementwise",
    "matmul_kij",
    "matmul_launch",
    "matmul_lists",
    "matmul_loops",
    "matmul_numba",
    "matmul_numba_cuda",
    "matmul_numba_dot",
    "matmul_numpy",
    "matmul_torch",
    "matmul_torch_cuda",
    "numpy_operands",
    "operands",
    "register_backend",
    "sizes",
]
