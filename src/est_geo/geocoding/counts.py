"""Counts of geocoded incidents: by level and group, what was ambiguous, and what was not found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from est_geo.geocoding.addresses import street_key
from est_geo.schema import MATCH_LEVELS

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

MINIMUM_HIT_RATE: Final = 0.85
"""Below this a map of the rest may mislead (Ratcliffe 2004)."""

# One miss in fewer rows than this is more than five percentage points.
_FEWEST_ASKED = 20
_MAX_SHOWN = 40


def percent(share: float) -> str:
    """Write a share as whole percent, rounded down, so that 84.9 is never shown as 85."""
    # Products such as 0.29 * 100 lie a hair under the number they are.
    return "–" if math.isnan(share) else f"{math.floor(share * 100 + 1e-9)} %"


def share_of(part: int, whole: int) -> float:
    """Divide, where there is anything to divide by."""
    return part / whole if whole else math.nan


def keys_of(names: pd.Series[Any]) -> pd.Series[Any]:
    """Reduce names to what is compared, each different one once; missing where nothing is left."""
    codes, texts = pd.factorize(names)
    keys = np.array([*(street_key(str(text)) or None for text in texts), None], dtype=object)
    return pd.Series(keys[codes], dtype="str")


def count_levels(rows: pd.DataFrame, with_point: Mask) -> pd.DataFrame:
    """Count the rows of each level that occurs."""
    counts = rows.assign(placed=with_point).groupby("level", observed=True)["placed"]
    n = counts.size().to_numpy()
    return pd.DataFrame(
        {
            "level": pd.Series([str(level) for level in counts.size().index], dtype="str"),
            "n": n,
            "placed": counts.sum().to_numpy().astype("int64"),
            "share": n / max(len(rows), 1),
        }
    )


def count_groups(rows: pd.DataFrame, groups: pd.Series[Any] | None) -> pd.DataFrame:
    """Count by group and level."""
    if groups is None:
        rows, groups = rows.iloc[:0], pd.Series(dtype="str")
    codes, names = pd.factorize(groups.reset_index(drop=True).astype("str"), sort=True)
    codes = np.where(codes < 0, len(names), codes)
    n_groups = len(names) + int((codes == len(names)).any())
    occurring = [level for level in MATCH_LEVELS if (rows["level"] == level).any()]
    counted = {
        "rows": np.bincount(codes, minlength=n_groups),
        "asked": np.bincount(codes[rows["asked"].to_numpy(dtype=bool)], minlength=n_groups),
        "placed": np.bincount(codes[rows["placed"].to_numpy(dtype=bool)], minlength=n_groups),
    }
    rate = np.full(n_groups, np.nan)
    np.divide(counted["placed"], counted["asked"], out=rate, where=counted["asked"] > 0)
    labels = pd.Series([*names, None][:n_groups], dtype="str")
    of_level = {
        level: np.bincount(codes[(rows["level"] == level).to_numpy()], minlength=n_groups)
        for level in occurring
    }
    table = pd.DataFrame({"group": labels, **counted, "hit_rate": rate, **of_level})
    # Names are sorted already, the missing one last.
    order = np.lexsort((-table["rows"].to_numpy(), labels.isna().to_numpy()))
    return table.iloc[order].reset_index(drop=True)


def count_ambiguous(
    street: pd.Series[Any], key: pd.Series[Any], candidates: pd.Series[Any], mask: Mask
) -> pd.DataFrame:
    """Count what several entries fit."""
    tied = pd.DataFrame({"street": street, "key": key, "candidates": candidates}, dtype="str")
    counted = _count_spellings(tied[mask], by=["key", "candidates"])
    return counted[["street", "candidates", "n"]]


def count_unmatched(
    street: pd.Series[Any], key: pd.Series[Any], mask: Mask, *, placed: int, asked: int
) -> pd.DataFrame:
    """Count streets that were not found, and what each of them would give."""
    missed = pd.DataFrame({"street": street, "key": key}, dtype="str")[mask]
    counted = _count_spellings(missed, by=["key"])
    counted["hit_rate_if_fixed"] = (placed + counted["n"].cumsum()) / asked
    return counted[["street", "n", "hit_rate_if_fixed"]]


def _count_spellings(rows: pd.DataFrame, *, by: list[str]) -> pd.DataFrame:
    """Count rows that are the same but for how the street is written, most frequent first."""
    spelt = rows.groupby([*by, "street"], dropna=False).size().rename("n").reset_index()
    spelt = spelt.sort_values(["n", "street"], ascending=[False, True])
    groups = spelt.groupby(by, dropna=False)
    counted = groups.agg(street=("street", "first"), n=("n", "sum")).reset_index()
    order = ["n", "street", *by]
    return counted.sort_values(order, ascending=[False, True, *(True for _ in by)]).reset_index(
        drop=True
    )


def _warn_of_all(placed: int, asked: int) -> list[str]:
    """Say whether the whole is below the least reliable hit rate."""
    rate = share_of(placed, asked)
    if not rate < MINIMUM_HIT_RATE:
        return []
    if asked < _FEWEST_ASKED:
        return [f"all: {placed} of {asked} rows asked placed, too few rows to judge"]
    return [f"all: {_below(rate, asked)}"]


def find_warnings(groups: dict[str, pd.DataFrame], *, placed: int, asked: int) -> tuple[str, ...]:
    """Name what is below the least reliable hit rate, and count groups too small to tell."""
    said = _warn_of_all(placed, asked)
    for kind, table in groups.items():
        # Rows without a district are the misses themselves.
        known = table[table["group"].notna()] if kind == "district" else table
        low = known[known["hit_rate"] < MINIMUM_HIT_RATE]
        few = low["asked"] < _FEWEST_ASKED
        columns = ["group", "hit_rate", "asked"]
        for group, rate, asked_there in low.loc[~few, columns].itertuples(index=False, name=None):
            name = "missing" if pd.isna(group) else repr(str(group)[:_MAX_SHOWN])
            said.append(f"{kind} {name}: {_below(rate, asked_there)}")
        if few.any():
            said.append(
                f"{kind}: {int(few.sum())} more below {percent(MINIMUM_HIT_RATE)}, each with fewer "
                f"than {_FEWEST_ASKED} rows asked, too few to judge"
            )
    return tuple(said)


def _below(rate: float, asked: int) -> str:
    """Say that a hit rate is low."""
    return f"{percent(rate)} of {asked} rows asked placed, below {percent(MINIMUM_HIT_RATE)}"
