"""Another audience's picture: every part of the internal one made coarser, or left out.

Each field of `Picture` is named here with what becomes of it; a field that is not named cannot be
passed on. What lies in space is made anew from squares that hold enough, so that no point, outline
or contour can follow an address.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.analysis.density import kde
from est_geo.disclosure.period_tables import (
    coarse_cells,
    coarse_concentration,
    coarse_deviations,
    coarse_follow_up,
    coarse_need,
    coarse_profile,
    coarse_quality,
    coarse_tracking,
    coarse_when_and_where,
    hidden_deviations,
)
from est_geo.disclosure.suppression import suppress
from est_geo.disclosure.tables import (
    Homes,
    coarse_addresses,
    coarse_places,
    coarse_recurring_places,
    coarse_sites,
    coarse_time,
)
from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from est_geo.analysis.density_result import Density
    from est_geo.disclosure.audiences import Audience
    from est_geo.picture.result import Picture

    Rule = Callable[[Any], Any]

_TEXT_PARAMETERS = (
    *("outside", "kernel", "crs", "area", "preset", "period"),
    *("window_from", "window_to", "baseline", "known_until", "previous"),
)
_LAST_DAY = pd.Timedelta(days=6)  # of a week, from its Monday
_CELLS_IN_RADIUS = 2  # a density is never finer than the squares it is made of


class _View:
    """An internal picture, who it is to be shown to, and what several rules need."""

    def __init__(self, picture: Picture, rules: Audience) -> None:
        self.picture = picture
        self.rules = rules

    @cached_property
    def homes(self) -> Homes | None:
        """Points of the register and dwellings at each, one where that is not known."""
        return None if self.picture.homes is None else Homes.of(self.picture.homes)

    @cached_property
    def sites(self) -> gpd.GeoDataFrame:
        """Sites as squares."""
        return coarse_sites(self.picture.sites, self.rules, homes=self.homes)

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Places as squares."""
        return coarse_places(self.picture.places, self.picture.sites, self.rules, homes=self.homes)

    @cached_property
    def place_names(self) -> pd.Series[Any]:
        """Names by `place_id` of the places that are shown."""
        return self.places.set_index("place_id")["name"]

    @cached_property
    def hidden_districts(self) -> tuple[NDArray[np.bool_], bool]:
        """Which districts' numbers are hidden, and whether that of all is.

        Where they are the sums of deviations, as those need it.
        """
        picture, rules = self.picture, self.rules
        counts = picture.district_counts
        if picture.deviations is not None and len(picture.deviations):
            rows, districts, hidden = hidden_deviations(picture.deviations, rules)
            sums = rows.groupby("district_id")["n"].sum().reindex(counts["district_id"])
            if (sums.fillna(0).to_numpy() == counts["n"].to_numpy()).all():
                of_sums = pd.Series(hidden.rows, index=districts)
                mask = of_sums.reindex(counts["district_id"], fill_value=False).to_numpy(dtype=bool)
                return mask, hidden.total
        found = suppress(counts[["n"]].to_numpy(), k=rules.k)
        return found.cells[:, 0], found.total

    @cached_property
    def hidden_ids(self) -> set[Any]:
        """Identifiers of the districts whose number is hidden."""
        return set(self.picture.district_counts["district_id"][self.hidden_districts[0]])


def shown_to(picture: Picture, rules: Audience) -> Picture:
    """Make what an audience may see of an internal picture."""
    parts = {field.name for field in fields(picture)}
    unknown = sorted(parts ^ set(_RULES))
    if unknown:
        raise InputError(
            f"`Picture` has {len(unknown)} part(s) without a rule for other audiences; the first "
            f"is {unknown[0]!r}."
        )
    view = _View(picture, rules)
    return replace(picture, **{name: rule(view) for name, rule in _RULES.items()})


def _same(name: str) -> Rule:
    """Pass on what holds nothing of the incidents."""
    return lambda view: getattr(view.picture, name)


def _district_counts(view: _View) -> pd.DataFrame:
    """Hide small districts, and with them others from which they could be worked out."""
    counts = view.picture.district_counts
    n = counts["n"].astype("Int64").mask(view.hidden_districts[0])
    # How many of them have a point is one more table with the same sums: it is left out.
    return counts.assign(n=n, placed=pd.array([pd.NA] * len(counts), dtype="Int64"), weight=np.nan)


def _if_there(name: str, rule: Callable[[Any, _View], Any]) -> Rule:
    """Apply a rule to a table that a picture may lack."""

    def apply(view: _View) -> Any:  # noqa: ANN401 - a table or None
        table = getattr(view.picture, name)
        return None if table is None else rule(table, view)

    return apply


