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

    from est_geo.analysis.density_result import Density
    from est_geo.disclosure.audiences import Audience
    from est_geo.picture.result import Picture

_TEXT_PARAMETERS = ("outside", "kernel", "crs", "area", "preset", "period")
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


def _district_counts(picture: Picture, rules: Audience) -> pd.DataFrame:
    """Hide small districts, and with them others from which they could be worked out."""
    counts = picture.district_counts
    hidden = suppress(counts[["n"]].to_numpy(), k=rules.k)
    n = counts["n"].astype("Int64").mask(hidden.cells[:, 0])
    # How many of them have a point is one more table with the same sums: it is left out.
    return counts.assign(n=n, placed=pd.array([pd.NA] * len(counts), dtype="Int64"), weight=np.nan)


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


_RULES: dict[str, Callable[[Picture, Audience], Any]] = {
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
    "homes": lambda _picture, _rules: None,
    "provenance": _provenance,
    # Counts of single sites by month, and of places by hour: nothing finer than what is shown.
    "site_counts": lambda _picture, _rules: None,
    "place_hours": lambda _picture, _rules: None,
}
