"""Asking a geocoding service for what the register does not have, only where the caller says so.

An address sent to a service is an address handed out, with the municipality as sender. So nothing
here is used by default, the service is an object of the caller's own, and only a street and number
are sent: never the text as it was reported, which may hold a name.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Protocol

from pyproj import Transformer

from est_geo.errors import InputError
from est_geo.geocoding.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyproj import CRS

    from est_geo.geocoding.addresses import Address
    from est_geo.geocoding.register import Register

_log = logging.getLogger(__name__)
_SCORE: Final = 0.5
_MOST_FAILURES = 5  # in a row: the service does not answer
_LEFT = ("none", "street", "district")


class Geocoder(Protocol):
    """What geopy's geocoders have."""

    def geocode(self, query: str) -> Any:  # noqa: ANN401 - geopy's Location, or None
        """Find a place; the answer has `latitude` and `longitude`, or is None."""


def ask_online(
    geocoder: Geocoder,
    addresses: Sequence[Address],
    found: Sequence[Found],
    *,
    register: Register,
    crs: CRS,
) -> list[Found]:
    """Ask a service for the addresses with a street and a number that have no match.

    Parameters
    ----------
    geocoder : object
        With a method ``geocode(query)``.
    addresses : sequence of n Address
        As parsed.
    found : sequence of n Found
        What the register gave for each.
    register : Register
        Names the town that is added to each query, and bounds the answers.
    crs : CRS
        Of the incidents, in metres.

    Returns
    -------
    list of n Found
        With level "online" where the service gave a point not farther from the register's entries
        than their own extent. Its uncertainty is missing: the service does not say.

    Raises
    ------
    InputError
        If the object has no such method, or nothing but errors comes from it.
    """
    if not callable(getattr(geocoder, "geocode", None)):
        raise InputError(
            "`online` must have a method geocode(query), as geopy's geocoders; "
            f"{type(geocoder).__name__} has none."
        )
    towns = frozenset(register.area_names["post_town"])
    queries: dict[str, list[int]] = {}
    for which, (address, match) in enumerate(zip(addresses, found, strict=True)):
        if match.level in _LEFT and address.street and address.number is not None:
            town = next((other for other in address.others if other in towns), None)
            number = f"{address.number}{address.letter}"
            query = f"{address.street} {number}, {town or register.town}"
            queries.setdefault(query.removesuffix(", "), []).append(which)
    _log.info("%d addresses that the register lacks are sent to a service", len(queries))
    answers, failures = _ask(geocoder, queries)
    result = list(found)
    move = Transformer.from_crs(4326, crs, always_xy=True).transform
    for query, (latitude, longitude) in answers.items():
        x, y = move(longitude, latitude)
        if register.is_near(x, y):
            for which in queries[query]:
                result[which] = Found("online", _SCORE, x, y, label=query)
    _log.info("%d were found, %d gave an error", len(answers), failures)
    return result


def _ask(geocoder: Geocoder, queries: Iterable[str]) -> tuple[dict[str, tuple[float, float]], int]:
    """Ask for each; an error costs its answer and no other, until nothing but errors comes."""
    answers: dict[str, tuple[float, float]] = {}
    failures = in_a_row = 0
    for query in queries:
        try:
            answer = geocoder.geocode(query)
            place = (float(answer.latitude), float(answer.longitude)) if answer else None
        except Exception as error:  # a service of any make, with errors of its own
            failures, in_a_row = failures + 1, in_a_row + 1
            if in_a_row < _MOST_FAILURES:
                continue
            raise InputError(
                f"`online` gave {in_a_row} errors in a row, the last a {type(error).__name__}. "
                "Leave it out, or try again when the service answers."
            ) from error
        in_a_row = 0
        if place:
            answers[query] = place
    return answers, failures
