"""Make the bundled districts in data/districts from Statistics Sweden's RegSO areas.

The areas come out of the PyPI wheel `duva`, which carries SCB's RegSO_2025.gpkg whole. Run it in an
environment where est_geo is installed::

    python tools/make_districts.py                       # downloads the wheel with pip
    python tools/make_districts.py --wheel duva-0.3.5-py3-none-any.whl

The same wheel gives the same bytes on every run. What is written is described, with checksums, in
data/districts/README.md, whose table this script keeps.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.files import write_atomic
from est_geo.geography.bundled import BUNDLED, bundled_file, slug

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).resolve().parents[1] / "data" / "districts"
WHEEL = "duva==0.3.5"
WHEEL_SHA256 = "fb0948868812c2fc3b10ebdefbc0ec911456e920cb08f174b8b5b1af194013eb"
AREAS = "duva/geodata/RegSO_2025.gpkg"
NAMES = "duva/geodata/Kommun_Sweref99TM"  # a MapInfo table in five files
MUNICIPALITIES = 290

# Areas keep SCB's vertices, rounded to 1 cm; outlines are for telling where a coordinate lies.
AREA_DECIMALS = 2
OUTLINE_DECIMALS = 0
OUTLINE_TOLERANCE_M = 100.0
OUTLINE_MAX_BYTES = 1_500_000

TABLE_START = "<!-- table: written by tools/make_districts.py -->"
TABLE_END = "<!-- end of table -->"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the wheel and write the GeoJSON files and the README's table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--wheel", type=Path, help=f"the wheel of {WHEEL}; pip fetches it if absent"
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download(Path(folder))
        areas, names = read_wheel(wheel, Path(folder))
    grouping = pd.read_csv(FOLDER / "kommundel_from_regso.csv", dtype=str)
    files = make_files(areas, names, grouping)
    for file, table in files.items():
        decimals = OUTLINE_DECIMALS if file == "municipalities.geojson" else AREA_DECIMALS
        write_atomic(options.out / file, geojson(table, decimals=decimals))
    size = (options.out / "municipalities.geojson").stat().st_size
    if size > OUTLINE_MAX_BYTES:
        sys.exit(f"municipalities.geojson has {size} bytes; raise OUTLINE_TOLERANCE_M")
    readme = options.out / "README.md"
    if readme.exists():
        text = readme.read_text(encoding="utf-8")
        write_atomic(readme, with_table(text, table_of(options.out, files)))
    print(f"wrote {len(files)} files to {options.out}")


def download(folder: Path) -> Path:
    """Fetch the wheel with pip. It asks for Python 3.12, but only its data are taken."""
    command = [sys.executable, "-m", "pip", "download", WHEEL, "--no-deps", "--quiet"]
    command += ["--python-version", "3.12", "--only-binary=:all:", "--dest", str(folder)]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def read_wheel(wheel: Path, folder: Path) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return SCB's areas and the municipalities' names, once the wheel's checksum is right."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        sys.exit(f"{wheel.name} has sha256 {found}, not {WHEEL_SHA256}: not the wheel of {WHEEL}")
    with zipfile.ZipFile(wheel) as archive:
        members = [AREAS, *(f"{NAMES}.{suffix}" for suffix in ("TAB", "DAT", "MAP", "ID", "IND"))]
        for member in members:
            archive.extract(member, folder)
    areas = gpd.read_file(folder / AREAS)
    table = gpd.read_file(folder / f"{NAMES}.TAB", ignore_geometry=True)
    return areas, dict(zip(table["KnKod"], table["KnNamn"], strict=True))


def make_files(
    areas: gpd.GeoDataFrame, names: dict[str, str], grouping: pd.DataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Return every table to write, by its file name."""
    check_source(areas, names, grouping)
    files = {}
    for code, (municipality, levels) in BUNDLED.items():
        if names[code] != municipality:
            sys.exit(f"{code} is {names[code]!r} in the wheel but {municipality!r} in est_geo")
        part = areas[areas["kommunkod"] == code]
        regso = as_districts(part["regsokod"], part["regsonamn"], part.geometry.array, municipality)
        regso = rounded(regso, decimals=AREA_DECIMALS)
        files[bundled_file(code, "regso")] = regso
        if "kommundel" in levels:
            files[bundled_file(code, "kommundel")] = group(regso, grouping, code)
    files["municipalities.geojson"] = outlines(areas, names)
    for file, table in files.items():
        check_coverage(table, file)
    return files


def check_source(areas: gpd.GeoDataFrame, names: dict[str, str], grouping: pd.DataFrame) -> None:
    """Stop where the wheel, its table of names and our grouping do not agree."""
    if len(names) != MUNICIPALITIES or set(names) != set(areas["kommunkod"]):
        sys.exit("the municipality codes of the areas and of the table of names differ")
    # A wrong encoding shows as anything but letters, hyphen and space.
    odd = [name for name in names.values() if not name.replace("-", "").replace(" ", "").isalpha()]
    if odd:
        sys.exit(f"{len(odd)} municipality names look wrongly decoded, the first {odd[0]!r}")
    if areas.crs is None or areas.crs.to_epsg() != 3006:  # noqa: PLR2004 - SWEREF 99 TM
        sys.exit(f"the areas are in {areas.crs}, not EPSG:3006")
    check_coverage(areas, "RegSO_2025.gpkg")
    grouped = [code for code, (_, levels) in BUNDLED.items() if "kommundel" in levels]
    part = areas[areas["kommunkod"].isin(grouped)]
    ours = set(grouping[["kommunkod", "regsokod", "regsonamn"]].itertuples(index=False, name=None))
    theirs = set(part[["kommunkod", "regsokod", "regsonamn"]].itertuples(index=False, name=None))
    if ours != theirs:
        sys.exit(f"kommundel_from_regso.csv and the wheel differ in {len(ours ^ theirs)} areas")