def _nothing(_view: _View) -> None:
    """Keep back what only the analyst needs."""


def _density(view: _View) -> Density:
    """Estimate the density anew, from the squares that are shown and from nothing else."""
    sites, rules, own = view.sites, view.rules, view.picture.density
    radius_m = max(float(own.bandwidth_m), _CELLS_IN_RADIUS * rules.cell_m)
    if len(sites) == 0:
        values = np.where(np.isfinite(own.values), 0.0, np.nan)
        return replace(own, values=values, bandwidth_m=radius_m)
    return kde(
        sites,
        within=view.picture.districts,
        bandwidth_m=radius_m,
        cell_m=rules.cell_m,
        kernel=own.kernel,
    )


def _span(view: _View) -> Any:  # noqa: ANN401 - two times or None
    if view.picture.span is None:
        return None
    first, last = coarse_time(pd.Series(view.picture.span), view.rules)
    if view.rules.time_unit != "week":
        return first, last
    # Whole weeks, but no day that the picture is not of.
    last += _LAST_DAY
    chosen = view.picture.parameters
    if "window_from" in chosen:
        first = max(first, pd.Timestamp(str(chosen["window_from"])))
        last = min(last, pd.Timestamp(str(chosen["window_to"])))
    return first, last


def _counts(view: _View) -> dict[str, int]:
    """Keep the sums that are large enough, and no sum of all with which to work out the others."""
    without = {"read", "inside"} if view.hidden_districts[1] else {"read"}
    return {
        name: count
        for name, count in view.picture.counts.items()
        if name not in without and (count == 0 or count >= view.rules.k)
    }


def _parameters(view: _View) -> dict[str, object]:
    """Keep numbers, and the texts that are choices of ours."""
    rules = view.rules
    kept = {
        name: value
        for name, value in view.picture.parameters.items()
        if isinstance(value, int | float) or name in _TEXT_PARAMETERS
    }
    return kept | {"smallest_number": rules.k, "square_m": rules.cell_m, "hour_block": rules.hours}


def _provenance(view: _View) -> Any:  # noqa: ANN401 - Provenance or None
    """Keep the versions; names and checksums of files stay with those who have the files."""
    own = view.picture.provenance
    return None if own is None else replace(own, inputs={})


_RULES: dict[str, Rule] = {
    "districts": _same("districts"),
    "sites": lambda view: view.sites,
    "places": lambda view: view.places,
    "addresses": lambda view: coarse_addresses(
        view.picture.addresses, view.rules, homes=view.homes
    ),
    "density": _density,
    "district_counts": _district_counts,
    "span": _span,
    "counts": _counts,
    "parameters": _parameters,
    "period": _same("period"),
    "sources": lambda view: view.picture.sources if view.rules.reporters else (),
    "chosen_for_you": _same("chosen_for_you"),
    "audience": lambda view: view.rules.name,
    "smallest": lambda view: view.rules.k,
    "deviations": _if_there("deviations", lambda table, view: coarse_deviations(table, view.rules)),
    "deviation_chance": _same("deviation_chance"),
    "time_profile": _if_there(
        "time_profile", lambda table, view: coarse_profile(table, view.rules, view.place_names)
    ),
    "when_and_where": _if_there(
        "when_and_where",
        lambda table, view: coarse_when_and_where(table, view.rules, view.place_names),
    ),
    "concentration": _if_there(
        "concentration",
        lambda table, view: coarse_concentration(table, view.rules, view.hidden_ids),
    ),
    "need": _if_there("need", lambda table, view: coarse_need(table, view.rules, view.hidden_ids)),
    "priority": _if_there(
        "priority", lambda table, view: coarse_cells(table, view.rules, homes=view.homes)
    ),
    "tracking": _if_there(
        "tracking", lambda table, view: coarse_tracking(table, view.rules, view.place_names)
    ),
    "recurring_places": _if_there(
        "recurring_places",
        lambda table, view: coarse_recurring_places(table, view.places, view.rules),
    ),
    "followed": _nothing,
    "weekly": _nothing,
    "quality": _if_there(
        "quality",
        lambda table, view: coarse_quality(table, view.rules) if view.rules.reporters else None,
    ),
    "efforts": _nothing,
    "follow_up": _if_there("follow_up", lambda table, view: coarse_follow_up(table, view.rules)),
    "homes": _nothing,
    "provenance": _provenance,
    # Counts of single sites by month, and of places by hour: nothing finer than what is shown.
    "site_counts": _nothing,
    "place_hours": _nothing,
}
