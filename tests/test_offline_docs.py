"""What docs/offline.md says is run, in the order in which it stands."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import geopandas as gpd
import shapely

import est_geo as eg

PAGE = (Path(__file__).parents[1] / "docs" / "offline.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_every_example_runs_and_gives_what_the_page_says(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    eg.make_example().write(tmp_path)
    west, south, east, north = eg.load_districts("sollentuna").total_bounds
    line = shapely.LineString([(west, south), (east, north)])
    for name, shape, layer, columns in (
        ("karta.gpkg", line, "vagar", {}),
        ("jarnvag.shp", line, None, {}),
        ("vatten.geojson", line.centroid.buffer(500), None, {}),
        ("ortnamn.gpkg", line.centroid, None, {"namn": ["Tegelhagen"]}),
    ):
        gpd.GeoDataFrame(columns, geometry=[shape], crs=3006).to_file(name, layer=layer)
    said: dict[str, object] = {}
    with caplog.at_level(logging.INFO, logger="est_geo"):
        for block in BLOCKS:
            exec(compile(block, "docs/offline.md", "exec"), said)  # noqa: S102 - our own page
    assert any(re.fullmatch(r"map\.html, \d+ kB", message) for message in caplog.messages)
    assert re.search(r"# (\[.*\])$", BLOCKS[5], flags=re.MULTILINE)[1] == str(
        [path.name for path in said["written"]][:3]
    )
    assert said["background"].dropped == {"names": 0, "railways": 0, "water": 0, "streets": 0}
    assert "<iframe" in said["report"]
    assert Path("egen.html").stat().st_size > 0
    assert Path("karta.png").stat().st_size > 0
