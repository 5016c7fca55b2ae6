"""Layers by district: outlines, values in classes, and what deviates.

Each function takes finished tables and gives a layer for any folium map.
"""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from est_geo.checks import check_choice, check_table
from est_geo.errors import InputError
from est_geo.sharing.coding import middles, outlines
from est_geo.sharing.details import deviation_rows, text
from est_geo.sharing.layer_data import class_legend, layer_data, ramp, signs
from est_geo.sharing.map_layer import MapLayer
from est_geo.sharing.map_words import map_words
from est_geo.sharing.wording import EN_DASH, NO_BREAK_SPACE, number, short_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

_LOG = logging.getLogger(__name__)

# Fewer and more, told apart also by red-green blind eyes; the sign stands in the number itself.
_FEWER_MORE = ("#2b6a9e", "#a9cbe4", "#f0f0ee", "#f1b783", "#b35806")
_CHANGE_LIMITS = (-50.0, -20.0, 20.0, 50.0)
_CLASSES = 5
_FEWEST_INHABITANTS = 1_000  # under this a rate per 1 000 says more of the area than of its safety
_FEWEST_EARLIER = 5  # under this a change in per cent is mostly chance

Value = Literal["n", "per_km2", "per_1000", "change"]


def districts(
    districts: gpd.GeoDataFrame,
    counts: pd.DataFrame | None = None,
    *,
    value: Value = "n",
    limits: Sequence[float] | None = None,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw districts: outlines and names, or coloured by what is counted in them.

    Parameters
    ----------
    districts : GeoDataFrame of Polygons
        With `district`; with `district_id` where `counts` is given.
    counts : DataFrame, optional
        One row a district: `district_id` and `n` as from `count_by_district`, besides `inhabitants`
        for "per_1000" and `earlier` (incidents of the earlier period) for "change". A district
        without a row has 0.
    value : {"n", "per_km2", "per_1000", "change"}
        What colours the districts. A change is in per cent of `earlier`. Districts of fewer than
        1 000 inhabitants, or fewer than 5 earlier incidents, have no rate and are drawn white.
    limits : sequence of float, optional
        Rising limits between classes, in the unit of `value`; give the same ones to every map of a
        series. Without them they are chosen from the largest value, logged, and stand in
        ``layer.data["limits"]``; for a change they are always -50, -20, 20 and 50.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of names, units and numbers.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``. The value is written under each name: nothing is said
        by colour alone.

    Raises
    ------
    InputError
        If a table is empty or lacks a column, or `limits` do not rise.
    """
    check_table(districts, name="districts", columns=("district",))
    say = map_words(language)
    features: list[dict[str, Any]] = [
        {"name": text(name), "at": at, "shape": shape}
        for name, at, shape in zip(
            districts["district"], middles(districts), outlines(districts), strict=True
        )
    ]
    data = layer_data("areas", features, language, show=show, style="area")
    if counts is None:
        return MapLayer(data)
    check_choice(value, ("n", "per_km2", "per_1000", "change"), name="value")
    values, table = _district_values(districts, counts, value)
    chosen = _district_limits(values, value, limits)
    colors = _FEWER_MORE if value == "change" and len(chosen) == _CLASSES - 1 else None
    palette = list(colors) if colors else ramp(len(chosen) + 1)
    for feature, amount, (_, row) in zip(features, values, table.iterrows(), strict=True):
        known = bool(np.isfinite(amount))
        if known:
            feature["color"] = palette[int(np.searchsorted(chosen, amount, side="right"))]
        feature["value"] = _signed(amount, value, language) if known else EN_DASH
        rows = [[say["incidents"], number(row["n"], language)]]
        if value == "change":
            rows.append([say["earlier"], number(row["earlier"], language)])
        if value != "n":
            written = feature["value"] if known else say["too_few"]
            rows.append([say[f"value_{value}"].capitalize(), written])
        feature |= {"kind": say["district"], "title": feature["name"], "rows": rows}
    data |= {"limits": chosen, "unit": say[f"value_{value}"]}
    data["legend"] = class_legend(palette, _class_labels(chosen, language))
    if not np.isfinite(values).all():
        data["legend"].append(["class", "#fff", say["too_few"]])
    return MapLayer(data)


def deviations(
    deviations: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    *,
    view: Literal["week", "four_weeks", "month", "tertial"] | None = None,
    period: str | None = None,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw what deviates in each district: a sign with how many, and a click opens which.

    Parameters
    ----------
    deviations : DataFrame
        `period`, `view`, `district_id`, `category`, `n`, `expected`, `signal` ("red", "yellow",
        "grey", "none") and, where present, `low`, `high`, `reporting`, `source` and `place_id`.
        Rows of places are left out, and so are those without a signal.
    districts : GeoDataFrame of Polygons
        With `district_id` and `district`.
    view : {"week", "four_weeks", "month", "tertial"}, optional
        Which view is drawn; the table's own where it has one only, else its first.
    period : str, optional
        Which period is drawn, as in the table; its last by default.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``. ▲ is over the usual, ● one to keep an eye on, ◇ changed
        reporting: told apart by shape.

    Raises
    ------
    InputError
        If a table is empty or lacks a column, or has neither the view nor the period.
    """
    check_table(districts, name="districts", columns=("district_id", "district"))
    needed = ["period", "view", "district_id", "category", "n", "expected", "signal"]
    missing = [name for name in needed if name not in deviations.columns]
    if missing:
        raise InputError(f"`deviations` lacks {len(missing)} column(s): {', '.join(missing)}.")
    rows = _one_of(deviations, "view", view, last=False)
    rows = _one_of(rows, "period", period, last=True)
    if "place_id" in rows.columns:
        rows = rows[rows["place_id"].isna()]
    say = map_words(language)
    signals = rows["signal"].where(rows["signal"].isin(_SIGNALS), "none")
    if "reporting" in rows.columns:
        told = rows["reporting"].fillna("").ne("") & signals.ne("none")
        signals = signals.mask(told, "reporting")
    rows = rows.assign(signal=signals)
    rows = rows[rows["signal"] != "none"]
    by_district = dict(list(rows.groupby("district_id", sort=True)))
    features: list[dict[str, Any]] = []
    for district_id, name, at in zip(
        districts["district_id"], districts["district"], middles(districts), strict=True
    ):
        found = by_district.get(district_id)
        if found is None:
            continue
        counts = found["signal"].value_counts()
        features.append(
            {
                "kind": say["deviations"],
                "title": text(name),
                "rows": deviation_rows(found, language),
                "parts": [[s, str(counts[s])] for s in _SIGNALS if s in counts],
                "at": at,
                "order": len(features) + 1,
            }
        )
    data = layer_data("deviations", features, language, show=show, sign="pill")
    legend = tuple((signal, say[f"sign_{signal}"]) for signal in _SIGNALS)
    return MapLayer(data | signs(features, *legend, language=language))


_SIGNALS = ("red", "yellow", "reporting")


def _one_of(table: pd.DataFrame, column: str, value: str | None, *, last: bool) -> pd.DataFrame:
    """Rows of one value of a column: the one asked for, else the last or the first there is."""
    there = table[column].dropna()
    if value is not None and not there.eq(value).any():
        raise InputError(
            f"`deviations` has no row with {column} {value!r} among its {len(table)} rows. "
            f"It has: {', '.join(map(str, sorted(there.unique())[:8]))}."
        )
    if value is None and len(there):
        value = there.max() if last else there.iloc[0]
    return table[table[column] == value]


def _district_values(
    districts: gpd.GeoDataFrame, counts: pd.DataFrame, value: Value
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], pd.DataFrame]:
    """Value of each district, NaN where it would say nothing, and the rows that it came from."""
    needed = {"per_1000": ["inhabitants"], "change": ["earlier"]}.get(value, [])
    missing = [name for name in ("district_id", "n", *needed) if name not in counts.columns]
    if missing:
        raise InputError(
            f"`counts` lacks {len(missing)} column(s) that value={value!r} needs: "
            f"{', '.join(missing)}. It has: {', '.join(map(str, counts.columns))}."
        )
    if "district_id" not in districts.columns:
        raise InputError("`districts` lacks `district_id`, by which `counts` are joined to it.")
    repeated = int(counts["district_id"].duplicated().sum())
    if repeated:
        raise InputError(
            f"`counts` has {repeated} of {len(counts)} rows for a district that it already has. "
            "Give one row a district."
        )
    used = counts.set_index("district_id")[["n", *needed]]
    table = used.reindex(districts["district_id"]).fillna({"n": 0, "earlier": 0})
    n = table["n"].to_numpy(dtype=float)
    if value == "n":
        return n, table
    if value == "per_km2":
        return n / (districts.geometry.area.to_numpy() / 1e6), table
    other, least, times = (
        ("inhabitants", _FEWEST_INHABITANTS, 1_000)
        if value == "per_1000"
        else ("earlier", _FEWEST_EARLIER, 100)
    )
    base = table[other].to_numpy(dtype=float)
    base = np.where(base >= least, base, np.nan)
    return (n - base if value == "change" else n) / base * times, table


