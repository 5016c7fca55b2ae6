"""Headings of columns as people read them, and the order of words in Swedish."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from est_geo.checks import check_choice
from est_geo.sharing.wording import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

_HEADINGS: dict[str, tuple[str, str]] = {
    "actors": ("Kan påverka", "Actors"),
    "address": ("Adress", "Address"),
    "addresses": ("Adresser", "Addresses"),
    "after": ("Efter", "After"),
    "area_km2": ("Yta, km²", "Area, km²"),
    "around_after": ("Runt om, efter", "Around, after"),
    "around_before": ("Runt om, före", "Around, before"),
    "asked": ("Sökta", "Looked for"),
    "at_least_times": ("Minst gånger det vanliga", "At least times the usual"),
    "baseline": ("Händelser i jämförelseperioden", "Incidents in the baseline"),
    "before": ("Före", "Before"),
    "burden": ("Börda", "Burden"),
    "categories": ("Händelsetyper", "Kinds of incident"),
    "category": ("Händelsetyp", "Kind of incident"),
    "change": ("Sedan sist", "Since last time"),
    "column": ("Kolumn", "Column"),
    "control_after": ("Övriga området, efter", "Rest of the area, after"),
    "control_before": ("Övriga området, före", "Rest of the area, before"),
    "cumulative_share": ("Andel hittills", "Share so far"),
    "detectable": ("Minsta ändring som skulle synas", "Smallest change that would show"),
    "district": ("Kommundel", "District"),
    "district_id": ("Kommundelens id", "District id"),
    "duplicate_of": ("Upprepar rapport", "Repeats report"),
    "duplicates": ("Dubbletter", "Duplicates"),
    "dwellings": ("Bostäder", "Dwellings"),
    "earlier": ("Tidigare", "Earlier"),
    "easting": ("Östlig koordinat, m", "Easting, m"),
    "effort_id": ("Insats", "Effort"),
    "end": ("Till", "To"),
    "entry_id": ("Registrets id", "Register id"),
    "expected": ("Väntat", "Expected"),
    "file": ("Fil", "File"),
    "first": ("Första händelsen", "First incident"),
    "from_hour": ("Från kl.", "From hour"),
    "gini": ("Gini", "Gini"),
    "gini_generalised": ("Gini, allmän", "Gini, generalised"),
    "gini_unbiased": ("Gini, rättad", "Gini, corrected"),
    "group": ("Grupp", "Group"),
    "high": ("Väntat högst", "Expected at most"),
    "hit_rate": ("Andel placerade", "Hit rate"),
    "holiday": ("Helgvecka", "Holiday week"),
    "hour": ("Timme", "Hour"),
    "hours": ("Mest kl.", "Mostly at"),
    "incident_id": ("Rapportens id", "Report id"),
    "incidents": ("Händelser", "Incidents"),
    "included": ("Del av rutan", "Part of the cell"),
    "inflated": (
        "För hög (adresser utan händelser saknas)",
        "Too high (addresses without incidents unknown)",
    ),
    "influence": ("Påverkan", "Influence"),
    "kind": ("Slag", "Kind"),
    "last": ("Senaste händelsen", "Latest incident"),
    "letter": ("Bokstav", "Letter"),
    "low": ("Väntat lägst", "Expected at least"),
    "match_level": ("Så säkert är läget", "Match level"),
    "match_score": ("Träffsäkerhet", "Match score"),
    "matched_address": ("Adress i registret", "Address in the register"),
    "months": ("Månader med händelser", "Months with incidents"),
    "months_seen": ("Sex fyraveckorsblock, äldst först", "Six four-week blocks, oldest first"),
    "municipality": ("Kommun", "Municipality"),
    "n": ("Händelser", "Incidents"),
    "n_before": ("Händelser förra gången", "Incidents last time"),
    "name": ("Namn", "Name"),
    "need": ("Behov", "Need"),
    "northing": ("Nordlig koordinat, m", "Northing, m"),
    "number": ("Nummer", "Number"),
    "occurred_from": ("Från", "From"),
    "occurred_to": ("Till", "To"),
    "only_one_source": ("Bara en rapportör", "Only one reporter"),
    "p": ("p-värde", "p-value"),
    "peak_per_km2": ("Högst per km²", "Highest per km²"),
    "period": ("Period", "Period"),
    "place": ("Plats", "Place"),
    "place_id": ("Plats nr", "Place no."),
    "placed": ("Med läge", "With a location"),
    "post_town": ("Postort", "Post town"),
    "postcode": ("Postnummer", "Postcode"),
    "preliminary": ("Preliminärt", "Preliminary"),
    "q": ("q-värde", "q-value"),
    "rank": ("Plats i listan", "Rank"),
    "reason": ("Orsak", "Reason"),
    "red_at": ("Rött först vid", "Red first at"),
    "related": ("Hör ihop med", "Related to"),
    "reporters": ("Rapportörer", "Reporters"),
    "reporting": ("Rapportering", "Reporting"),
    "row": ("Rad", "Row"),
    "rows": ("Rader", "Rows"),
    "score": ("Poäng", "Score"),
    "share": ("Andel", "Share"),
    "share_25": ("Andel adresser med en fjärdedel", "Share of addresses with a quarter"),
    "share_50": ("Andel adresser med hälften", "Share of addresses with half"),
    "share_elsewhere": ("Andel på andra håll", "Share elsewhere"),
    "share_of_incidents": ("Andel av händelserna", "Share of the incidents"),
    "share_of_own": ("Andel av platsens egna", "Share of its own"),
    "share_of_units": ("Andel av adresserna", "Share of the addresses"),
    "shared": ("Lägen gemensamma", "Sites in common"),
    "signal": ("Signal", "Signal"),
    "site_id": ("Lägets id", "Site id"),
    "site_ids": ("Lägenas id", "Site ids"),
    "sites": ("Antal lägen", "Sites"),
    "size": ("Storlek", "Size"),
    "source": ("Rapportör", "Reporter"),
    "source_n": ("Varav från rapportören", "Of them from the reporter"),
    "sources": ("Antal rapportörer", "Number of reporters"),
    "start": ("Från", "From"),
    "street": ("Gata", "Street"),
    "time_note": ("Anmärkning om tiden", "Note on the time"),
    "time_precision": ("Tidens noggrannhet", "Precision of the time"),
    "to_hour": ("Till kl.", "To hour"),
    "track_id": ("Platsens fasta id", "Lasting id of the place"),
    "trend": ("Riktning", "Trend"),
    "uncertainty_m": ("Osäkerhet, m", "Uncertainty, m"),
    "units": ("Adresser", "Addresses"),
    "units_25": ("Adresser med en fjärdedel", "Addresses with a quarter"),
    "units_50": ("Adresser med hälften", "Addresses with half"),
    "verdict": ("Bedömning", "Verdict"),
    "view": ("Jämförelse", "View"),
    "wdd": ("Skillnad mot övriga området", "Difference from the rest"),
    "wdq": ("Spridning (över 0) eller flytt", "Spread (above 0) or move"),
    "complete": ("Hela veckan känd", "Whole week known"),
    "week": ("Vecka", "Week"),
    "weekday": ("Veckodag", "Weekday"),
    "weeks": ("Veckor med händelser", "Weeks with incidents"),
    "weight": ("Vikt", "Weight"),
    "window_weeks": ("Räknat över veckor", "Counted over weeks"),
    "without_time": ("Utan tid", "Without a time"),
    "z": ("z-värde", "z-value"),
}
# å ä ö after z, and other letters with marks where those without stand.
_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}


def heading(column: str, language: str) -> str:
    """Give the heading of a column; its own name, with spaces, where none is known."""
    check_choice(language, LANGUAGES, name="language")
    known = _HEADINGS.get(column)
    if known is None:
        return column.replace("_", " ")
    return known[LANGUAGES.index(language)]


def swedish_order(text: object) -> str:
    """Give a key that sorts as a Swedish reader does: å ä ö last, capitals among small letters.

    >>> sorted(["Åre", "Zon", "Östra", "ek", "Ärla", "É"], key=swedish_order)
    ['É', 'ek', 'Zon', 'Åre', 'Ärla', 'Östra']
    """
    letters = unicodedata.normalize("NFC", str(text)).casefold()
    plain = []
    for letter in letters:
        parts = unicodedata.normalize("NFD", letter)
        plain.append(_LAST.get(letter) or parts[0])
    return "".join(plain)


def sort_names(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Sort a table by columns of names, missing ones last."""
    keys = {
        f"\x00{number}": table[name].map(_key, na_action=None)
        for number, name in enumerate(columns)
    }
    order = table.assign(**keys).sort_values(list(keys), kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _key(value: Any) -> str:  # noqa: ANN401 - any cell
    return "\U0010ffff" if value != value or value is None else swedish_order(value)  # noqa: PLR0124 - NaN
