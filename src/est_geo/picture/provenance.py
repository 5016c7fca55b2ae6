"""Which versions a picture was made with."""

from __future__ import annotations

from importlib.metadata import version

# Those whose version can change a number or a byte.
_PACKAGES = (
    "est_geo",
    "geopandas",
    "numba",
    "numpy",
    "pandas",
    "pyproj",
    "scikit-learn",
    "scipy",
    "shapely",
)


def versions() -> dict[str, str]:
    """Give the version of est_geo and of the packages that compute."""
    return {name: version(name) for name in _PACKAGES}
