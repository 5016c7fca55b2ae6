"""When and where: the fewest hours at the fewest places that hold half of what happens."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.special import betainc

from est_geo.analysis.aoristic import DAYS, HOURS
from est_geo.analysis.time_profile import check_times, time_profile
from est_geo.checks import check_choice, check_number
from est_geo.errors import InputError
from est_geo.schema import WHEN_AND_WHERE, names

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from est_geo.analysis.known_times import DayOnly, Midnight

_LOG = logging.getLogger(__name__)
_TIE = 1e-9  # of the heaviest block: rounding does not rank them
_ROUNDING = 1e-12

_ID = {"place": "place_id", "district": "district_id"}
_NAME = {"place": "name", "district": "district"}


def when_and_where(
    incidents: pd.DataFrame,
    *,
    by: Literal["place", "district"] = "place",
    places: gpd.GeoDataFrame | None = None,
    hold: float = 0.5,
    block_hours: int = 4,
    first_hour: int = 4,
    day_only: DayOnly = "leave_out",
    midnight: Midnight = "auto",
) -> pd.DataFrame:
    """Find the smallest set of place, weekday and block of hours that holds half of the weight.

    The week of each place is cut into blocks; the heaviest blocks of all places are taken until
    they hold the share asked for, which no smaller set of blocks does. Blocks that follow each
    other in one day of one place are written as one row. It is for planning where to be; it is
    made from what was reported, and a quiet hour may be one in which nobody was there to see.

    Parameters
    ----------
    incidents : DataFrame of n rows
        As for `time_profile`.
    by : {"place", "district"}
        Where.
    places : GeoDataFrame, optional
        From `problem_places` of the same incidents, for `by="place"`.
    hold : float
        Share of the weight in all places (or districts) to hold, above 0 and at most 1.
    block_hours : int
        Length of a block: 1, 2, 3, 4, 6, 8, 12 or 24 hours. Short blocks follow chance.
    first_hour : int
        Hour at which a day begins, 0 to 23, so that a night is not cut at midnight.
    day_only, midnight
        As for `time_profile`.

    Returns
    -------
    DataFrame
        `place_id` or `district_id`, then columns as `est_geo.schema.WHEN_AND_WHERE`, heaviest row
        first; 0 rows where no time is known. A row may run past midnight: Friday 20 to 4.
        `p` is the chance of a row as heavy if the incidents of the place fell over the week as all
        others do, times the number of blocks in a week, at most 1; NaN where there are no others.
        ``attrs["when_and_where"]`` says how many blocks it is of how many, how many more tie with
        the lightest of them, and what part of all weight lies in any place.

    Raises
    ------
    InputError
        As `time_profile`, or if a number is out of range.
    CRSError
        If places and incidents are not in the same CRS in metres.
    """
    check_choice(by, tuple(_ID), name="by")
    check_times(incidents, by=by, places=places, day_only=day_only, midnight=midnight)
    check_number(hold, name="hold", above=0)
    if hold > 1:
        raise InputError(f"`hold` must be at most 1, not {hold!r}: 0.5 is half.")
    check_number(block_hours, name="block_hours", at_least=1, whole=True)
    if HOURS % block_hours:
        raise InputError(
            f"`block_hours` must divide 24, not {block_hours!r}. Take 1, 2, 3, 4, 6, 8, 12 or 24."
        )
    check_number(first_hour, name="first_hour", at_least=0, whole=True)
    if first_hour >= HOURS:
        raise InputError(f"`first_hour` must be at most 23, not {first_hour!r}.")
    profile = time_profile(incidents, by=by, places=places, day_only=day_only, midnight=midnight)
    whole = time_profile(incidents, day_only=day_only, midnight=midnight)
    blocks = _blocks(profile["weight"].to_numpy(), block_hours, first_hour)
    everything = _blocks(whole["weight"].to_numpy(), block_hours, first_hour)[0]
    order, tied = _heaviest(blocks.ravel(), hold)
    chosen = np.zeros(blocks.size, dtype=bool)
    chosen[order] = True
    table = _rows(blocks, everything, chosen.reshape(blocks.shape), block_hours, first_hour)
    labels = profile[[_ID[by], _NAME[by]]].iloc[:: DAYS * HOURS].reset_index(drop=True)
    own = labels.iloc[table.pop("group")].reset_index(drop=True)
    table[_ID[by]], table["name"] = own[_ID[by]], own[_NAME[by]]
    # Rows are in the order of place and time by now, which decides between equal weights.
    table = table.sort_values("weight", ascending=False, kind="stable", ignore_index=True)
    table["cumulative_share"] = table["share"].cumsum()
    result = table[[_ID[by], *names(WHEN_AND_WHERE)]]
    result.attrs["when_and_where"] = {
        "hold": float(hold),
        "block_hours": int(block_hours),
        "first_hour": int(first_hour),
        "blocks": len(order),
        "blocks_in_all": int(blocks.size),
        "tied": tied,
        "weight": float(blocks.sum()),
        "weight_in_all": float(everything.sum()),
    }
    _LOG.info(
        "%d of %d blocks of %d hours hold %.0f %%",
        len(order), blocks.size, block_hours, 100 * hold,
    )  # fmt: skip
    return result


def _blocks(weight: NDArray[np.float64], block_hours: int, first_hour: int) -> NDArray[np.float64]:
    """Sum hours to blocks: group x day x block, each day from its first hour on."""
    weeks = np.roll(weight.reshape(-1, DAYS * HOURS), -first_hour, axis=1)
    blocks: NDArray[np.float64] = weeks.reshape(
        len(weeks), DAYS, HOURS // block_hours, block_hours
    ).sum(axis=3)
    return blocks


def _heaviest(blocks: NDArray[np.float64], hold: float) -> tuple[NDArray[np.int64], int]:
    """Take the fewest blocks that hold a share, and count those left that tie with the last."""
    total = blocks.sum()
    if not total > 0:
        return np.empty(0, dtype=np.int64), 0
    steps = np.rint(blocks / (blocks.max() * _TIE))
    order = np.argsort(-steps, kind="stable")
    held = np.cumsum(blocks[order])
    count = int(np.searchsorted(held, hold * total * (1 - _ROUNDING))) + 1
    tied = int((steps[order[count:]] == steps[order[count - 1]]).sum())
    return order[:count], tied


def _rows(
    blocks: NDArray[np.float64],
    everything: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    block_hours: int,
    first_hour: int,
) -> pd.DataFrame:
    """Write chosen blocks that follow each other in one day as one row."""
    group, day, block = np.nonzero(chosen)
    index = np.ravel_multi_index((group, day, block), chosen.shape)
    new = np.ones(len(index), dtype=bool)
    new[1:] = (np.diff(index) != 1) | (block[1:] == 0)
    row = np.cumsum(new) - 1
    size = int(new.sum())
    weight = np.bincount(row, weights=blocks[chosen], minlength=size).astype(np.float64)
    at_all = np.bincount(row, weights=everything[day, block], minlength=size)
    first = np.flatnonzero(new)
    last = np.append(first, len(index)).astype(np.int64)[1:] - 1
    begins = first_hour + block[first] * block_hours
    ends = first_hour + (block[last] + 1) * block_hours
    of_group = blocks.sum(axis=(1, 2))[group[first]]
    elsewhere = _ratio(at_all - weight, everything.sum() - of_group)
    return pd.DataFrame(
        {
            "group": group[first],
            "weekday": (day[first] + begins // HOURS) % DAYS,
            "from_hour": begins % HOURS,
            "to_hour": (ends - 1) % HOURS + 1,
            "weight": weight,
            "share": weight / blocks.sum(),
            "share_of_own": weight / of_group,
            "share_elsewhere": elsewhere,
            # As many blocks as a week has were looked at before these were chosen.
            "p": np.minimum(1.0, DAYS * HOURS / block_hours * _tail(weight, of_group, elsewhere)),
        }
    )


def _tail(
    weight: NDArray[np.float64], of_group: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Chance of at least so much of a binomial; the beta function carries it to fractions."""
    tail = betainc(weight, np.maximum(of_group - weight, 0.0) + 1, share)
    return np.asarray(tail, dtype=np.float64)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, NaN where there is nothing to divide by."""
    some = whole > _ROUNDING
    ratio = np.full(len(part), np.nan)
    ratio[some] = np.maximum(part[some], 0.0) / whole[some]
    return ratio
