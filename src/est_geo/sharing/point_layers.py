"""Layers of single things: problem places, recurring addresses, efforts.

Each function takes one finished table and gives a layer for any folium map. Nothing is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from est_geo.checks import check_number
from est_geo.errors import InputError
from est_geo.sharing.coding import PLACE_M, coded_parts, positions, shapes
from est_geo.sharing.details import address_rows, effort_rows, place_rows, text
from est_geo.sharing.layer_data import Feature, layer_data, signs
from est_geo.sharing.map_layer import MapLayer
from est_geo.sharing.map_words import map_words

if TYPE_CHECKING:
    import geopandas as gpd

_WEEKDAYS, _HOURS = 7, 24
_HUNDREDTHS = 100
_SMALLEST, _LARGEST = 14, 30  # pixels across an address's sign


def places(
    places: gpd.GeoDataFrame,
    *,
    profile: pd.DataFrame | None = None,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw problem places: a dashed outline and the place's number.

    Parameters
    ----------
    places : GeoDataFrame of Polygons
        As from `problem_places`; outlines are simplified by at most 1 m. May have 0 rows.
    profile : DataFrame, optional
        Long table `place_id`, `weekday` (0 = Monday), `hour`, `weight`: the grid of hours that a
        click shows.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``.

    Raises
    ------
    InputError
        If `profile` lacks a column, or holds an hour that no week has.
    """
    say = map_words(language)
    hours = _hours_by(profile, "place_id")
    features: list[Feature] = [
        {
            "kind": say["place"].format(int(row["place_id"])),
            "title": text(row["name"]),
            "rows": place_rows(row, language),
            "label": str(int(row["place_id"])),
            "order": int(row["place_id"]),
            "shape": shape,
            "at": at,
            **hours.get(row["place_id"], {}),
        }
        for row, shape, at in zip(
            places.drop(columns="geometry").to_dict("records"),
            shapes(places.geometry.simplify(PLACE_M)),
            positions(places.geometry.representative_point()),
            strict=True,
        )
    ]
    data = layer_data("places", features, language, show=show, style="place", sign="rank")
    return MapLayer(data | signs(features, ("place", say["places_sign"]), language=language))


