"""What users may lean on: the names, their signatures and their documentation."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from pathlib import Path

import pytest

import est_geo
from est_geo import errors

ROOT = Path(__file__).parents[1]

PUBLIC = [
    "Background",
    "CRSError",
    "Density",
    "Deviations",
    "EstGeoError",
    "Example",
    "FileRefused",
    "Gazetteer",
    "Geocoding",
    "InputError",
    "Intake",
    "KDistances",
    "MissingAsset",
    "Period",
    "PersonalDataFound",
    "Picture",
    "SpatialDBSCAN",
    "Tracking",
    "assign_districts",
    "build_picture",
    "concentration",
    "count_by_district",
    "count_by_site",
    "deviations",
    "displacement_difference",
    "displacement_quotient",
    "follow_up",
    "geocode",
    "holiday_weeks",
    "hotspot_map",
    "k_distances",
    "kde",
    "kde_ratio",
    "layers",
    "link_duplicates",
    "load_districts",
    "lorenz_points",
    "make_example",
    "need_and_influence",
    "parse_period",
    "period_of",
    "periods_between",
    "plot_lorenz",
    "plot_time_profile",
    "priority_cells",
    "problem_places",
    "read_background",
    "read_districts",
    "read_gazetteer",
    "read_incidents",
    "recurring_addresses",
    "recurring_places",
    "save_district_maps",
    "save_offline",
    "scan_probability",
    "time_profile",
    "to_sites",
    "track_places",
    "when_and_where",
    "write_table",
]
MODULES = ["layers"]
FUNCTIONS = [name for name in PUBLIC if name.islower() and name not in MODULES]
ERRORS = [name for name, value in vars(errors).items() if inspect.isclass(value)]

ARGUMENTS_AT_MOST = 8
# The door for files: each argument is a fact about them that only the caller knows.
MORE_ARGUMENTS = {"read_incidents": 12, "build_picture": 14}
DATA_AT_MOST = 2
# Incidents, a register, and the districts that both lie in.
MORE_DATA = {"geocode": 3}


def test_the_public_names_are_these():
    assert sorted(est_geo.__all__) == PUBLIC
    assert set(PUBLIC) <= set(dir(est_geo))


def test_the_stub_lists_the_same_names_for_type_checkers():
    stub = ast.parse((ROOT / "src/est_geo/__init__.pyi").read_text(encoding="utf-8"))
    aliases = [a for node in stub.body if isinstance(node, ast.ImportFrom) for a in node.names]
    # `X as X` is how a stub says that X is public.
    assert all(alias.name == alias.asname for alias in aliases)
    assert sorted(alias.name for alias in aliases) == PUBLIC


def test_the_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert est_geo.__version__ == project["version"]
    assert f"\n## {est_geo.__version__} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="hotspots"):
        _ = est_geo.hotspots


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_is_explained_in_its_docstring_and_listed_in_the_docs(name: str):
    thing = getattr(est_geo, name)
    summary = (inspect.getdoc(thing) or "").split("\n", maxsplit=1)[0]
    assert re.fullmatch(r"[A-Z].+[.:]", summary), f"{name}: {summary!r}"
    where = thing.__name__ if name in MODULES else thing.__module__
    assert where.startswith("est_geo.")
    listed = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8").split()
    assert name in listed


@pytest.mark.parametrize("name", FUNCTIONS)
def test_data_first_and_the_rest_by_keyword(name: str):
    parameters = inspect.signature(getattr(est_geo, name)).parameters.values()
    positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    assert len(positional) <= MORE_DATA.get(name, DATA_AT_MOST)
    assert len(parameters) <= MORE_ARGUMENTS.get(name, ARGUMENTS_AT_MOST)
    assert all(p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD} for p in parameters)


def section(docstring: str, title: str) -> str:
    """Take the text under a numpydoc heading, up to the next one."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", docstring, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(title, "")


def documented(docstring: str) -> list[str]:
    """List the names under Parameters, in order; `a, b : type` documents two."""
    heads = re.findall(r"^\S.*", section(docstring, "Parameters"), flags=re.MULTILINE)
    return [name.strip() for head in heads for name in head.split(" : ")[0].split(",")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_docstring_has_every_argument_and_what_comes_back(name: str):
    function = getattr(est_geo, name)
    docstring = inspect.getdoc(function)
    assert documented(docstring) == list(inspect.signature(function).parameters)
    if inspect.signature(function).return_annotation != "None":
        assert section(docstring, "Returns").strip()


def test_the_estimator_documents_its_arguments():
    docstring = inspect.getdoc(est_geo.SpatialDBSCAN)
    assert documented(docstring) == list(inspect.signature(est_geo.SpatialDBSCAN).parameters)


def test_a_docstring_that_lacks_an_argument_would_be_seen():
    parameters = "Parameters\n----------\na, b : int\n    Two: x : y.\nc\n    One.\n"
    docstring = f"Do.\n\n{parameters}\nReturns\n-------\nint\n"
    assert documented(docstring) == ["a", "b", "c"]
    assert section(docstring, "Returns") == "int\n"
    assert section(docstring, "Raises") == ""


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_in_the_tree_and_in_the_docs_with_its_sentence(name: str):
    error = getattr(errors, name)
    assert issubclass(error, errors.EstGeoError)
    assert name in errors.__doc__
    page = " ".join((ROOT / "docs" / "errors.md").read_text(encoding="utf-8").split())
    assert f"`{name}`" in page
    assert " ".join(inspect.getdoc(error).split()) in page
    assert name in est_geo.__all__
