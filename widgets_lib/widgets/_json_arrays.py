"""Arrays as JSON, exactly."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute.arrays import as_numpy

MAX_BYTES = 65_536  # of one array


def array_to_json(value: Any) -> dict[str, Any]:
    """dtype, shape and data. Raises: TypeError for an array that is too large for a page, or holds no plain numbers."""
    array = as_numpy(value)
    if array.nbytes > MAX_BYTES:
        raise TypeError(f"an array of {array.nbytes:,} bytes is too large to be kept: at most {MAX_BYTES:,}")
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": data}


def array_from_json(kept: dict[str, Any]) -> NDArray[Any]:
    """The array that `array_to_json` told."""
    numbers = np.frombuffer(base64.b64decode(kept["data"]), kept["dtype"])
    return numbers.reshape(kept["shape"]).copy()
