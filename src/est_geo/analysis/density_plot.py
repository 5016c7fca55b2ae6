"""Draw a grid of numbers with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from est_geo.geography.grid import Grid

_SHOWN = 0.98


def draw(
    values: NDArray[np.float64], grid: Grid, *, label: str, signed: bool, ax: Axes | None
) -> Axes:
    """Draw cells in colours, north up, with a scale.

    Parameters
    ----------
    values : array of rows x columns float
        Row 0 is the southernmost; cells that are not a number are left blank.
    grid : Grid
        Where the cells lie.
    label : str
        Beside the scale.
    signed : bool
        Whether values run to both sides of 0, which is then white. A ratio has no bound where next
        to nothing is left: the two percent of the cells farthest from 0 share the last colour.
    ax : Axes or None
        Where to draw; None makes a new figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - felt only where used
    except ImportError as error:
        raise ImportError("plot needs matplotlib: pip install matplotlib") from error
    axes = plt.subplots()[1] if ax is None else ax
    known = np.isfinite(values)
    sizes = np.abs(values[known])
    most = float(np.quantile(sizes, _SHOWN if signed else 1)) if sizes.size else 0.0
    drawn = axes.imshow(
        values,
        origin="lower",
        extent=(
            grid.west * grid.cell_m,
            (grid.west + grid.columns) * grid.cell_m,
            grid.south * grid.cell_m,
            (grid.south + grid.rows) * grid.cell_m,
        ),
        cmap="RdBu_r" if signed else "viridis",
        vmin=-most if signed else 0,
        vmax=most,
    )
    axes.set_axis_off()
    axes.figure.colorbar(drawn, ax=axes, label=label, extend="both" if signed else "neither")
    return axes
