"""Write a grid of numbers as GeoTIFF."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from est_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from est_geo.geography.grid import Grid

# Tags of GeoTIFF 1.1 (OGC 19-008r4) and of GDAL.
_PIXEL_SCALE, _TIE_POINT, _GEO_KEYS, _NO_DATA = 33550, 33922, 34735, 42113
_MODEL_TYPE, _RASTER_TYPE, _PROJECTED_CRS = 1024, 1025, 3072
_PROJECTED, _PIXEL_IS_AREA = 1, 1
_LARGEST_KEY = 32766


def geotiff_bytes(values: NDArray[np.float64], grid: Grid, crs: CRS, *, description: str) -> bytes:
    """Make a GeoTIFF of one band of float64, compressed without loss, NaN where there is no value.

    The place of the cells and the EPSG code of the CRS are five small tags, which tifffile writes;
    GDAL's own bindings would bring a second GDAL of 30 MB beside the one that reads our files.

    Parameters
    ----------
    values : array of rows x columns float
        Row 0 is the southernmost.
    grid : Grid
        Where the cells lie.
    crs : CRS
        Of the grid; must have an EPSG code.
    description : str
        ASCII text for the file's description.

    Raises
    ------
    ImportError
        If tifffile is not installed.
    InputError
        If the CRS has no EPSG code.
    """
    try:
        import tifffile  # noqa: PLC0415 - felt only where used
    except ImportError as error:
        raise ImportError("to_geotiff needs tifffile: pip install tifffile") from error
    code = crs.to_epsg()
    if code is None or code > _LARGEST_KEY:
        raise InputError(
            f"The CRS {crs.name} has no EPSG code that a GeoTIFF can hold. Compute the density in "
            "one that has, such as EPSG:3006."
        )
    keys = [
        *(1, 1, 1, 3),  # version of the directory, and three keys
        *(_MODEL_TYPE, 0, 1, _PROJECTED),
        *(_RASTER_TYPE, 0, 1, _PIXEL_IS_AREA),
        *(_PROJECTED_CRS, 0, 1, code),
    ]
    west, north = grid.west * grid.cell_m, (grid.south + grid.rows) * grid.cell_m
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        np.ascontiguousarray(values[::-1]),
        photometric="minisblack",
        compression="zlib",
        description=description,
        metadata=None,
        software=False,
        extratags=[
            (_PIXEL_SCALE, "d", 3, (grid.cell_m, grid.cell_m, 0.0), True),
            (_TIE_POINT, "d", 6, (0.0, 0.0, 0.0, west, north, 0.0), True),
            (_GEO_KEYS, "H", len(keys), tuple(keys), True),
            (_NO_DATA, "s", 0, "nan", True),
        ],
    )
    return file.getvalue()
