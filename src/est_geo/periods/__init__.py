"""Periods: ISO week, month, quarter, tertial and year, what is written of them, and holiday weeks.

A period is half-open, from midnight of its first day to midnight after its last, in local time.
"""

from est_geo.periods.as_of import AsOf, last_complete, last_day, whole_weeks_by
from est_geo.periods.holidays import HOLIDAY_WEEKS, holiday_weeks
from est_geo.periods.numbers import block_numbers, period_keys, period_numbers
from est_geo.periods.parsing import parse_period
from est_geo.periods.period import KINDS, Kind, Period, period_of, periods_between

__all__ = [
    "HOLIDAY_WEEKS",
    "KINDS",
    "AsOf",
    "Kind",
    "Period",
    "block_numbers",
    "holiday_weeks",
    "last_complete",
    "last_day",
    "parse_period",
    "period_keys",
    "period_numbers",
    "period_of",
    "periods_between",
    "whole_weeks_by",
]
