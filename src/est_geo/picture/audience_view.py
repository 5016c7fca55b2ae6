"""Another audience's picture: every part of the internal one made coarser, or left out.

Each field of `Picture` is named here with what becomes of it; a field that is not named cannot be
passed on. What lies in space is made anew from squares that hold enough, so that no point, outline
or contour can follow an address.
"""

from __future__ import annotations

from dataclasses import fields, replace
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
    coarse_sites,
    coarse_time,
)
from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from est_geo.analysis.density_result import Density
    from est_geo.disclosure.audiences import Audience
    from est_geo.picture.result import Picture

    Rule = Callable[[Picture, Audience], Any]

_TEXT_PARAMETERS = (
    *("outside", "kernel", "crs", "area", "preset", "period"),
    *("window_from", "window_to", "baseline", "known_until", "previous"),
)
_CELLS_IN_RADIUS = 2  # a density is never finer than the squares it is made of


def shown_to(picture: Picture, rules: Audience) -> Picture:
    """Make what an audience may see of an internal picture."""
    parts = {field.name for field in fields(picture)}
    unknown = sorted(parts ^ set(_RULES))
    if unknown:
        raise InputError(
            f"`Picture` has {len(unknown)} part(s) without a rule for other audiences; the first "
            f"is {unknown[0]!r}."
        )
    return replace(picture, **{name: rule(picture, rules) for name, rule in _RULES.items()})


def _same(name: str) -> Callable[[Picture, Audience], Any]:
    """Pass on what holds nothing of the incidents."""
    return lambda picture, _rules: getattr(picture, name)


def _homes(picture: Picture) -> Homes | None:
    """Points of the register and dwellings at each, one where that is not known."""
    if picture.homes is None:
        return None
    return Homes.of(picture.homes)


def _hidden_districts(picture: Picture, rules: Audience) -> NDArray[np.bool_]:
    """Choose the districts whose number is hidden, as sums of deviations where they are that."""
    counts = picture.district_counts
    if picture.deviations is not None and len(picture.deviations):
        rows, districts, hidden = hidden_deviations(picture.deviations, rules)
        sums = rows.groupby("district_id")["n"].sum().reindex(counts["district_id"], fill_value=0)
        if (sums.to_numpy() == counts["n"].to_numpy()).all():
            of_sums = pd.Series(hidden.rows, index=districts)
            return of_sums.reindex(counts["district_id"], fill_value=False).to_numpy(dtype=bool)
    found: NDArray[np.bool_] = suppress(counts[["n"]].to_numpy(), k=rules.k).cells[:, 0]
    return found


def _hidden_ids(picture: Picture, rules: Audience) -> set[Any]:
    return set(picture.district_counts["district_id"][_hidden_districts(picture, rules)])


def _district_counts(picture: Picture, rules: Audience) -> pd.DataFrame:
    """Hide small districts, and with them others from which they could be worked out."""
    counts = picture.district_counts
    n = counts["n"].astype("Int64").mask(_hidden_districts(picture, rules))
    # How many of them have a point is one more table with the same sums: it is left out.
    return counts.assign(n=n, placed=pd.array([pd.NA] * len(counts), dtype="Int64"), weight=np.nan)


def _place_names(picture: Picture, rules: Audience) -> pd.Series[Any]:
    """Name by `place_id` the places that are shown."""
    shown = coarse_places(picture.places, picture.sites, rules, homes=_homes(picture))
    return shown.set_index("place_id")["name"]


def _if_there(name: str, rule: Callable[[Any, Picture, Audience], Any]) -> Rule:
    """Apply a rule to a table that a picture may lack."""

    def apply(picture: Picture, rules: Audience) -> Any:  # noqa: ANN401 - a table or None
        table = getattr(picture, name)
        return None if table is None else rule(table, picture, rules)

    return apply


def _nothing(_picture: Picture, _rules: Audience) -> None:
    """Keep back what only the analyst needs."""


