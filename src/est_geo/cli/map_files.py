"""Where `est-geo map` writes its maps, and what lies under them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import est_geo as eg
from est_geo.errors import InputError
from est_geo.sharing.map import draw_map

if TYPE_CHECKING:
    import geopandas as gpd

_PAGES = {".html", ".htm"}


def file_or_folder(out: Path | None, *, by_district: bool) -> Path:
    """Say where to write: a file, or a folder where there is a map for each district."""
    if out is None:
        return Path("maps" if by_district else "map.html")
    if by_district and out.suffix.lower() in _PAGES:
        raise InputError(
            f"`--out` is {out.name!r}, a file, but --by-district writes several. Give a folder."
        )
    return out


def read_lying_under(given: list[str] | None, districts: gpd.GeoDataFrame) -> eg.Background | None:
    """Read what `--background` names: a kind and a file, or a file whose kind can be seen."""
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return eg.read_background(_file(given[0]), within=districts)
    wrong = [part for part in given if "=" not in part]
    if wrong:
        raise InputError(
            f"`--background` has {len(wrong)} of {len(given)} values without '='; the first is "
            f"{wrong[0][:40]!r}. Write each as streets=vagar.gpkg, railways=, water= or names=."
        )
    pairs = [part.split("=", 1) for part in given]
    kinds = [kind for kind, _ in pairs]
    if len(set(kinds)) < len(kinds):
        raise InputError("`--background` names a kind twice. Join its files in a GIS first.")
    files = {kind: _file(path) for kind, path in pairs}
    return eg.read_background(cast("Any", files), within=districts)


def save_maps(
    picture: eg.Picture,
    target: Path,
    *,
    by_district: bool,
    title: str | None,
    language: Literal["sv", "en"],
    background: eg.Background | None,
    tiles: str | None,
    tiles_attribution: str | None,
) -> list[Path]:
    """Save one map, or one for each district and an index."""
    if by_district:
        return eg.save_district_maps(
            picture,
            target,
            title=title,
            language=language,
            background=background,
            tiles=tiles,
            tiles_attribution=tiles_attribution,
        )
    page = draw_map(picture, title=title, language=language)
    if background is not None:
        page.with_background(background)
    if tiles is not None:
        page.with_tiles(tiles, attribution=tiles_attribution)
    return [page.save(target)]


def sized(path: Path) -> str:
    """Name a written file with its size."""
    return f"{path} ({-(-path.stat().st_size // 1000)} kB)"


def _file(text: str) -> str | tuple[str, str]:
    """Tell a layer from its file; a file that has such a name is that file."""
    if "#" in text and not Path(text).exists():
        path, layer = text.rsplit("#", 1)
        return path, layer
    return text
