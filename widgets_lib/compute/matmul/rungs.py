"""The rungs of the ladder, from three Python loops to the GPU, in the order in which a learner meets them.

Each is a function of two matrices whose sizes fit, and imports what it needs inside: importing torch takes a second,
numba a quarter of one, and the list of rungs needs neither.
Glossary: a (m, k) times b (k, n) is c (m, n); i counts rows of a, j columns of b, k is summed.
"""

# mypy: disable-error-code="no-untyped-def"
# Learners read these functions as they stand here.

import numpy as np

from .backends import register_backend


@register_backend("python", "three loops over tensors", takes="torch", steps="m·n·k")
def matmul_loops(a, b):
    import torch

    (m, inner), n = a.shape, b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        for j in range(n):
            for k in range(inner):
                c[i, j] += a[i, k] * b[k, j]
    return c


@register_backend("python-kij", "the loops in the order k, i, j", takes="torch", steps="m·n·k")
def matmul_kij(a, b):
    import torch

    (m, inner), n = a.shape, b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for k in range(inner):
        for i in range(m):
            for j in range(n):
                c[i, j] += a[i, k] * b[k, j]
    return c


@register_backend("python-lists", "three loops over lists", takes="lists", steps="m·n·k")
def matmul_lists(a, b):
    m, inner, n = len(a), len(b), len(b[0])
    c = [[0.0] * n for _ in range(m)]
    for i in range(m):
        for j in range(n):
            for k in range(inner):
                c[i][j] += a[i][k] * b[k][j]
    return c


@register_backend("elementwise", "row × column, summed", takes="torch", steps="m·n")
def matmul_elementwise(a, b):
    import torch

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        for j in range(n):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


@register_backend("dot", "torch.dot", takes="torch", steps="m·n")
def matmul_dot(a, b):
    import torch

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        for j in range(n):
            c[i, j] = torch.dot(a[i, :], b[:, j])
    return c


@register_backend("numba-dot", "numba dot", takes="numpy", steps="m·n", needs=("numba",), kernel="cpu_kernels:dot")
def matmul_numba_dot(a, b):
    from widgets_lib.compute.matmul.cpu_kernels import dot

    m, n = a.shape[0], b.shape[1]
    c = np.zeros((m, n), a.dtype)
    for i in range(m):
        for j in range(n):
            c[i, j] = dot(a[i, :], b[:, j])
    return c


@register_backend("broadcast", "broadcasting, one loop left", takes="torch", steps="m")
def matmul_broadcast(a, b):
    import torch

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        c[i] = (a[i, :, None] * b).sum(dim=0)
    return c


@register_backend("einsum", "einsum", takes="torch", steps="1")
def matmul_einsum(a, b):
    import torch

    return torch.einsum("ik,kj->ij", a, b)


@register_backend("matmul", "torch @", takes="torch", steps="1")
def matmul_torch(a, b):
    return a @ b


@register_backend("numpy", "numpy @", takes="numpy", steps="1")
def matmul_numpy(a, b):
    return a @ b


@register_backend(
    "numba",
    "numba, packed panels",
    takes="numpy",
    steps="1",
    needs=("numba",),
    kernel="tiles:multiply_tiles cpu_kernels:multiply_narrow packed",
)
def matmul_numba(a, b):
    from widgets_lib.compute.matmul.cpu_kernels import packed

    return packed(a, b)


@register_backend(
    "launch-kernel",
    "a kernel launched by a Python loop",
    takes="torch",
    steps="m·n·k",
    kernel="gpu.kernels:launch_kernel matmul_kernel",
)
def matmul_launch(a, b):
    import torch

    from widgets_lib.compute.gpu import launch_kernel, matmul_kernel

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    launch_kernel(matmul_kernel, m, n, a, b, c)
    return c


@register_backend(
    "numba-cuda",
    "numba CUDA",
    takes="numba on GPU",
    steps="1",
    needs=("numba", "cuda"),
    kernel="gpu.kernels:tiled cuda_kernels:launch",
)
def matmul_numba_cuda(a, b):
    from widgets_lib.compute.matmul.cuda_kernels import launch, naive, simulated, tiled

    return launch(naive if simulated else tiled, a, b)


@register_backend("torch-cuda", "torch @ on the GPU", takes="torch on GPU", steps="1", needs=("torch", "cuda"))
def matmul_torch_cuda(a, b):
    return (a @ b).cpu()
