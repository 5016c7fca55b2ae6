"""Why a row could not become an incident: a few fixed phrases, never anything from the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from est_geo.files.delimited import WRONG_NUMBER_OF_FIELDS
from est_geo.files.geojson import NOT_A_GEOMETRY

if TYPE_CHECKING:
    from typing import Any

    import numpy as np

NOT_A_NUMBER = "not a number"
NOT_A_POINT = "not a point"
HALF_A_COORDINATE = "only one of two coordinates"
NOT_A_TIME = "not a date"
NOT_A_CLOCK = "not a time of day"
NO_YEAR = "no year"
MONTH_FIRST = "day and month cannot be told apart"
WEEKDAY_DISAGREES = "weekday and date disagree"
TIMES_DISAGREE = "two columns disagree on the time"
OUTSIDE_RANGE = "outside the valid range"
NO_SYSTEM_FITS = "no coordinate system fits"
END_BEFORE_START = "end before start"
PERSONAL_DATA = "personal data"

IN_SWEDISH = {
    WRONG_NUMBER_OF_FIELDS: "fel antal fält",
    NOT_A_GEOMETRY: "ogiltig geometri",
    NOT_A_NUMBER: "inte ett tal",
    NOT_A_POINT: "inte en punkt",
    HALF_A_COORDINATE: "bara en av två koordinater",
    NOT_A_TIME: "inte ett datum",
    NOT_A_CLOCK: "inte ett klockslag",
    NO_YEAR: "årtal saknas",
    MONTH_FIRST: "dag och månad går inte att skilja åt",
    WEEKDAY_DISAGREES: "veckodag och datum stämmer inte överens",
    TIMES_DISAGREE: "två kolumner anger olika tid",
    OUTSIDE_RANGE: "utanför giltigt intervall",
    NO_SYSTEM_FITS: "inget koordinatsystem passar",
    END_BEFORE_START: "slut före start",
    PERSONAL_DATA: "personuppgift",
}
REASONS = tuple(IN_SWEDISH)


class Fault(NamedTuple):
    """Rows with one fault in one column."""

    rows: np.ndarray[Any, np.dtype[np.bool_]]
    column: str
    reason: str