def _density(picture: Picture, rules: Audience) -> Density:
    """Estimate the density anew, from the squares that are shown and from nothing else."""
    sites = coarse_sites(picture.sites, rules, homes=_homes(picture))
    own = picture.density
    radius_m = max(float(own.bandwidth_m), _CELLS_IN_RADIUS * rules.cell_m)
    if len(sites) == 0:
        values = np.where(np.isfinite(own.values), 0.0, np.nan)
        return replace(own, values=values, bandwidth_m=radius_m)
    return kde(
        sites,
        within=picture.districts,
        bandwidth_m=radius_m,
        cell_m=rules.cell_m,
        kernel=own.kernel,
    )


def _span(picture: Picture, rules: Audience) -> Any:  # noqa: ANN401 - two times or None
    if picture.span is None:
        return None
    first, last = coarse_time(pd.Series(picture.span), rules)
    return first, last


def _counts(picture: Picture, rules: Audience) -> dict[str, int]:
    """Keep the sums that are large enough, and no sum of all with which to work out the others."""
    return {
        name: count
        for name, count in picture.counts.items()
        if name != "read" and (count == 0 or count >= rules.k)
    }


def _parameters(picture: Picture, rules: Audience) -> dict[str, object]:
    """Keep numbers, and the texts that are choices of ours."""
    kept = {
        name: value
        for name, value in picture.parameters.items()
        if isinstance(value, int | float) or name in _TEXT_PARAMETERS
    }
    return kept | {"smallest_number": rules.k, "square_m": rules.cell_m, "hour_block": rules.hours}


def _provenance(picture: Picture, _rules: Audience) -> Any:  # noqa: ANN401 - Provenance or None
    """Keep the versions; names and checksums of files stay with those who have the files."""
    return None if picture.provenance is None else replace(picture.provenance, inputs={})


_RULES: dict[str, Rule] = {
    "districts": _same("districts"),
    "sites": lambda picture, rules: coarse_sites(picture.sites, rules, homes=_homes(picture)),
    "places": lambda picture, rules: coarse_places(
        picture.places, picture.sites, rules, homes=_homes(picture)
    ),
    "addresses": lambda picture, rules: coarse_addresses(
        picture.addresses, rules, homes=_homes(picture)
    ),
    "density": _density,
    "district_counts": _district_counts,
    "span": _span,
    "counts": _counts,
    "parameters": _parameters,
    "period": _same("period"),
    "sources": lambda picture, rules: picture.sources if rules.reporters else (),
    "chosen_for_you": _same("chosen_for_you"),
    "audience": lambda _picture, rules: rules.name,
    "smallest": lambda _picture, rules: rules.k,
    "deviations": _if_there("deviations", lambda table, _, rules: coarse_deviations(table, rules)),
    "deviation_chance": _same("deviation_chance"),
    "time_profile": _if_there(
        "time_profile",
        lambda table, picture, rules: coarse_profile(table, rules, _place_names(picture, rules)),
    ),
    "when_and_where": _if_there(
        "when_and_where",
        lambda table, picture, rules: coarse_when_and_where(
            table, rules, _place_names(picture, rules)
        ),
    ),
    "concentration": _if_there(
        "concentration",
        lambda table, picture, rules: coarse_concentration(
            table, rules, _hidden_ids(picture, rules)
        ),
    ),
    "need": _if_there(
        "need",
        lambda table, picture, rules: coarse_need(table, rules, _hidden_ids(picture, rules)),
    ),
    "priority": _if_there(
        "priority",
        lambda table, picture, rules: coarse_cells(table, rules, homes=_homes(picture)),
    ),
    "tracking": _if_there(
        "tracking",
        lambda table, picture, rules: coarse_tracking(table, rules, _place_names(picture, rules)),
    ),
    "followed": _nothing,
    "quality": _if_there(
        "quality",
        lambda table, _, rules: coarse_quality(table, rules) if rules.reporters else None,
    ),
    "efforts": _nothing,
    "follow_up": _if_there("follow_up", lambda table, _, rules: coarse_follow_up(table, rules)),
    "homes": _nothing,
    "provenance": _provenance,
    # Counts of single sites by month, and of places by hour: nothing finer than what is shown.
    "site_counts": _nothing,
    "place_hours": _nothing,
}
