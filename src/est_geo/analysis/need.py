"""Need and influence: which districts or places to choose, and why, with the weights shown."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import betainc, gammaln, xlog1py, xlogy

from est_geo.checks import check_columns, check_finite_weights, check_number
from est_geo.errors import InputError
from est_geo.schema import NEED, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)
CRITERIA = ("burden", "trend", "share", "actors")
_NAMES = {"place_id": "name", "district_id": "district"}
_TIE = 1e-9


def need_and_influence(
    units: pd.DataFrame,
    *,
    earlier: pd.DataFrame | None = None,
    earlier_periods: float = 1,
    actors: Mapping[object, int] | None = None,
    size: Mapping[object, float] | None = None,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Rank districts or places by how much is needed and how much can be done.

    need is the weighted mean of three figures from 0 to 1: the burden beside the largest, the
    share beside the largest, and the trend. influence is the number of actors who can act beside
    the largest. The score is need times influence raised to its weight. It prepares a decision and
    does not make it: every figure it was made from stands in the table.

    Parameters
    ----------
    units : DataFrame of u rows
        From `count_by_district` or `problem_places`: `district_id` and `district`, or `place_id`
        and `name`; `n` and `weight`. One row each. May have 0 rows.
    earlier : DataFrame, optional
        The same kind of table for an earlier period, joined by id; who is not in it had none then.
        Ids of places must mean the same place in both. Without it the trend is left out.
    earlier_periods : float
        How many times as long as the period of `units` the earlier one is.
    actors : mapping of id to int, optional
        How many organisations can act there: owners, the municipality, police, associations. This
        is yours to know. Without it influence is left out.
    size : mapping of id to float, optional
        What the burden is divided by: dwellings, inhabitants, hectares. Without it the burden is
        the weight itself.
    weights : mapping, optional
        How much "burden", "trend", "share" and "actors" count, 1 each unless given. 0 leaves out.

    Returns
    -------
    DataFrame
        `place_id` or `district_id`, then columns as `est_geo.schema.NEED`, highest score first;
        equal scores share a rank. ``attrs["need"]`` has the weights that were used.

    Raises
    ------
    InputError
        If a column, an id or a size is missing, ids repeat, or a number is out of range.

    Notes
    -----
    `trend` is right for small numbers: of n + m incidents, m of them earlier, it is the chance of
    fewer than n in this period (and half that of just n) if nothing had changed, so 0.5 is "as
    before". `p` is the chance of a difference at least as large, in either direction:
    2·min(trend, 1 − trend).
    """
    key = next((name for name in _NAMES if name in getattr(units, "columns", ())), "district_id")
    check_columns(units, name="units", columns=(key, _NAMES[key], "n", "weight"))
    _check_ids(units, key, name="units")
    for column in ("n", "weight"):
        check_finite_weights(units, name="units", column=column)
    check_number(earlier_periods, name="earlier_periods", above=0)
    used = _weights(weights)
    table = units.sort_values(key, ignore_index=True)
    ids = table[key]
    n = table["n"].to_numpy(dtype=float)
    result = pd.DataFrame({key: ids, "name": table[_NAMES[key]].astype("str"), "n": table["n"]})
    result["weight"] = table["weight"].astype(float)
    result["size"] = np.nan if size is None else _of_ids(size, ids, name="size", above=0)
    result["burden"] = result["weight"] / result["size"].fillna(1.0)
    result["share"] = _beside(result["weight"], result["weight"].sum())
    result["earlier"], result["trend"], result["p"] = np.nan, np.nan, np.nan
    if earlier is not None:
        check_columns(earlier, name="earlier", columns=(key, "n"))
        _check_ids(earlier, key, name="earlier")
        check_finite_weights(earlier, name="earlier", column="n")
        before = earlier.set_index(key)["n"].reindex(ids).fillna(0).to_numpy(dtype=float)
        result["earlier"] = before / earlier_periods
        result["trend"] = trend = _trend(n, before, 1 / (1 + earlier_periods))
        result["p"] = np.minimum(1.0, 2 * np.minimum(trend, 1 - trend))
    result["actors"] = np.nan
    if actors is not None:
        result["actors"] = _of_ids(actors, ids, name="actors", at_least=0)
    parts = {
        "burden": _beside(result["burden"], result["burden"].max()),
        "trend": result["trend"],
        "share": _beside(result["share"], result["share"].max()),
    }
    left_out = {
        *(("trend",) if earlier is None else ()),
        *(("actors",) if actors is None else ()),
    }
    used = {name: 0.0 if name in left_out else value for name, value in used.items()}
    of_need = sum(used[name] for name in parts)
    if not of_need > 0:
        raise InputError(
            "`weights` leave nothing to measure need by. Give 'burden' or 'share' a weight above "
            "0, or 'trend' together with `earlier`."
        )
    result["need"] = sum(used[name] / of_need * parts[name].fillna(0.0) for name in parts)
    result["influence"] = _beside(result["actors"], result["actors"].max())
    influence = result["influence"].fillna(0.0) if actors is not None else 1.0
    result["score"] = result["need"] * influence ** used["actors"]
    steps = np.rint(result["score"] / _TIE)
    result["rank"] = steps.rank(method="min", ascending=False).astype(np.int64)
    ranked = result.sort_values(["rank", key], ignore_index=True)[[key, *names(NEED)]]
    ranked.attrs["need"] = {
        "weights": used,
        "left_out": sorted(left_out),
        "earlier_periods": float(earlier_periods),
    }
    _LOG.info("need and influence by the weights %s", used)
    return ranked


