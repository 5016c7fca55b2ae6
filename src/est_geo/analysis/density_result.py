"""The density that was estimated: values on a grid, and what can be drawn and written from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from est_geo.analysis.contours import between
from est_geo.analysis.density_plot import draw
from est_geo.analysis.geotiff import geotiff_bytes
from est_geo.checks import check_choice, check_number, check_same_crs, read_points
from est_geo.errors import InputError
from est_geo.files.writing import write_atomic
from est_geo.notebook import show_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray
    from pyproj import CRS

    from est_geo.analysis.kernel_scaling import Kernel
    from est_geo.geography.grid import Grid

_M2_PER_KM2 = 1e6
_HOT_TIMES_MEAN = 3
_CLASSES = 5

Measure = Literal["density", "ratio", "difference", "log_ratio"]
_COLUMN = {
    "density": "per_km2",
    "ratio": "ratio",
    "difference": "difference_per_km2",
    "log_ratio": "log_ratio",
}
_KERNELS = {"quartic": "kvartisk", "epanechnikov": "Epanechnikov", "gaussian": "gaussisk"}
_WORDS = {
    "sv": {
        "density": "händelser per km²",
        "ratio": "kvot",
        "difference": "skillnad, händelser per km²",
        "log_ratio": "logaritmerad kvot",
    },
    "en": {
        "density": "incidents per km²",
        "ratio": "ratio",
        "difference": "difference, incidents per km²",
        "log_ratio": "log ratio",
    },
}


@dataclass(frozen=True, eq=False)
class Density:
    """Incidents per km² on a grid of square cells, or a comparison of two such densities.

    Attributes
    ----------
    values : array of rows x columns float
        Density at each cell's centre; row 0 is the southernmost; NaN outside the study area, and
        in a comparison where there is too little to compare with.
    grid : Grid
        Where the cells lie.
    crs : CRS
        Of the grid, in metres.
    bandwidth_m : float
        The kernel's radius; a Gaussian kernel has σ = `bandwidth_m` / √8.
    kernel : str
        "quartic", "epanechnikov" or "gaussian".
    adaptive : bool
        Whether each site had a radius of its own, around `bandwidth_m`.
    edge : str
        "mass" if divided by the share of the kernel inside the study area, else "none".
    measure : str
        "density", or of `kde_ratio` "ratio", "difference" or "log_ratio".
    floor_per_km2 : float
        In a comparison, the least density of the second set that is compared with; else 0.
    """

    values: NDArray[np.float64] = field(repr=False)
    grid: Grid
    crs: CRS = field(repr=False)
    bandwidth_m: float
    kernel: Kernel
    adaptive: bool = False
    edge: Literal["none", "mass"] = "none"
    measure: Measure = "density"
    floor_per_km2: float = 0.0

    @property
    def cell_m(self) -> float:
        """Side of a cell in metres."""
        return self.grid.cell_m

    @property
    def mean(self) -> float:
        """Mean of the cells that have a value, NaN if none has; per km² for a density."""
        known = np.isfinite(self.values)
        return float(self.values[known].mean()) if known.any() else math.nan

    def levels(self) -> list[float]:
        """Suggest five class limits, per km²: about 3, 6, 12, 24 and 48 times the mean.

        The first is rounded to one digit and the others double it, so that they can be kept for a
        whole series of maps. Empty when there is no incident inside the study area.

        Raises
        ------
        InputError
            If this is a comparison, which has no such classes.
        """
        self._must_be_density("levels")
        lowest = _HOT_TIMES_MEAN * self.mean
        if not lowest > 0:
            return []
        step = 10.0 ** math.floor(math.log10(lowest))
        first = max(round(lowest / step), 1) * step
        return [float(f"{first * 2**i:.12g}") for i in range(_CLASSES)]

    def contours(self, levels: Sequence[float] | None = None) -> gpd.GeoDataFrame:
        """Draw the density as polygons between class limits.

        Parameters
        ----------
        levels : sequence of float
            Rising class limits, per km² and above 0 for a density. By default `levels`.

        Returns
        -------
        GeoDataFrame of (Multi)Polygons
            Columns `low`, `high` (infinite in the last class), `geometry`; classes that are nowhere
            are left out. The polygons of two classes share only their edges. They are drawn between
            the centres of cells: not in the outer half of the outermost cells, nor where the study
            area is one cell wide.

        Raises
        ------
        InputError
            If the levels are not finite, rising and above 0 (a comparison may have any sign, but
            needs levels).
        """
        limits = self._limits(self.levels() if levels is None else levels)
        bounds = np.append(limits, np.inf)
        classes = [
            (low, high, shape)
            for low, high in pairwise(bounds)
            if not (shape := between(self.values, self.grid, low, high)).is_empty
        ]
        return gpd.GeoDataFrame(
            {
                "low": np.array([low for low, _, _ in classes], dtype=float),
                "high": np.array([high for _, high, _ in classes], dtype=float),
            },
            geometry=[shape for _, _, shape in classes],
            crs=self.crs,
        )

    def hot_areas(self, *, times_mean: float = _HOT_TIMES_MEAN) -> gpd.GeoDataFrame:
        """Outline where the density is high: cells of at least `times_mean` times the mean.

        Parameters
        ----------
        times_mean : float
            Times the mean of the cells inside the study area.

        Returns
        -------
        GeoDataFrame of (Multi)Polygons
            One row for each group of cells that share edges, most incidents first. `incidents` is
            density times area, summed; `share` is its part of the whole study area's; `area_km2`,
            `peak_per_km2`, `geometry` (whole cells). Empty when there is no incident inside.

        Raises
        ------
        InputError
            If `times_mean` is not above 0 or this is a comparison.
        """
        from scipy import ndimage  # noqa: PLC0415 - takes half a second, felt only where used

        self._must_be_density("hot_areas")
        check_number(times_mean, name="times_mean", above=0)
        mean = self.mean
        hot = self.values >= times_mean * mean if mean > 0 else np.zeros(self.values.shape, bool)
        group, count = ndimage.label(hot)
        row, column = np.nonzero(group)
        number, value = group[row, column] - 1, self.values[row, column]
        cells = np.bincount(number, minlength=count)
        total = np.bincount(number, weights=value, minlength=count)
        peak = np.zeros(count)
        np.maximum.at(peak, number, value)
        by_group = np.split(
            self.grid.squares(row, column)[np.argsort(number, kind="stable")], np.cumsum(cells)[:-1]
        )
        cell_km2 = self.cell_m**2 / _M2_PER_KM2
        areas = gpd.GeoDataFrame(
            {
                "incidents": total * cell_km2,
                "share": total / max(float(np.nansum(self.values)), np.finfo(float).tiny),
                "area_km2": cells * cell_km2,
                "peak_per_km2": peak,
            },
            geometry=[shapely.coverage_union_all(squares) for squares in by_group[:count]],
            crs=self.crs,
        )
        # Groups are numbered from the south-west, which settles ties.
        return areas.sort_values("incidents", ascending=False, kind="stable", ignore_index=True)

    def sample(self, points: gpd.GeoDataFrame | pd.DataFrame) -> NDArray[np.float64]:
        """Look up the value of the cell that holds each point.

        Parameters
        ----------
        points : GeoDataFrame of n Points, or DataFrame
            In the CRS of the density; a DataFrame has `easting` and `northing` in place of points,
            see `est_geo.schema.COORDINATES`. A point on an edge belongs to the cell north or east
            of it.

        Returns
        -------
        array of n float
            NaN outside the study area.

        Raises
        ------
        CRSError
            If the CRS is another one.
        InputError
            If the table is empty or a row has no point.
        """
        read = read_points(points, name="points", plain=True)
        check_same_crs(self, read, names=("density", "points"))
        row, column, there = self.grid.cells_of(read.xy[:, 0], read.xy[:, 1])
        return np.where(there, self.values[row, column], np.nan)

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Give the cells that have a value as squares.

        Returns
        -------
        GeoDataFrame of Polygons
            Columns `per_km2` (of a comparison `ratio`, `difference_per_km2` or `log_ratio`) and
            `geometry`, from south to north, west to east in each row. Summed, `per_km2` times the
            cell's area in km² is the total weight, less what spills outside.
        """
        row, column = np.nonzero(np.isfinite(self.values))
        return gpd.GeoDataFrame(
            {_COLUMN[self.measure]: self.values[row, column]},
            geometry=self.grid.squares(row, column),
            crs=self.crs,
        )

    def to_geotiff(self, path: str | Path) -> Path:
        """Write the grid as GeoTIFF for a GIS: float64, NaN where there is no value.

        Parameters
        ----------
        path : str or Path
            An existing file is replaced, once the new one is whole.

        Returns
        -------
        Path
            The path that was written.

        Raises
        ------
        ImportError
            If tifffile is not installed.
        InputError
            If the CRS has no EPSG code.
        FileRefused
            If the file cannot be written.
        """
        unit = _WORDS["en"][self.measure].replace("²", "2")
        text = f"{unit}; {self.kernel} kernel, bandwidth {self.bandwidth_m:g} m"
        return write_atomic(path, geotiff_bytes(self.values, self.grid, self.crs, description=text))

    def plot(self, *, ax: Axes | None = None, language: Literal["sv", "en"] = "sv") -> Axes:
        """Draw the grid with matplotlib, north up, with a scale of colours.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; by default a new figure's.
        language : {"sv", "en"}
            Of the words in the picture.

        Returns
        -------
        Axes
            That were drawn on, in metres of the CRS.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If the language is neither.
        """
        check_choice(language, tuple(_WORDS), name="language")
        signed = self.measure in {"difference", "log_ratio"}
        return draw(
            self.values, self.grid, label=_WORDS[language][self.measure], signed=signed, ax=ax
        )

    def to_xarray(self) -> xr.DataArray:
        """Give the grid as a labelled array.

        Returns
        -------
        DataArray
            Dimensions (northing, easting) at cell centres in metres, rising; values per km², NaN
            outside the study area; `crs` (WKT), `bandwidth_m` and `kernel` among the attributes.

        Raises
        ------
        ImportError
            If xarray is not installed.
        """
        try:
            import xarray as xr  # noqa: PLC0415 - felt only where used
        except ImportError as error:
            raise ImportError("to_xarray needs xarray: pip install xarray") from error
        return xr.DataArray(
            self.values.copy(),
            coords={"northing": self.grid.northings, "easting": self.grid.eastings},
            dims=("northing", "easting"),
            name=self.measure,
            attrs={
                "units": _WORDS["en"][self.measure].replace("²", "2"),
                "crs": self.crs.to_wkt(),
                "cell_m": self.cell_m,
                "bandwidth_m": self.bandwidth_m,
                "kernel": self.kernel,
            },
        )

    def _repr_html_(self) -> str:
        """Show in a notebook, in Swedish, what was estimated and with what."""
        known = self.values[np.isfinite(self.values)]
        lines = [
            ("Kärna", f"{_KERNELS[self.kernel]}{', anpassad radie' if self.adaptive else ''}"),
            ("Radie", f"{self.bandwidth_m:g} m".replace(".", ",")),
            ("Rutor", f"{known.size} om {self.cell_m:g} m".replace(".", ",")),
            ("Vid områdets kant", "uppräknad" if self.edge == "mass" else "inte uppräknad"),
        ]
        if known.size:
            least, middle, most = (
                f"{float(f'{number:.3g}'):,.10g}".replace(",", " ").replace(".", ",")
                for number in (known.min(), known.mean(), known.max())
            )
            lines.append(("Minst, i medel och mest", f"{least}; {middle}; {most}"))
        return show_lines(f"Täthet: {_WORDS['sv'][self.measure]}", lines)

    def _must_be_density(self, what: str) -> None:
        """Refuse what has no meaning for a comparison."""
        if self.measure != "density":
            raise InputError(
                f"`{what}` is for a density, and this is a {self.measure} of two. "
                "Use contours with levels of your own."
            )

    def _limits(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Check class limits."""
        lowest = 0 if self.measure == "density" else -math.inf
        try:
            limits = np.asarray(levels, dtype=float)
        except (TypeError, ValueError):
            limits = np.array(math.nan)
        if (
            limits.ndim != 1
            or not np.isfinite(limits).all()
            or (np.diff(limits, prepend=lowest) <= 0).any()
        ):
            above = "above 0 " if self.measure == "density" else ""
            raise InputError(
                f"`levels` must be finite, {above}and rising, not {levels!r}. "
                "Give a list of numbers."
            )
        return limits
