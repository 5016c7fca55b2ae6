"""How far from each site the weight reaches k: what to look at before choosing eps."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from est_geo.analysis.dbscan_labels import dbscan_labels
from est_geo.analysis.weighted_points import rows_that_count
from est_geo.checks import check_finite_weights, check_number, read_points
from est_geo.errors import InputError
from est_geo.notebook import show_table
from est_geo.sites.merging import merge_places

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from est_geo.sites.merging import Merged

_LOG = logging.getLogger(__name__)
_FIRST_NEIGHBOURS = 16
_AT_A_TIME = 2_000_000  # pairs of a site and a neighbour
_ENOUGH = 1 - 1e-9  # ten weights of .1 reach 1, in whatever order they are added
_TRIED_M = range(10, 201, 10)


@dataclass(frozen=True, eq=False)
class KDistances:
    """Distances at which the weight around each site reaches k, and an eps that they suggest.

    Attributes
    ----------
    table : DataFrame
        The plot's data, one row a site: `distance_m`, rising; `weight` of the site; `share`, the
        part of all weight whose distance is not larger, 0 to 1; `site_id` where the sites have one.
        Sites that never reach k come last, with a missing distance.
    by_eps : DataFrame
        What each `eps_m` from 10 to 200 m would give: `places`, `share` of all weight in them, and
        `largest_share`, the part of all weight in the largest.
    k : float
        The weight, the site's own included: `min_incidents` of `problem_places`.
    recommended_m : float
        The `eps_m` of `by_eps` that gives most places, the smallest of equals: with a larger one
        places run together. Missing (NaN) where none gives any. It is used nowhere unless you
        pass it on.
    knee_m : float
        Where the curve bends most, as textbooks choose: NaN where it does not. For incidents in a
        town it is nearly always far too wide, since only stray incidents lie beyond it.
    """

    table: pd.DataFrame = field(repr=False)
    by_eps: pd.DataFrame = field(repr=False)
    k: float
    recommended_m: float
    knee_m: float

    def _repr_html_(self) -> str:
        """Show in a notebook, in Swedish, what each `eps_m` would give."""
        columns = (self.by_eps[name].tolist() for name in self.by_eps.columns)
        lines = [
            (
                f"{eps:g} m{' (föreslås)' if eps == self.recommended_m else ''}",
                places,
                *(f"{100 * share:.0f} %" for share in shares),
            )
            for eps, places, *shares in zip(*columns, strict=True)
        ]
        heading = ("Räckvidd", "Platser", "Andel i dem", "Andel i den största")
        knee = "" if np.isnan(self.knee_m) else f"; kurvan böjer mest vid {self.knee_m:.0f} m"
        return show_table(f"Avstånd till vikten {self.k:g}{knee}", heading, lines)


def k_distances(sites: gpd.GeoDataFrame | pd.DataFrame, *, k: float = 5) -> KDistances:
    """Measure how far from each site the weight within reaches `k`.

    A site is core with any `eps_m` from that distance up, so the curve of the sorted distances
    shows what each `eps_m` would make of the sites: left of it lie the cores. The distance is 0
    where a site's own weight is enough.

    Parameters
    ----------
    sites : GeoDataFrame of n Points, or DataFrame
        With `weight`, in a CRS in metres: see `to_sites`. A DataFrame has `easting` and `northing`
        in place of points, see `est_geo.schema.COORDINATES`. Rows that repeat another report
        (`duplicate_of`) are left out.
    k : float
        Weight to be reached, the site's own included: the same as `min_incidents`.

    Returns
    -------
    KDistances
        Plot `table` by `share` and `distance_m`.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If `sites` is empty, a weight is negative or not finite, or `k` is not above 0.

    Notes
    -----
    The recommendation is logged. DBSCAN is run for each `eps_m` of `by_eps`, some twenty times. The
    knee is the point of the curve farthest below the straight line from its first to its last
    point, both axes scaled to 0 … 1.

    References
    ----------
    .. [1] Ester, Kriegel, Sander, Xu (1996), A density-based algorithm for discovering clusters,
       section 4.2: the sorted k-distance graph.
    .. [2] Satopää and others (2011), Finding a "Kneedle" in a haystack.
    """
    points = read_points(sites, name="sites", columns=("weight",), plain=True).xy
    check_finite_weights(sites, name="sites")
    check_number(k, name="k", above=0)
    if (counted := rows_that_count(sites, name="sites")) is not None:
        sites, points = sites[counted], points[counted]
    weight = sites["weight"].to_numpy(dtype=float)
    distance = weighted_distances(points, weight, float(k))
    total = weight.sum()
    if total <= 0:
        raise InputError("`sites` has a total `weight` of 0: there is nothing to measure.")
    order = np.lexsort((points[:, 0], points[:, 1], distance))
    table = pd.DataFrame(
        {
            "distance_m": np.where(np.isfinite(distance), distance, np.nan)[order],
            "weight": weight[order],
            "share": np.cumsum(weight[order]) / total,
        }
    )
    if "site_id" in sites.columns:
        table["site_id"] = sites["site_id"].to_numpy()[order]
    by_eps = _try_out(points, weight, float(k))
    best = int(np.argmax(by_eps["places"]))
    most = int(by_eps["places"].iloc[best])
    recommended = float(by_eps["eps_m"].iloc[best]) if most else float("nan")
    knee = _knee(table)
    _LOG.info(
        "k-distances for a weight of %g: eps_m=%g is recommended, with %d places; the knee is at "
        "%.0f m", k, recommended, most, knee,
    )  # fmt: skip
    return KDistances(
        table=table, by_eps=by_eps, k=float(k), recommended_m=recommended, knee_m=knee
    )


def _try_out(points: NDArray[np.float64], weight: NDArray[np.float64], k: float) -> pd.DataFrame:
    """Count places and their weight for each eps, as parts of all weight."""
    rows = []
    for eps in _TRIED_M:
        labels, _ = dbscan_labels(points, weight, eps=float(eps), min_weight=k)
        held = np.bincount(labels[labels >= 0], weights=weight[labels >= 0])
        rows.append((float(eps), len(held), held.sum(), held.max(initial=0.0)))
    table = pd.DataFrame(rows, columns=["eps_m", "places", "share", "largest_share"])
    return table.assign(**table[["share", "largest_share"]] / weight.sum())


def weighted_distances(
    points: NDArray[np.float64], weight: NDArray[np.float64], k: float
) -> NDArray[np.float64]:
    """Distance from each point at which the weight within, its own included, reaches k.

    Infinite where even all points together do not reach it. Neighbours are looked up nearest first,
    four times as many again for the points that have not reached k.
    """
    if weight.sum() < k * _ENOUGH:
        return np.full(len(points), np.inf)
    # Of many points at one place a tree would look at each, for each.
    places = cast("Merged", merge_places(points, weight, distinct=1))  # None is of no points
    return places.of_rows(_distances_of_places(points[places.first], places.weight, k))


def _distances_of_places(
    points: NDArray[np.float64], weight: NDArray[np.float64], k: float
) -> NDArray[np.float64]:
    """Do `weighted_distances` of points no two of which are the same."""
    n = len(points)
    distance = np.full(n, np.inf)
    tree = cKDTree(points)
    left = np.arange(n)
    wanted = min(_FIRST_NEIGHBOURS, n)
    while len(left):
        rest = []
        block = max(1, _AT_A_TIME // wanted)
        for start in range(0, len(left), block):
            part = left[start : start + block]
            found_near, index = tree.query(points[part], k=np.arange(1, wanted + 1))
            near = np.asarray(found_near)
            reached = np.cumsum(weight[index], axis=1) >= k * _ENOUGH
            first = np.argmax(reached, axis=1)
            found = reached[np.arange(len(part)), first]
            distance[part[found]] = near[np.arange(len(part)), first][found]
            rest.append(part[~found])
        left = np.concatenate(rest)
        wanted = min(4 * wanted, n)
    return distance


def _knee(table: pd.DataFrame) -> float:
    """Distance at which the curve bends most; NaN where it is flat or straight."""
    # Sites of no weight are not on the curve, however far they lie.
    curve = table[table["weight"] > 0].dropna(subset=["distance_m"])
    # One point for each distance: the last one, since all weight up to it is core.
    curve = curve.drop_duplicates("distance_m", keep="last")
    distance, share = curve["distance_m"].to_numpy(), curve["share"].to_numpy()
    if len(curve) < 3:  # noqa: PLR2004 - two points are a straight line
        return float("nan")
    across = (share - share[0]) / (share[-1] - share[0])
    up = (distance - distance[0]) / (distance[-1] - distance[0])
    below = across - up
    best = int(np.argmax(below))
    return float(distance[best]) if below[best] > 1e-9 else float("nan")  # noqa: PLR2004
