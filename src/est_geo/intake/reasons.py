"""Why a row could not become an incident: a few fixed phrases, never anything from the row."""

from __future__ import annotations

from est_geo.files.delimited import WRONG_NUMBER_OF_FIELDS
from est_geo.files.geojson import NOT_A_GEOMETRY

NOT_A_NUMBER = "not a number"
NOT_A_POINT = "not a point"
HALF_A_COORDINATE = "only one of two coordinates"
NOT_A_TIME = "not a date"
OUTSIDE_RANGE = "outside the valid range"
END_BEFORE_START = "end before start"

IN_SWEDISH = {
    WRONG_NUMBER_OF_FIELDS: "fel antal fält",
    NOT_A_GEOMETRY: "ogiltig geometri",
    NOT_A_NUMBER: "inte ett tal",
    NOT_A_POINT: "inte en punkt",
    HALF_A_COORDINATE: "bara en av två koordinater",
    NOT_A_TIME: "inte ett datum",
    OUTSIDE_RANGE: "utanför giltigt intervall",
    END_BEFORE_START: "slut före start",
}
REASONS = tuple(IN_SWEDISH)
