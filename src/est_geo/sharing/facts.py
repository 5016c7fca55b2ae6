"""The facts of a picture as a table: period, audience, and every parameter it was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from est_geo.sharing.wording import date_range, number, short_number, words

if TYPE_CHECKING:
    from est_geo.picture import Picture

# What parameters are called; others keep their own name.
_PARAMETERS: dict[str, tuple[str, str]] = {
    "area": ("Område", "Area"),
    "bandwidth_m": ("Utjämningsradie, m", "Bandwidth, m"),
    "cell_m": ("Ruta i tätheten, m", "Cell of the density, m"),
    "crs": ("Koordinatsystem", "Coordinate reference system"),
    "eps_m": ("Avstånd inom en plats, m", "Distance in a place, m"),
    "hour_block": ("Timmar slås ihop om", "Hours are joined by"),
    "kernel": ("Viktfunktion", "Kernel"),
    "min_incidents": ("Minst händelser i en plats", "Fewest incidents in a place"),
    "outside": ("Händelser utanför området", "Incidents outside the area"),
    "period": ("Period", "Period"),
    "baseline": ("Behovet jämförs med", "Need is held against"),
    "known_until": ("Händelser kända till och med", "Incidents known until"),
    "period_complete": ("Perioden är hel", "The period is complete"),
    "previous": ("Förra lägesbilden", "The picture before"),
    "window_from": ("Platser, täthet och timmar från", "Places, density and hours from"),
    "window_to": ("Platser, täthet och timmar till", "Places, density and hours to"),
    "preset": ("Slag av lägesbild", "Kind of picture"),
    "smallest_number": ("Minsta tal som visas", "Smallest number shown"),
    "square_m": ("Adresser visas som rutor om, m", "Addresses are shown as squares of, m"),
}
_COUNTS: dict[str, tuple[str, str]] = {
    "read": ("Inlästa händelser", "Incidents read"),
    "inside": ("Med läge i området", "With a location in the area"),
    "duplicates": ("Dubbletter, räknade en gång", "Duplicates, counted once"),
    "outside": ("Utanför området", "Outside the area"),
    "at_null_island": ("Därav vid koordinat 0, 0", "Of these at the coordinate 0, 0"),
    "district_only": ("Med bara kommundel", "With a district only"),
    "unplaced": ("Utan läge", "Without a location"),
    "without_time": ("Utan tid", "Without a time"),
    "in_period": ("Därav i själva perioden", "Of these in the period itself"),
}
# Values that are words of ours, by parameter; others are written as they are.
_SAID: dict[str, dict[str, tuple[str, str]]] = {
    "outside": {
        "keep": ("räknas, men är inte med", "counted, and left out"),
        "nearest": ("flyttas till närmaste område", "moved to the nearest area"),
        "raise": ("stoppar körningen", "stop the run"),
    },
    "area": {
        "districts": ("kommundelarna", "the districts"),
        "around the incidents": ("runt händelserna", "around the incidents"),
    },
    "kernel": {
        "quartic": ("kvartisk", "quartic"),
        "epanechnikov": ("Epanechnikov", "Epanechnikov"),
        "gaussian": ("normalfördelad", "Gaussian"),
    },
    "preset": {
        "week": ("vecka", "week"),
        "month": ("månad", "month"),
        "tertial": ("tertial", "tertial"),
        "year": ("år", "year"),
        "two_years": ("två år, lagens lägesbild", "two years, as the law asks"),
    },
}
_CHOSEN = ("vald åt dig", "chosen for you")
_AUDIENCES = {
    "internal": ("intern", "internal"),
    "partner": ("samverkande parter", "partners"),
    "public": ("alla", "everyone"),
}


def audience_word(audience: str, language: str) -> str:
    """Name an audience."""
    return _AUDIENCES[audience][language == "en"]


def parameter_rows(picture: Picture, language: str) -> list[tuple[str, str, str]]:
    """List every parameter: its name, its value, and whether it was chosen for the user."""
    index = int(language == "en")
    return [
        (
            _PARAMETERS.get(name, (name, name))[index],
            _said(name, value, language),
            _CHOSEN[index] if name in picture.chosen_for_you else "",
        )
        for name, value in picture.parameters.items()
        if value is not None
    ]


def fact_table(picture: Picture, language: str) -> pd.DataFrame:
    """Lay out the facts as three columns: what, value, note."""
    index = int(language == "en")
    rows = [
        (("Period", "Period")[index], _period(picture, language), ""),
        (("Målgrupp", "Audience")[index], audience_word(picture.audience, language), ""),
        (("Rapportörer", "Reporters")[index], ", ".join(picture.sources), ""),
        *((_COUNTS[name][index], number(n, language), "") for name, n in picture.counts.items()),
        *parameter_rows(picture, language),
    ]
    if picture.provenance is not None:
        rows += [(name, version, "") for name, version in picture.provenance.versions.items()]
        said = ("kontrollsumma", "checksum")[index]
        rows += [(name, checksum, said) for name, checksum in picture.provenance.inputs.items()]
    names = (("uppgift", "värde", "anmärkning"), ("fact", "value", "note"))[index]
    return pd.DataFrame(rows, columns=list(names), dtype="str")


def _period(picture: Picture, language: str) -> str:
    if picture.period is not None:
        return picture.period.label(language)
    if picture.span is None:
        return words(language)["no_period"]
    return date_range(*picture.span, language)


def _said(name: str, value: object, language: str) -> str:
    known = _SAID.get(name, {}).get(str(value))
    return known[language == "en"] if known else _value(value, language)


def _value(value: object, language: str) -> str:
    if isinstance(value, bool):
        return (("nej", "ja"), ("no", "yes"))[language == "en"][value]
    if isinstance(value, int | float):
        return short_number(value, language) if abs(value) < 10_000 else number(value, language)  # noqa: PLR2004 - longer ones with all their digits
    text = str(value)
    return text.replace(" to ", " till ") if language == "sv" else text
