"""A map for each district, in a folder with an index: those who meet by kommundel open their own.

Every map shows its district's part of one picture, so that counts, radius and classes are the same
on all of them and on the map of the whole.
"""

from __future__ import annotations

import logging
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from est_geo.errors import FileRefused, InputError
from est_geo.geography.bundled import slug
from est_geo.sharing.escaping import html_text
from est_geo.sharing.map import draw_map
from est_geo.sharing.map_text import period_of, source_of, title_of
from est_geo.sharing.outgoing import write_checked
from est_geo.sharing.packaged import read_asset
from est_geo.sharing.policy import page_policy
from est_geo.sharing.tiles import tiles_for
from est_geo.sharing.wording import EN_DASH, number, words

if TYPE_CHECKING:
    from est_geo.picture import Picture
    from est_geo.sharing.background import Background

_LOG = logging.getLogger(__name__)
_WHOLE = "karta.html"
_FILE = re.compile(r"[a-z0-9-]+\.html")
_LONGEST = 60  # letters of a district in the name of a file


def save_district_maps(
    picture: Picture,
    folder: str | Path,
    *,
    title: str | None = None,
    language: Literal["sv", "en"] = "sv",
    background: Background | None = None,
    tiles: str | None = None,
    tiles_attribution: str | None = None,
) -> list[Path]:
    """Save one map for each district, one of the whole, and an index that links to them.

    Parameters
    ----------
    picture : Picture
        Finished tables of one period, with two districts or more.
    folder : str or Path
        Where to write; made if it is not there. Files of the same names are replaced.
    title : str, optional
        Heading of the index and of the map of the whole; that of a district's map begins with the
        district's name.
    language : {"sv", "en"}
        Language of everything on the pages but the data.
    background : Background, optional
        As from `read_background`; each map gets its part of it.
    tiles, tiles_attribution : str, optional
        As in `save_offline`.

    Returns
    -------
    list of Path
        The index, the map of the whole, then the districts' maps by district name. Names of files
        are plain letters, digits and hyphens: "Häggvik" is ``karta-haggvik.html``. On a district's
        map its own places and addresses are numbered from 1; radius and classes are the whole's.

    Raises
    ------
    InputError
        If the picture has one district only, or two districts whose names give the same file.
    PersonalDataFound
        If a text on a page looks like personal data; that page is then not written.
    FileRefused
        If the folder or a file cannot be written. Those written before are whole.
    """
    say = words(language)
    tiles_for(tiles, tiles_attribution)
    names = file_names(picture)
    target = _made(Path(folder))
    heading = title or title_of(picture, language)
    levels = picture.density.levels() or None

    def save(part: Picture, file: str, name: str | None) -> Path:
        page = draw_map(part, title=name, language=language, levels=levels)
        if "inside" not in part.counts:
            page.data["shown"] = say["fewer_shown"].format(picture.smallest)
        if background is not None:
            its = background if part is picture else background.cut_to(part.districts)
            page.with_background(its)
        if tiles is not None:
            page.with_tiles(tiles, attribution=tiles_attribution)
        return page.save(_inside(target, file))

    written = [save(picture, _WHOLE, title)]
    rows = [(say["whole_area"], _WHOLE, picture, written[0])]
    for district_id, file in names.items():
        part = part_of(picture, district_id)
        name = str(part.districts["district"].iloc[0])
        written.append(save(part, file, f"{name}: {_lowered(heading, picture)}"))
        rows.append((name, file, part, written[-1]))
    told = f"{period_of(picture, language)} · {source_of(picture, language)[0]}"
    index = _index(rows, heading=heading, told=told, language=language)
    return write_checked({_inside(target, "index.html"): index}) + written


def file_names(picture: Picture) -> dict[str, str]:
    """Name a file for each district, by `district_id`, sorted by the districts' names."""
    table = picture.districts.sort_values(["district", "district_id"])
    if len(table) < 2:  # noqa: PLR2004 - one district is the whole
        raise InputError(
            "`picture` has one district only, so there is nothing to divide it by. Make it with "
            "districts, or save its one map."
        )
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for district_id, name in zip(table["district_id"], table["district"], strict=True):
        plain = _plain(str(name)) or _plain(str(district_id))
        if not plain:
            raise InputError(
                f"`picture` has a district {str(district_id)[:40]!r} of whose name and identifier "
                "no file name can be made: they have no letter a–z and no digit. Rename it."
            )
        if plain in owners:
            raise InputError(
                f"`picture` has two districts whose maps would have the same file name, "
                f"karta-{plain}.html: {owners[plain][:40]!r} and {str(name)[:40]!r}. Rename one."
            )
        owners[plain] = str(name)
        found[district_id] = f"karta-{plain}.html"
    return found