def addresses(
    addresses: gpd.GeoDataFrame,
    *,
    top: int | None = None,
    profile: pd.DataFrame | None = None,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw recurring addresses: numbered rings sized by their number of incidents.

    Parameters
    ----------
    addresses : GeoDataFrame of Points
        As from `recurring_addresses`, sorted by `rank`; those without a point are left out. Where
        there is a `verdict`, those that "may_be_chance" are drawn as hollow diamonds, and those of
        verdict "none" are not drawn. A `kind` of "place" has a sign of its own. May have 0 rows.
    top : int, optional
        How many to draw, the first of the table (of each `kind`); all by default.
    profile : DataFrame, optional
        Long table `address`, `weekday` (0 = Monday), `hour`, `weight`: the grid of hours that a
        click shows.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``.

    Raises
    ------
    InputError
        If `top` is not a whole number from 0, or `profile` lacks a column.
    """
    if top is not None:
        check_number(top, name="top", at_least=0, whole=True)
    say = map_words(language)
    tested = "verdict" in addresses.columns
    told = addresses[addresses["verdict"] != "none"] if tested else addresses
    located = told[told.geometry.notna()]
    if "kind" in told.columns and top is not None:
        located = located.groupby("kind", sort=False).head(top)
    elif top is not None:
        located = located.head(top)
    known = located["n"].dropna()
    most = max(1, int(known.max())) if len(known) else 1
    hours = _hours_by(profile, "address")
    features: list[Feature] = []
    for row, at in zip(
        located.drop(columns="geometry").to_dict("records"),
        positions(located.geometry),
        strict=True,
    ):
        chance = tested and row["verdict"] == "may_be_chance"
        plaza = row.get("kind") == "place"
        amount = 1 if pd.isna(row["n"]) else row["n"]
        feature: Feature = {
            "kind": say["plaza" if plaza else "address"].format(int(row["rank"])),
            "title": text(row["address"]),
            "rows": address_rows(row, language),
            "label": str(int(row["rank"])),
            "order": int(row["rank"]),
            "size": round(_SMALLEST + (_LARGEST - _SMALLEST) * float(np.sqrt(amount / most))),
            "at": at,
            **hours.get(row["address"], {}),
        }
        if chance:
            feature |= {"sign": "diamond", "note": say["diamond_sign"]}
        elif plaza:
            feature["sign"] = "plaza"
        if not tested:
            feature["note"] = say["no_test"]
        features.append(feature)
    ring = say["recurring_sign" if tested else "addresses_sign"]
    # Others are not told the numbers, so that their rings are all of one size.
    rows = [("ring", f"{ring} {say['larger_ring']}" if len(known) else ring)]
    used = {feature.get("sign") for feature in features}
    rows += [(sign, say[f"{sign}_sign"]) for sign in ("plaza", "diamond") if sign in used]
    many = int(told["verdict"].ne("may_be_chance").sum()) if tested else len(told)
    many = max(many, len(features))
    data = layer_data("addresses", features, language, show=show, sign="ring")
    return MapLayer(data | signs(features, *rows, language=language, of=many))


def efforts(
    efforts: gpd.GeoDataFrame,
    *,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw efforts (insatser): numbered squares, in the table's order.

    Parameters
    ----------
    efforts : GeoDataFrame
        `effort` (what is done; else `effort_id`) and a geometry: a point, or an area, which is
        drawn at a point inside it. `district`, `address`, `category`, `responsible`, `start` and
        `end` are shown where present; one without an end goes on. May have 0 rows.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``.

    Raises
    ------
    InputError
        If `efforts` lacks `effort`.
    """
    told = next((name for name in ("effort", "effort_id") if name in efforts.columns), None)
    if told is None:
        raise InputError(
            "`efforts` lacks the column effort (or effort_id), which says what is done. "
            f"It has: {', '.join(map(str, efforts.columns))}."
        )
    say = map_words(language)
    located = efforts[efforts.geometry.notna()]
    features: list[Feature] = [
        {
            "kind": say["effort"].format(index),
            "title": text(row[told]),
            "rows": effort_rows(row, language),
            "label": str(index),
            "order": index,
            "at": at,
        }
        for index, (row, at) in enumerate(
            zip(
                located.drop(columns=located.geometry.name).to_dict("records"),
                positions(located.geometry.representative_point()),
                strict=True,
            ),
            start=1,
        )
    ]
    data = layer_data("efforts", features, language, show=show, sign="square")
    legend = signs(features, ("square", say["efforts_sign"]), language=language, of=len(efforts))
    return MapLayer(data | legend)


def _hours_by(profile: pd.DataFrame | None, column: str) -> dict[object, Feature]:
    """Grid of 7 x 24 hours of each group of a long table, in hundredths, as one coded text."""
    if profile is None:
        return {}
    needed = (column, "weekday", "hour", "weight")
    missing = [name for name in needed if name not in profile.columns]
    if missing:
        raise InputError(f"`profile` lacks {len(missing)} column(s): {', '.join(missing)}.")
    weekday = profile["weekday"].to_numpy(dtype=float)
    hour = profile["hour"].to_numpy(dtype=float)
    wrong = ~((weekday >= 0) & (weekday < _WEEKDAYS) & (hour >= 0) & (hour < _HOURS))
    if wrong.any():
        raise InputError(
            f"`profile` has {int(wrong.sum())} of {len(profile)} rows whose weekday is not 0 to 6 "
            "or whose hour is not 0 to 23."
        )
    groups, names = pd.factorize(profile[column])
    bins = _WEEKDAYS * _HOURS
    known = groups >= 0
    at = (groups * bins + weekday * _HOURS + hour).astype(np.int64)[known]
    weights = profile["weight"].to_numpy(dtype=float)[known]
    grids = np.bincount(at, weights=weights, minlength=len(names) * bins)
    whole = np.rint(grids * _HUNDREDTHS).astype(np.int64)
    texts = coded_parts(whole, np.full(len(names), bins))
    return {name: {"hours": text} for name, text in zip(names, texts, strict=True)}