def _weights(given: Mapping[str, float] | None) -> dict[str, float]:
    """Check the weights, 1 where none is given."""
    weights = dict.fromkeys(CRITERIA, 1.0)
    for name, value in (given or {}).items():
        if name not in CRITERIA:
            raise InputError(
                f"`weights` has {name!r}, which is none of {', '.join(CRITERIA)}. Leave it out."
            )
        check_number(value, name=f"weights[{name!r}]", at_least=0)
        weights[name] = float(value)
    return weights


def _check_ids(table: pd.DataFrame, key: str, *, name: str) -> None:
    repeated = table[key].duplicated() | table[key].isna()
    if repeated.any():
        raise InputError(
            f"`{name}` has {int(repeated.sum())} of {len(table)} rows whose `{key}` is missing or "
            f"repeats an earlier row's. Give one row for each {key.removesuffix('_id')}."
        )


def _of_ids(
    values: Mapping[object, float],
    ids: pd.Series,
    *,
    name: str,
    above: float | None = None,
    at_least: float | None = None,
) -> NDArray[np.float64]:
    """Look up a number for every id."""
    missing = [key for key in ids if key not in values]
    if missing:
        raise InputError(
            f"`{name}` lacks {len(missing)} of {len(ids)} ids; the first is {missing[0]!r}. "
            "Give a number for each, 0 where nobody can act."
            if name == "actors"
            else f"`{name}` lacks {len(missing)} of {len(ids)} ids; the first is {missing[0]!r}. "
            "Give a number for each."
        )
    for key in ids:
        check_number(values[key], name=f"{name}[{key!r}]", above=above, at_least=at_least)
    return np.array([values[key] for key in ids], dtype=float)


def _beside(values: pd.Series, largest: float) -> pd.Series:
    """Divide by the largest, 0 where that is 0 or missing numbers stay missing."""
    return values / largest if largest > 0 else values * 0.0


def _trend(
    now: NDArray[np.float64], before: NDArray[np.float64], part: float
) -> NDArray[np.float64]:
    """Chance of fewer than `now` of all, and half that of just as many, under no change."""
    total = now + before
    # P(X < k) of a binomial is the incomplete beta function at 1 − part.
    fewer = np.where(now > 0, betainc(before + 1, np.maximum(now, 1), 1 - part), 0.0)
    ways = gammaln(total + 1) - gammaln(now + 1) - gammaln(before + 1)
    just = np.exp(ways + xlogy(now, part) + xlog1py(before, -part))
    return fewer + just / 2
