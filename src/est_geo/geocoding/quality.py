"""How well geocoding went: by level, reporter, category and district, and what to mend first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from est_geo.checks import has_shape
from est_geo.geocoding.counts import (
    MINIMUM_HIT_RATE,
    count_ambiguous,
    count_groups,
    count_levels,
    count_unmatched,
    find_warnings,
    keys_of,
    percent,
    share_of,
)
from est_geo.notebook import show_table
from est_geo.schema import MATCH_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    import geopandas as gpd
    from numpy.typing import NDArray

_NOTHING_FOUND = ("ambiguous", "null_island", "none")
# What an alias could mend: nothing was found, or nothing but the district.
_MENDABLE = ("district", "null_island", "none")
_FEWEST_FIXES, _MOST_FIXES = 5, 15

_IN_SWEDISH = {
    "coordinates": "koordinat i filen",
    "exact": "exakt adress",
    "letter_dropped": "adress, utan bokstaven",
    "nearest_number": "närmaste nummer på samma sida",
    "street_corrected": "gatunamnet rättat",
    "type_corrected": "gatunamnets ändelse rättad",
    "crossing": "korsning",
    "place": "namngiven plats",
    "street": "bara gatan",
    "district": "bara kommundelen",
    "online": "nättjänst",
    "ambiguous": "flera möjliga, ingen vald",
    "null_island": "koordinaten 0, 0",
    "none": "ingen träff",
}


class Fixes(NamedTuple):
    """What mending the most frequent unmatched streets would give.

    Attributes
    ----------
    streets : int
        How many of them, from the top of `GeocodeQuality.unmatched`.
    hit_rate : float
        The hit rate then, 0 to 1.
    """

    streets: int
    hit_rate: float


@dataclass(frozen=True, repr=False)
class GeocodeQuality:
    """The account of geocoding; every row is in it.

    Attributes
    ----------
    rows : int
        All rows; always `given` + `asked`.
    given : int
        Rows whose own coordinates were kept.
    asked : int
        Rows without, for which the register was asked; always `placed` + `district_only` +
        `unplaced`.
    placed : int
        Of those asked, how many got a point.
    district_only : int
        Those that got no point but a district: what was found is less exact than
        `max_uncertainty_m`, or several candidates all lie there.
    unplaced : int
        Those that got neither.
    unnamed : int
        Those that got no point and name no street or place, so that no alias can help them.
    hit_rate : float
        `placed` / `asked`, 0 to 1; NaN where nothing was asked.
    max_uncertainty_m : float
        How far off a match may be and still be a point, in metres.
    levels : DataFrame
        `level`, `n`, `placed` (of those, rows with a point), `share` (of all rows), in the order of
        `est_geo.schema.MATCH_LEVELS`; only levels that occur. `n` sums to `rows`, `share` to 1.
    by_source, by_category, by_district : DataFrame
        `group`, `rows`, `asked`, `placed`, `hit_rate`, and a column for each level that occurs;
        most rows first, equally many by name. Rows without a group come last, under a missing
        name. Each sums to the whole; empty where the incidents have no such column. Most misses
        have no district, so a district's hit rate says little of what is missing from it.
    ambiguous : DataFrame
        What several entries of the register fit: `street` as most often written, `candidates`, `n`;
        the most frequent first, equally many by name.
    unmatched : DataFrame
        Streets and places that were not found, spellings that differ in case, rings, dots and
        blanks together: `street` as most often written, `n`, `hit_rate_if_fixed` (when this and all
        above it are found); the most frequent first, equally many by name.
    warnings : tuple of str
        What has a hit rate below 85 %, or too few rows to tell; in words.
    """

    rows: int
    given: int
    asked: int
    placed: int
    district_only: int
    unplaced: int
    unnamed: int
    max_uncertainty_m: float
    levels: pd.DataFrame = field(compare=False)
    by_source: pd.DataFrame = field(compare=False)
    by_category: pd.DataFrame = field(compare=False)
    by_district: pd.DataFrame = field(compare=False)
    ambiguous: pd.DataFrame = field(compare=False)
    unmatched: pd.DataFrame = field(compare=False)
    warnings: tuple[str, ...]

    @property
    def hit_rate(self) -> float:
        """Share of the rows asked that got a point, 0 to 1; NaN where nothing was asked."""
        return share_of(self.placed, self.asked)

    @property
    def fixes(self) -> Fixes | None:
        """What to mend first: enough streets to reach 85 %, at least 5 and at most 15 of them.

        None where no street or place is unmatched.
        """
        if len(self.unmatched) == 0:
            return None
        reached = self.unmatched["hit_rate_if_fixed"].to_numpy() >= MINIMUM_HIT_RATE
        enough = int(reached.argmax()) + 1 if reached.any() else _MOST_FIXES
        streets = min(max(enough, _FEWEST_FIXES), _MOST_FIXES, len(reached))
        return Fixes(streets, float(self.unmatched["hit_rate_if_fixed"].iloc[streets - 1]))

    def __str__(self) -> str:
        return (
            f"{self.rows} rows = {self.given} with coordinates + {self.asked} asked; of those "
            f"{self.placed} placed ({percent(self.hit_rate)}) + {self.district_only} with a "
            f"district only + {self.unplaced} without either"
        )

    def __repr__(self) -> str:
        return f"<GeocodeQuality {self}>"

    def _repr_html_(self) -> str:
        """Show the account in a notebook, in Swedish; all text from the files is inert."""
        low = self.hit_rate < MINIMUM_HIT_RATE
        parts = [
            show_table("Geokodning", ("", "Rader"), _totals(self)),
            f"<p>Träffandelen är under {_percent(MINIMUM_HIT_RATE)}. Kartan kan vilseleda.</p>"
            if low
            else "",
            show_table(
                "Träffnivå", ("Nivå", "Rader", "Andel", "Med punkt"), _level_lines(self.levels)
            ),
            *_grouped("Per rapportör", self.by_source, missing="utan rapportör"),
            *_grouped("Per kategori", self.by_category, missing="utan kategori"),
            *_grouped("Per kommundel", self.by_district, missing="utan kommundel"),
        ]
        if len(self.ambiguous):
            rows = self.ambiguous.fillna("–").itertuples(index=False, name=None)
            heading = ("Gata eller plats", "Möjliga", "Rader")
            parts.append(show_table("Flera möjliga, ingen vald", heading, list(rows)))
        if len(self.unmatched):
            columns = ["street", "n", "hit_rate_if_fixed"]
            missed = [
                (street, n, _percent(rate))
                for street, n, rate in self.unmatched[columns].itertuples(index=False, name=None)
            ]
            heading = ("Gata eller plats", "Rader", "Träffandel om hit rättas")
            parts += [show_table("Hittades inte", heading, missed), _advice(self.fixes)]
        return "".join(parts)


def assess(
    incidents: gpd.GeoDataFrame,
    *,
    asked: NDArray[np.bool_],
    street: pd.Series[Any],
    candidates: pd.Series[Any],
    max_uncertainty_m: float,
) -> GeocodeQuality:
    """Account for geocoded incidents.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points
        With `match_level`, `matched_address` and `district`; `source` and `category` may be absent.
    asked : array of n bool
        The rows without coordinates of their own, for which the register was asked.
    street : Series of n text
        The street or place that the row names, readable; missing where it names none.
    candidates : Series of n text
        What several entries fit, where `match_level` is "ambiguous": "Storgatan 1 (Rotebro);
        Storgatan 1 (Viby)"; missing elsewhere. Rows of both align with `incidents` by position.
    max_uncertainty_m : float
        How far off a match may be and still be a point, in metres.

    Returns
    -------
    GeocodeQuality
        The numbers. Rows in another order give the same.
    """
    geometry = np.asarray(incidents.geometry.array)
    level = pd.Series(pd.Categorical(incidents["match_level"], categories=MATCH_LEVELS))
    found = ~level.isin(_NOTHING_FOUND).to_numpy()
    has_point = has_shape(geometry)
    # An unmatched row may still have its 0, 0.
    placed = asked & has_point & found
    has_district = incidents["district"].notna().to_numpy()
    streets = street.reset_index(drop=True)
    rows = pd.DataFrame({"level": level, "asked": asked, "placed": placed})
    n_asked, n_placed = int(asked.sum()), int(placed.sum())
    groups = {
        name: count_groups(rows, incidents.get(name)) for name in ("source", "category", "district")
    }
    key = keys_of(streets)
    named = key.notna().to_numpy()
    # A row that names its district and nothing else is as well placed as it can be.
    just_district = np.zeros(len(rows), dtype=bool)
    to_district = (level == "district").to_numpy()
    matched = incidents["matched_address"].reset_index(drop=True).where(to_district)
    for said in (incidents["district"], matched):
        just_district |= named & (key == keys_of(said)).to_numpy()
    mendable = level.isin(_MENDABLE).to_numpy() & named & ~just_district
    return GeocodeQuality(
        rows=len(rows),
        given=len(rows) - n_asked,
        asked=n_asked,
        placed=n_placed,
        district_only=int((asked & ~placed & has_district).sum()),
        unplaced=int((asked & ~placed & ~has_district).sum()),
        unnamed=int((asked & ~placed & ~named).sum()),
        max_uncertainty_m=float(max_uncertainty_m),
        levels=count_levels(rows, has_point & found),
        by_source=groups["source"],
        by_category=groups["category"],
        by_district=groups["district"],
        ambiguous=count_ambiguous(
            streets,
            key,
            candidates.reset_index(drop=True),
            (level == "ambiguous").to_numpy(),
        ),
        unmatched=count_unmatched(streets, key, mendable, placed=n_placed, asked=n_asked),
        warnings=find_warnings(groups, placed=n_placed, asked=n_asked),
    )


def _percent(share: float) -> str:
    """Write a share as Swedes do, with a blank that does not break."""
    return percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def _totals(said: GeocodeQuality) -> list[tuple[object, object]]:
    """Lines about all rows; those that count nothing unusual are left out."""
    return [
        ("Alla", said.rows),
        ("– med egen koordinat", said.given),
        ("– sökta i registret", said.asked),
        ("– fick en punkt", said.placed),
        ("– fick bara en kommundel", said.district_only),
        ("– fick ingetdera", said.unplaced),
        *([("– utan punkt, nämner ingen gata eller plats", said.unnamed)] if said.unnamed else []),
        ("Träffandel", _percent(said.hit_rate)),
    ]


def _level_lines(levels: pd.DataFrame) -> list[tuple[object, ...]]:
    """Lines about the levels."""
    columns = ["level", "n", "share", "placed"]
    return [
        (_IN_SWEDISH[level], n, _percent(share), placed)
        for level, n, share, placed in levels[columns].itertuples(index=False, name=None)
    ]


def _grouped(caption: str, table: pd.DataFrame, *, missing: str) -> Iterable[str]:
    """Write hit rates by group, where there is more than one."""
    if len(table) > 1:
        columns = ["group", "rows", "asked", "placed", "hit_rate"]
        lines = [
            (missing if pd.isna(group) else group, *counts, _percent(rate))
            for group, *counts, rate in table[columns].itertuples(index=False, name=None)
        ]
        yield show_table(caption, ("", "Rader", "Sökta", "Fick punkt", "Träffandel"), lines)


def _advice(fixes: Fixes | None) -> str:
    """Say what mending the first streets gives."""
    if fixes is None:
        return ""
    one = fixes.streets == 1
    what = "den översta" if one else f"de {fixes.streets} översta"
    return f"<p>Rätta {what} så nås {_percent(fixes.hit_rate)}.</p>"
