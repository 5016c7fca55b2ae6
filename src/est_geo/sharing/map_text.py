"""What a map says about itself: title, period, source line, and how it was made."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import TYPE_CHECKING

from est_geo.sharing.facts import audience_word
from est_geo.sharing.map_words import map_words
from est_geo.sharing.wording import date_range, number, short_number

if TYPE_CHECKING:
    from est_geo.picture import Picture

_REPORTERS = 4  # named in the line under the map


def title_of(picture: Picture, language: str) -> str:
    """Title: the municipality, where there is one, and what the map shows."""
    say = map_words(language)["title"]
    named = "municipality" in picture.districts.columns
    towns = set(picture.districts["municipality"].dropna()) - {""} if named else set()
    return f"{towns.pop()}: {say[0].lower()}{say[1:]}" if len(towns) == 1 else say


def period_of(picture: Picture, language: str) -> str:
    """First and last day seen."""
    if picture.span is None:
        return map_words(language)["no_period"]
    return date_range(*picture.span, language)


def shown_in(picture: Picture, language: str) -> str:
    """How many incidents the map is made of."""
    say, count = map_words(language), picture.counts.get("inside", 0)
    return say["shown_one"] if count == 1 else say["shown"].format(number(count, language))


def _reporters(picture: Picture, language: str) -> list[str]:
    """Name those who reported, the first few of them."""
    named, rest = picture.sources[:_REPORTERS], picture.sources[_REPORTERS:]
    if not named:
        return []
    say = map_words(language)
    text = ", ".join([*named, *([say["more"].format(len(rest))] if rest else [])])
    return [say["reporters"].format(text)]


def source_of(picture: Picture, language: str) -> list[str]:
    """Parts of the line under the map: audience, reporters, and what is not on it."""
    say = map_words(language)
    absent = ("duplicates", "outside", "district_only", "unplaced", "without_time")
    return [
        say["for_audience"].format(audience_word(picture.audience, language)),
        *([say["fewer"].format(picture.smallest)] if picture.smallest > 1 else []),
        *([say["as_squares"]] if picture.parameters.get("square_m") else []),
        *_reporters(picture, language),
        *(
            say[key].format(number(picture.counts[key], language))
            for key in absent
            if picture.counts.get(key)
        ),
    ]


def method_of(picture: Picture, language: str, *, shown: int) -> list[str]:
    """Sentences on how the map was made; one whose numbers are not known is left out."""
    say, counts, chosen = map_words(language), picture.counts, picture.parameters

    def fill(key: str, *values: object) -> list[str]:
        if not all(isinstance(value, int | float) and value for value in values):
            return []
        return [say[key].format(*(short_number(value, language) for value in values))]  # type: ignore[arg-type]

    tested = "verdict" in picture.addresses.columns
    density = picture.density
    gaussian = density.kernel == "gaussian"
    known = [number(counts[key], language) for key in ("read", "inside") if key in counts]
    return [
        *([say["method_counts"].format(*known)] if "read" in counts else []),
        *fill("method_null_island", counts.get("at_null_island")),
        *(
            fill("method_gaussian", density.bandwidth_m / math.sqrt(8), density.cell_m)
            if gaussian
            else fill("method_density", density.bandwidth_m, density.cell_m)
        ),
        *fill("method_places", chosen.get("min_incidents"), chosen.get("eps_m")),
        *fill("method_tested" if tested else "method_addresses", shown),
        say["places_not_tested" if tested else "no_test"],
        say["method_background"],
        say["method_version"].format(version("est_geo")),
    ]