def part_of(picture: Picture, district_id: str) -> Picture:
    """Take one district's part of a picture: rows are chosen, nothing is counted anew.

    Places and addresses are numbered from 1 again, in the order they had. Rows read stay those of
    the whole; what is not in this district is "outside" of it.
    """
    parts: dict[str, Any] = {}
    tables = {
        field.name: table
        for field in fields(picture)
        if isinstance(table := getattr(picture, field.name), pd.DataFrame)
    }
    for name, table in tables.items():
        if "district_id" in table.columns:
            parts[name] = table[table["district_id"] == district_id].reset_index(drop=True)
    numbers = {old: i for i, old in enumerate(parts["places"]["place_id"].sort_values(), start=1)}
    for name, table in tables.items():
        if "place_id" in table.columns:
            chosen = parts.get(name, table)
            chosen = chosen[chosen["place_id"].isin(list(numbers)) | chosen["place_id"].isna()]
            parts[name] = chosen.assign(place_id=chosen["place_id"].map(numbers))
    ranked = parts["addresses"].sort_values("rank", ignore_index=True)
    parts["addresses"] = ranked.assign(rank=np.arange(1, len(ranked) + 1))
    area = parts["districts"].geometry.iloc[0]
    density = picture.density
    inside = density.grid.inside(area)
    parts["density"] = replace(density, values=np.where(inside, density.values, np.nan))
    sites = parts["sites"]
    if picture.site_counts is not None:
        of_sites = picture.site_counts["site_id"].isin(sites["site_id"])
        parts["site_counts"] = picture.site_counts[of_sites].reset_index(drop=True)
        parts["sources"] = _sources(parts["site_counts"])
    parts["counts"] = _counts(picture, parts["district_counts"])
    return replace(picture, **parts)


def _counts(picture: Picture, counted: pd.DataFrame) -> dict[str, int]:
    """Count the rows of a district from the one row that the picture has of it."""
    n = counted["n"].sum(min_count=1)
    if picture.audience != "internal":
        # What the picture tells of the district and no more: what is left could be taken apart.
        return {} if pd.isna(n) else {"inside": int(n)}
    placed = int(counted["placed"].sum())
    unplaced = picture.counts.get("unplaced", 0)
    return {
        "read": picture.counts["read"],
        "inside": placed,
        "duplicates": 0,
        "outside": picture.counts["read"] - int(n) - unplaced,
        "at_null_island": 0,
        "district_only": int(n) - placed,
        "unplaced": unplaced,
        "without_time": 0,
    }


def _sources(site_counts: pd.DataFrame) -> tuple[str, ...]:
    """Name the reporters of some sites, most incidents first, equally many by name."""
    counts = site_counts.groupby("source")["n"].sum().sort_index()
    return tuple(map(str, counts.sort_values(ascending=False, kind="stable").index))


def _plain(text: str) -> str:
    """Write a text with letters a–z, digits and hyphens, not longer than a file name may be."""
    return slug(slug(text).encode("ascii", "ignore").decode())[:_LONGEST].strip("-")


def _inside(folder: Path, file: str) -> Path:
    """Join a file to a folder, where its name cannot lead out of it."""
    if not _FILE.fullmatch(file):
        raise FileRefused(f"{file[:40]!r} is not a name of a file. Rename the district.")
    return folder / file


def _made(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise FileRefused(f"{folder.name!r} is a file. Give the name of a folder for the maps.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileRefused(f"{folder.name!r} could not be made: {error.strerror}.") from error
    return folder


def _lowered(heading: str, picture: Picture) -> str:
    """Continue a heading after a district's name: without the municipality that it begins with."""
    towns = {str(town) for town in picture.districts.get("municipality", pd.Series()).dropna()}
    for town in towns:
        heading = heading.removeprefix(f"{town}: ")
    return heading[:1].lower() + heading[1:]


def _recurring(addresses: pd.DataFrame) -> int:
    """Count the addresses that recur by more than chance, where that has been tested."""
    if "verdict" not in addresses.columns:
        return len(addresses)
    return int((~addresses["verdict"].isin(["none", "may_be_chance"])).sum())


def _index(
    rows: list[tuple[str, str, Picture, Path]], *, heading: str, told: str, language: str
) -> str:
    """Write the index: a table with a link to each map, and nothing that runs."""
    say = words(language)
    columns = [say[key] for key in ("district", "incidents", "places", "addresses", "file_size")]
    lines = [
        f'<tr><th scope="row"><a href="{file}">{html_text(name)}</a></th>'
        + "".join(
            f"<td>{EN_DASH if value is None else number(value, language)}</td>"
            for value in (part.counts.get("inside"), len(part.places), _recurring(part.addresses))
        )
        + f"<td>{number(-(-path.stat().st_size // 1000), language)} kB</td></tr>"
        for name, file, part, path in rows
    ]
    head = "".join(f'<th scope="col">{html_text(column)}</th>' for column in columns)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{html_text(language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{page_policy(())}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html_text(heading)}</title>",
            f"<style>{read_asset('index.css')}</style>",
            "</head>",
            "<body>",
            f"<main><h1>{html_text(heading)}</h1>",
            f"<p>{html_text(told)}</p>",
            f"<table><thead><tr>{head}</tr></thead>",
            f"<tbody>{''.join(lines)}</tbody></table></main>",
            "</body>",
            "</html>",
            "",
        ]
    )
