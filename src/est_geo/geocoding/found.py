"""What a text is matched to, and how sure each kind of match is."""

from __future__ import annotations

from typing import Final, NamedTuple

NAN: Final = float("nan")

SCORES: Final = {
    "exact": 1.0,
    "letter_dropped": 0.95,
    "nearest_number": 0.7,
    "street_corrected": 0.9,
    "type_corrected": 0.92,
    "crossing": 0.8,
    "place": 0.9,
    "street": 0.5,
    "district": 0.3,
}
"""A rank of how sure a match is, not a probability."""


class Found(NamedTuple):
    """What a text was matched to."""

    level: str
    score: float = 0.0
    x: float = NAN
    y: float = NAN
    uncertainty_m: float = NAN
    label: str | None = None
    district: int = -1
    candidates: str | None = None


NOTHING: Final = Found("none")
