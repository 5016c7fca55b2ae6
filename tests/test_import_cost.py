"""Packages are imported where they are used: asking for the library costs what geopandas costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = {
    "contourpy",
    "duckdb",
    "folium",
    "matplotlib",
    "numba",
    "rich",
    "sklearn",
    "typer",
    "xarray",
}


def packages_after(statement: str) -> set[str]:
    """Run a statement in a new interpreter and list the packages from elsewhere it loaded."""
    script = (
        f"{statement}\n"
        "import json, sys\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "print(json.dumps(sorted(names - set(sys.stdlib_module_names))))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "EAGER_IMPORT"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return set(json.loads(run.stdout))


def test_a_heavy_package_would_be_seen():
    assert {"est_geo", "numba"} <= packages_after("import est_geo, numba")


def test_importing_the_library_loads_no_more_than_geopandas_does():
    extra = packages_after("import est_geo") - packages_after("import geopandas")
    assert extra <= {"est_geo", "lazy_loader"}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("InputError", set()),
        ("Picture", {"contourpy", "numba"}),
        ("load_districts", set()),
        ("assign_districts", set()),
        ("read_incidents", set()),
        ("to_sites", set()),
        ("recurring_addresses", {"numba"}),
        ("kde", {"contourpy", "numba"}),
        ("SpatialDBSCAN", {"numba", "sklearn"}),
    ],
)
def test_a_name_loads_only_the_heavy_packages_it_needs(name: str, needed: set[str]):
    loaded = packages_after(f"import est_geo; est_geo.{name}")
    assert loaded & HEAVY <= needed


def test_a_density_does_without_what_only_its_hot_areas_need():
    """Loading it takes longer than the first density of a process."""
    run = subprocess.run(
        [sys.executable, "-c", "import sys, est_geo; est_geo.kde; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "est_geo.analysis.density" in run.stdout.split()
    assert "scipy.ndimage" not in run.stdout.split()
