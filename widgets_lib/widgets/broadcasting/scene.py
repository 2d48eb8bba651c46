"""A picture drawn from formulas, in colour: an evening at the sea, of any size."""

import numpy as np
from numpy.typing import NDArray

_SKY = np.array([[0.16, 0.30, 0.66], [0.98, 0.72, 0.42]])  # at the top, and at the horizon
_SEA = np.array([[0.42, 0.40, 0.60], [0.03, 0.16, 0.34]])  # at the horizon, and at the bottom
_HILL = np.array([0.16, 0.44, 0.20])
_SUN = np.array([1.0, 0.94, 0.62])
_HORIZON = 0.62  # of the height


def draw_scene(rows: int, columns: int) -> NDArray[np.float32]:
    """A smooth picture (rows, columns, 3) of red, green and blue between 0 and 1, in steps of 1/255."""
    y, x = np.meshgrid((np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij")
    sky = _mix(_SKY, np.clip(y / _HORIZON, 0, 1) ** 1.5)
    sea = _mix(_SEA, np.clip((y - _HORIZON) / (1 - _HORIZON), 0, 1) ** 0.6)
    distance = np.hypot(x - 0.62, y - 0.44)
    glow = np.exp(-distance / 0.16)[..., np.newaxis]
    disc = np.clip((0.085 - distance) * 60, 0, 1)[..., np.newaxis]
    sky = sky + 0.55 * glow * (_SUN - sky)
    sky = sky + disc * (_SUN - sky)
    ridge = _HORIZON - 0.05 - 0.17 * np.exp(-(((x - 0.17) / 0.15) ** 2)) - 0.02 * np.sin(19 * x)
    hill = np.clip((y - ridge) * 60, 0, 1)[..., np.newaxis] * np.clip((0.52 - x) * 30, 0, 1)[..., np.newaxis]
    sky = sky + hill * (_HILL * (0.75 + 0.9 * x[..., np.newaxis]) - sky)
    path = np.exp(-(((x - 0.62) / (0.035 + 0.16 * np.clip(y - _HORIZON, 0, 1))) ** 2)) * (0.6 + 0.4 * np.sin(95 * y))
    sea = sea + 0.6 * path[..., np.newaxis] * (_SUN - sea)
    shore = np.clip((y - _HORIZON) * 90, 0, 1)[..., np.newaxis]
    return np.rint(255 * np.clip(sky + shore * (sea - sky), 0, 1)).astype(np.float32) / np.float32(255)


def _mix(colours: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first colour where `share` is 0, the second where it is 1."""
    return colours[0] + share[..., np.newaxis] * (colours[1] - colours[0])
