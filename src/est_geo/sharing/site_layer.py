"""The layer of sites: every location with incidents, however many, drawn on a canvas.

A page of a million incidents stays small because it holds sites, not incidents: sites lie along a
curve that keeps neighbours together, each a step from the one before, and what happened there is
one short code for each kind and period that occurs (see `coding`).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_points
from est_geo.errors import InputError
from est_geo.sharing.coding import MILLIONTHS, WGS84, coded, coded_parts, signed
from est_geo.sharing.layer_data import layer_data
from est_geo.sharing.map_layer import MapLayer
from est_geo.sharing.map_words import category_name, map_words
from est_geo.sharing.period_labels import period_label, short_label
from est_geo.sharing.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]


class SiteLayer(MapLayer):
    """The layer that `est_geo.layers.sites` makes.

    Attributes
    ----------
    index : dict
        Where each `site_id` stands among the sites of the page.
    """

    def __init__(self, data: dict[str, Any], *, index: dict[int, int]) -> None:
        super().__init__(data)
        self._name = "EstGeoSites"
        self.index = index

    def member_codes(self, members: Iterable[str]) -> list[str]:
        """Write which sites of the page stand in each text, by their ids with blanks between.

        Those that the page does not have are left out.
        """
        found = [
            sorted(self.index[site] for site in map(int, ids.split()) if site in self.index)
            for ids in members
        ]
        sizes = np.array([len(places) for places in found], dtype=np.int64)
        flat = np.array(list(chain.from_iterable(found)), dtype=np.int64)
        steps = np.diff(flat, prepend=0)
        starts = (np.cumsum(sizes) - sizes)[sizes > 0]
        steps[starts] = flat[starts]
        return coded_parts(steps, sizes)


def sites(
    sites: gpd.GeoDataFrame,
    counts: pd.DataFrame | None = None,
    *,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> SiteLayer:
    """Draw sites as discs sized by their incidents, gathered into numbers when zoomed out.

    Parameters
    ----------
    sites : GeoDataFrame of Points
        As from `to_sites`, in a CRS in metres: `n`, `address` where present, and `site_id` where
        `counts` is given.
    counts : DataFrame, optional
        As from `count_by_site`: `site_id`, `period` (as "2026-11" or "2026-W47"), `category`,
        `source`, `n`. With it the page can choose a period and a category, and a click shows them.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    SiteLayer
        Add it with ``.add_to(folium_map)``. Locations are shown to a millionth of a degree.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If `sites` is empty, or `counts` is of other incidents than `sites`.
    """
    check_points(sites, name="sites", columns=("n",) if counts is None else ("site_id", "n"))
    say = map_words(language)
    degrees = shapely.get_coordinates(sites.geometry.to_crs(WGS84).array)[:, ::-1]
    whole = np.rint(degrees * MILLIONTHS).astype(np.int64)
    order = np.argsort(_along_curve(whole), kind="stable")
    steps = np.diff(whole[order], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    n = sites["n"].to_numpy(dtype=np.int64)[order]
    packed: dict[str, Any] = {"at": coded(signed(steps.ravel())), "count": len(sites)}
    if "address" in sites.columns:
        packed["names"] = _names(sites["address"].iloc[order])
    ids = sites["site_id"].iloc[order] if "site_id" in sites.columns else order
    index = pd.Series(np.arange(len(sites)), index=np.asarray(ids, dtype=np.int64))
    if counts is None:
        packed["n"] = coded(n)
    else:
        packed |= _counts(counts, index, n, language)
    data = layer_data("sites", [], language, show=show)
    legend = [["cluster", "", say["sites_cluster"]], ["site", "", say["sites_sign"]]]
    total = number(int(n.sum()), language)
    return SiteLayer(
        data | {"sites": packed, "legend": legend, "count": total},
        index=dict(zip(index.index.tolist(), range(len(index)), strict=True)),
    )


def _along_curve(whole: Whole) -> Whole:
    """Place of each point along a Z-order curve, which keeps neighbours near each other."""
    place = np.zeros(len(whole), dtype=np.int64)
    for column in (0, 1):
        side = whole[:, column] - whole[:, column].min()
        side >>= max(0, int(side.max()).bit_length() - 16)
        for bit in range(16):
            place |= ((side >> bit) & 1) << (2 * bit + column)
    return place


def _names(addresses: pd.Series) -> dict[str, Any]:
    """Addresses in two parts, at the last space: streets once, and each number."""
    parts = [value.rpartition(" ") for value in addresses.astype("str").fillna("").tolist()]
    codes, streets = pd.factorize(
        np.array([head + gap for head, gap, _ in parts], dtype=object), sort=True
    )
    return {
        "heads": [str(street) for street in streets],
        "head": coded(codes),
        "tails": [tail for _, _, tail in parts],
    }


def _counts(counts: pd.DataFrame, index: pd.Series, n: Whole, language: str) -> dict[str, Any]:
    """Pack what happened at each site: by period and category, and by reporter."""
    missing = [name for name in ("site_id", "n") if name not in counts.columns]
    if missing:
        raise InputError(f"`counts` lacks {len(missing)} column(s): {', '.join(missing)}.")
    place = index.reindex(counts["site_id"]).to_numpy(dtype=float)
    known = np.isfinite(place)
    amounts = counts["n"].to_numpy(dtype=np.int64)
    totals = np.bincount(
        place[known].astype(np.int64), weights=amounts[known], minlength=len(index)
    ).astype(np.int64)
    other = np.flatnonzero(totals != n)
    if len(other) or not known.all():
        first = index.index[other[0]] if len(other) else counts["site_id"].to_numpy()[~known][0]
        raise InputError(
            f"`counts` and `sites` are of different incidents: they differ at "
            f"{len(other) + int((~known).sum())} sites or rows; the first site is {first}. "
            "Make both from one table, with to_sites and count_by_site."
        )
    at = place.astype(np.int64)
    say = map_words(language)
    period, periods = _codes(counts, "period", len(counts))
    category, categories = _codes(counts, "category", len(counts))
    source, sources = _codes(counts, "source", len(counts))
    unknown = say["unknown"]
    return {
        "periods": [
            [key, period_label(key, language), short_label(key, language)]
            for key in periods
            if key is not None
        ],
        "categories": [
            unknown if name is None else category_name(name, language) for name in categories
        ],
        "sources": [unknown if name is None else name for name in sources],
        "cells": _cells(at, period * len(categories) + category, amounts, len(index)),
        "reports": _cells(at, source, amounts, len(index)),
    }


def _codes(counts: pd.DataFrame, column: str, rows: int) -> tuple[Whole, list[str | None]]:
    """Give the rows of a column numbers, by sorted value; missing is the last, and None."""
    if column not in counts.columns:
        return np.zeros(rows, dtype=np.int64), [None]
    codes, values = pd.factorize(counts[column], sort=True)
    names: list[str | None] = [str(value) for value in values]
    if (codes < 0).any():
        codes = np.where(codes < 0, len(names), codes)
        names.append(None)
    return codes.astype(np.int64), names


def _cells(site: Whole, key: Whole, amounts: Whole, sites: int) -> list[str]:
    """Write counts by site and key as two texts: how many keys each site has, and the keys.

    A key is twice its step from the key before it at the same site, plus 1 where its count is more
    than 1: then the count less 2 follows. The keys of a site rise, and the first is its own step.
    """
    keys = int(key.max()) + 1 if len(key) else 1
    together, group = np.unique(site * keys + key, return_inverse=True)
    sums = np.bincount(group, weights=amounts).astype(np.int64)
    together, sums = together[sums > 0], sums[sums > 0]
    at, which = together // keys, together % keys
    first = np.diff(at, prepend=-1) > 0
    steps = np.where(first, which, np.diff(which, prepend=0))
    several = sums > 1
    start = np.cumsum(1 + several) - (1 + several)
    out = np.empty(len(steps) + int(several.sum()), dtype=np.int64)
    out[start] = steps * 2 + several
    out[start[several] + 1] = sums[several] - 2
    return [coded(np.bincount(at, minlength=sites)), coded(out)]
