"""What is in a picture of a week, a month, a tertial, a year, two years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from est_geo.checks import check_choice

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from est_geo.periods import Period

PresetName = Literal["week", "month", "tertial", "year", "two_years"]
View = Literal["week", "four_weeks", "month", "tertial"]

_WEEKS = 17  # a tertial's length: one week alone has no places
_HALF_YEAR = 182


@dataclass(frozen=True)
class Preset:
    """What a kind of picture holds.

    Attributes
    ----------
    name : str
        Its name.
    views : tuple of str
        What of `deviations` it shows.
    before : int
        How many periods before its own the places, the density and the hours are taken from too.
    recurring : bool
        Whether its places are tested for coming back; of a week the addresses are enough.
    """

    name: PresetName
    views: tuple[View, ...]
    before: int = 0
    recurring: bool = True


PRESETS: Final = {
    "week": Preset("week", ("week", "four_weeks"), before=_WEEKS - 1, recurring=False),
    "month": Preset("month", ("month",), before=3),
    "tertial": Preset("tertial", ("tertial", "month")),
    "year": Preset("year", ("tertial",)),
    "two_years": Preset("two_years", ("tertial",), before=1),
}
_USUAL: Final[dict[str, PresetName]] = {
    "week": "week",
    "month": "month",
    "quarter": "tertial",
    "tertial": "tertial",
    "year": "year",
}


def preset_of(period: Period, preset: PresetName | Literal["auto"]) -> Preset:
    """Choose the preset of a period, or the one that was named."""
    if preset == "auto":
        return PRESETS[_USUAL[period.kind]]
    check_choice(preset, tuple(PRESETS), name="preset")
    return PRESETS[preset]


def window_start(period: Period, preset: Preset) -> dt.date:
    """Give the first day that places, density and hours are taken from."""
    return period.previous(preset.before).start if preset.before else period.start


def known_until(times: pd.Series, period: Period) -> dt.date:
    """Give the last day of a period that the incidents cover.

    Incidents after it, or no longer a silence before its end than there has been in half a year,
    say that it is covered; else the day of the latest incident is the last.
    """
    days = np.unique(times.dropna().to_numpy().astype("datetime64[D]"))
    end = np.datetime64(period.end)
    before = days[days < end]
    if len(before) == 0 or len(before) < len(days):
        return period.last
    lately = before[before >= end - _HALF_YEAR]
    usual = int(np.diff(lately).astype(np.int64).max(initial=1))
    silence = int((end - 1 - before[-1]).astype(np.int64))
    last: dt.date = before[-1].astype(object)
    return period.last if silence < max(usual, 2) else last