def _district_limits(
    values: np.ndarray[Any, np.dtype[np.float64]], value: Value, limits: Sequence[float] | None
) -> list[float]:
    if limits is not None:
        chosen = [float(limit) for limit in limits]
        if not chosen or not np.isfinite(chosen).all() or (np.diff(chosen) <= 0).any():
            raise InputError(f"`limits` must be finite and rising, not {chosen}.")
        return chosen
    if value == "change":
        return list(_CHANGE_LIMITS)
    known = values[np.isfinite(values)]
    most = float(known.max()) if len(known) else 0.0
    if most <= 0:
        return [1.0]
    # The least of 1, 2, 2.5 and 5 times a power of ten that reaches the largest value in classes.
    power = 10.0 ** np.floor(np.log10(most / _CLASSES))
    step = next(power * s for s in (1, 2, 2.5, 5, 10) if power * s * _CLASSES >= most)
    if value == "n":
        step = max(step, 1.0)
    chosen = [float(f"{step * i:.12g}") for i in range(1, _CLASSES)]
    _LOG.info("limits %s chosen for districts by %s", chosen, value)
    return chosen


def _class_labels(limits: list[float], language: str) -> list[str]:
    say = map_words(language)
    written = [short_number(limit, language) for limit in limits]
    return [
        say["under"].format(written[0]),
        *(f"{low}{EN_DASH}{high}" for low, high in pairwise(written)),
        say["over"].format(written[-1]),
    ]


def _signed(amount: float, value: Value, language: str) -> str:
    if value == "n":
        return number(amount, language)
    if value != "change":
        return short_number(amount, language)
    written = number(abs(amount), language)
    return ("+" if amount > 0 else "−" if amount < 0 else "±") + written + NO_BREAK_SPACE + "%"