def check_coverage(table: gpd.GeoDataFrame, what: str) -> None:
    """Stop where polygons are invalid, overlap, or do not share the vertices of their borders."""
    geometry = np.asarray(table.geometry.array)
    if not shapely.is_valid(geometry).all() or not shapely.coverage_is_valid(geometry):
        sys.exit(f"{what}: the polygons do not fit together without gaps and overlaps")


def as_districts(ids: Any, names: Any, geometry: Any, municipality: str) -> gpd.GeoDataFrame:  # noqa: ANN401 - any column
    """Lay out a table of districts, sorted by id."""
    columns = {"district_id": np.asarray(ids), "district": np.asarray(names)}
    table = gpd.GeoDataFrame(
        {**columns, "municipality": municipality}, geometry=np.asarray(geometry), crs=3006
    )
    return table.sort_values("district_id", ignore_index=True)


def rounded(table: gpd.GeoDataFrame, *, decimals: int) -> gpd.GeoDataFrame:
    """Round coordinates; neighbours' shared vertices round alike, so they stay shared."""
    moved = shapely.transform(
        np.asarray(table.geometry.array), lambda xy: np.round(xy, decimals), include_z=False
    )
    # Tolerance 0 takes away only vertices that now repeat the one before them.
    return table.set_geometry(
        shapely.remove_repeated_points(shapely.force_2d(moved), 0.0), crs=3006
    )


def group(regso: gpd.GeoDataFrame, grouping: pd.DataFrame, code: str) -> gpd.GeoDataFrame:
    """Join a municipality's areas to its kommundelar."""
    part = regso.merge(
        grouping[["regsokod", "kommundel"]],
        left_on="district_id",
        right_on="regsokod",
        validate="one_to_one",
    )
    named = part.groupby("kommundel", sort=True)["geometry"]
    joined = {name: shapely.coverage_union_all(np.asarray(shapes)) for name, shapes in named}
    ids = [f"{code}-{slug(name)}" for name in joined]
    return as_districts(ids, list(joined), list(joined.values()), BUNDLED[code][0])


def outlines(areas: gpd.GeoDataFrame, names: dict[str, str]) -> gpd.GeoDataFrame:
    """Join all areas to municipalities and simplify their shared borders together."""
    groups = areas.groupby("kommunkod", sort=True)["geometry"]
    joined = {code: shapely.coverage_union_all(np.asarray(shapes)) for code, shapes in groups}
    whole = gpd.GeoDataFrame(
        {"municipality_code": list(joined), "municipality": [names[code] for code in joined]},
        geometry=list(joined.values()),
        crs=3006,
    )
    check_coverage(whole, "municipalities before simplification")
    simple = shapely.coverage_simplify(np.asarray(whole.geometry.array), OUTLINE_TOLERANCE_M)
    return rounded(whole.set_geometry(simple, crs=3006), decimals=OUTLINE_DECIMALS)


def geojson(table: gpd.GeoDataFrame, *, decimals: int) -> str:
    """Write a table as GeoJSON in EPSG:3006, one feature a line.

    Written here and not by GDAL, so that the bytes do not depend on GDAL's version. The `crs`
    member is from the GeoJSON of 2008: the standard of 2016 dropped it, GDAL and QGIS read it.
    """
    # Rings start at their lowest vertex and turn one way, whatever order a union left them in.
    shapes = shapely.normalize(np.asarray(table.geometry.array))
    columns = [column for column in table.columns if column != "geometry"]
    lines = []
    for values, shape in zip(table[columns].itertuples(index=False), shapes, strict=True):
        feature = {
            "type": "Feature",
            "properties": dict(zip(columns, values, strict=True)),
            "geometry": {
                "type": shape.geom_type,
                "coordinates": plain(shapely.geometry.mapping(shape)["coordinates"], decimals),
            },
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    crs = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}}'
    head = f'{{"type":"FeatureCollection","crs":{crs},"features":[\n'
    return head + ",\n".join(lines) + "\n]}\n"


def plain(coordinates: Any, decimals: int) -> Any:  # noqa: ANN401 - nested as deep as the shape
    """Turn nested tuples into nested lists of short numbers."""
    if isinstance(coordinates, float):
        return round(coordinates, decimals) if decimals else int(coordinates)
    return [plain(part, decimals) for part in coordinates]


def table_of(folder: Path, files: dict[str, gpd.GeoDataFrame]) -> str:
    """Describe the files as a Markdown table with their checksums."""
    lines = ["| file | rows | bytes | sha256 |", "|---|---:|---:|---|"]
    for file in sorted([*files, "kommundel_from_regso.csv"]):
        content = (folder / file).read_bytes()
        rows = len(files[file]) if file in files else content.count(b"\n") - 1
        digest = hashlib.sha256(content).hexdigest()
        lines.append(f"| {file} | {rows} | {len(content)} | `{digest}` |")
    return "\n".join(lines)


def with_table(text: str, table: str) -> str:
    """Put the table between its two marks."""
    before, start, rest = text.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not start or not end:
        sys.exit("README.md has lost the marks around its table")
    return f"{before}{start}\n{table}\n{end}{after}"


if __name__ == "__main__":
    main()
