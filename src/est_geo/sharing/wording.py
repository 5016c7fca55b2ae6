"""What people read, in Swedish and English: one table of words, and numbers and dates as written.

Texts with ``{}`` are filled by `str.format`; what fills them is never itself a format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from est_geo.checks import check_choice
from est_geo.periods.labels import day_text, span_text

if TYPE_CHECKING:
    import datetime as dt

LANGUAGES = ("sv", "en")
NO_BREAK_SPACE = "\u00a0"
EN_DASH = "\u2013"

# Each text in Swedish, then in English.
_WORDS: dict[str, tuple[str, str]] = {
    # The page
    "map": ("Karta", "Map"),
    "title": (
        "Platser och adresser med flest händelser",
        "Places and addresses with most incidents",
    ),
    "legend": ("Teckenförklaring", "Legend"),
    "close": ("Stäng", "Close"),
    "zoom_in": ("Zooma in", "Zoom in"),
    "zoom_out": ("Zooma ut", "Zoom out"),
    "details": ("Detaljer", "Details"),
    "fewer_shown": ("färre än {} händelser", "fewer than {} incidents"),
    "whole_area": ("Hela området", "The whole area"),
    "file_size": ("Fil", "File"),
    "not_trusted": (
        "Kartan visas när cellen körs, eller när anteckningsboken är betrodd (Trust Notebook).",
        "The map is shown when the cell is run, or when the notebook is trusted (Trust Notebook).",
    ),
    "tiles_silent": (
        "Bakgrundskartan svarar inte; allt annat på kartan visas ändå.",
        "The background map does not answer; everything else on the map is shown.",
    ),
    "background": ("Bakgrund till kartan", "Background of the map"),
    "background_streets": ("Gator", "Streets"),
    "background_water": ("Vatten", "Water"),
    "background_railways": ("Järnvägar", "Railways"),
    "background_names": ("Namn", "Names"),
    "background_tolerance": ("Linjerna är förenklade med högst", "Lines are simplified by at most"),
    "background_size": ("Storlek på sidan", "Size on the page"),
    "left_out": ("{} utelämnade", "{} left out"),
    # Layers and what their signs mean
    "areas": ("Områden", "Areas"),
    "density": ("Täthet", "Density"),
    "density_unit": ("händelser per km²", "incidents per km²"),
    "places": ("Platser", "Places"),
    "places_sign": (
        "Samling av händelser nära varandra. Nummer 1 har flest händelser.",
        "Incidents close together. Number 1 has the most incidents.",
    ),
    "addresses": ("Återkommande adresser", "Recurring addresses"),
    "addresses_sign": ("Adress med flest händelser.", "Address with most incidents."),
    "larger_ring": ("Större ring: fler händelser.", "Larger ring: more incidents."),
    "some_of": ("{} av {}", "{} of {}"),
    "none": ("inga", "none"),
    "over": ("över {}", "over {}"),
    # The panel
    "place": ("Plats {}", "Place {}"),
    "address": ("Adress {}", "Address {}"),
    "district": ("Område", "Area"),
    "incidents": ("Händelser", "Incidents"),
    "share": ("Andel av alla händelser", "Share of all incidents"),
    "first": ("Första händelsen", "First incident"),
    "last": ("Senaste händelsen", "Latest incident"),
    "months": ("Månader med händelser", "Months with incidents"),
    "weeks": ("Veckor med händelser", "Weeks with incidents"),
    "sources": ("Rapportörer", "Reporters"),
    "place_addresses": ("Adresser på platsen", "Addresses in the place"),
    "unknown": ("okänt", "unknown"),
    "no_test": (
        "Ingen slumpprövning är gjord: några få händelser kan uppstå av en slump.",
        "No test against chance has been made: a few incidents may be chance.",
    ),
    # The footer
    "for_audience": ("Målgrupp: {}", "Audience: {}"),
    "reporters": ("Rapportörer: {}", "Reporters: {}"),
    "more": ("och {} till", "and {} more"),
    "suppressed": ("visas inte", "not shown"),
    "addresses_left_out": (
        "De {} första adresserna som kan vara slump. Ytterligare {} finns i GeoPackage och CSV.",
        "The first {} addresses that may be chance. Another {} are in the GeoPackage and in CSV.",
    ),
    "no_period": ("tid okänd", "time unknown"),
    "shown_one": ("1 händelse", "1 incident"),
    "shown": ("{} händelser", "{} incidents"),
    "outside": ("{} utanför området", "{} outside the area"),
    "district_only": (
        "{} med känd kommundel men inte adress",
        "{} with a known district but no address",
    ),
    "unplaced": ("{} utan läge", "{} without a location"),
    "duplicates": ("{} dubbletter räknade en gång", "{} duplicates counted once"),
    "without_time": ("{} utan tid", "{} without a time"),
    "method": ("Så gjordes kartan", "How the map was made"),
    "method_counts": (
        "Av {} inlästa händelser ligger {} i området och är med på kartan.",
        "Of {} incidents read, {} lie in the area and are on the map.",
    ),
    "method_null_island": (
        "{} händelser har koordinaten 0,0, som betyder att läget saknas; de räknas som utanför.",
        (
            "{} incidents have the coordinate 0,0, which means that the place is missing; they "
            "count as outside."
        ),
    ),
    "method_density": (
        (
            "Tätheten är händelser per km² under hela perioden. Varje händelse räknas med "
            "avtagande vikt ut till {} m (utjämningsradien), i rutor om {} m."
        ),
        (
            "Density is incidents per km² over the whole period. Each incident counts with falling "
            "weight out to {} m (the bandwidth), in cells of {} m."
        ),
    ),
    "method_gaussian": (
        (
            "Tätheten är händelser per km² under hela perioden, utjämnad med en normalfördelning "
            "vars standardavvikelse är {} m, i rutor om {} m."
        ),
        (
            "Density is incidents per km² over the whole period, smoothed by a normal distribution "
            "with a standard deviation of {} m, in cells of {} m."
        ),
    ),
    "method_places": (
        (
            "Lägen med minst {} händelser inom {} m bildar en plats, tillsammans med grannlägen "
            "inom samma avstånd."
        ),
        (
            "Locations with at least {} incidents within {} m form a place, together with their "
            "neighbours within the same distance."
        ),
    ),
    "method_addresses": (
        "Adresserna är de {} med flest händelser.",
        "The addresses are the {} with most incidents.",
    ),
    "method_version": ("Gjord med est_geo {}.", "Made with est_geo {}."),
    "method_background": (
        "Kartan hämtar ingenting från nätet. Norr är uppåt.",
        "The map fetches nothing from the network. North is up.",
    ),
    "method_tiles": (
        "Bakgrundskartan hämtas från {} medan kartan läses; inget annat hämtas. Norr är uppåt.",
        "The background is fetched from {} while the map is read; nothing else is. North is up.",
    ),
}


def words(language: str) -> dict[str, str]:
    """Every word in one language, by key.

    Raises
    ------
    InputError
        If the language is neither "sv" nor "en".
    """
    check_choice(language, LANGUAGES, name="language")
    index = LANGUAGES.index(language)
    return {key: texts[index] for key, texts in _WORDS.items()}


def number(value: float, language: str, *, decimals: int = 0) -> str:
    r"""Write a number: 1 234,5 with no-break spaces in Swedish, 1,234.5 in English.

    >>> number(1234.5, "sv", decimals=1)
    '1\xa0234,5'
    """
    text = f"{value:,.{decimals}f}"
    if language == "sv":
        return text.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return text


def short_number(value: float, language: str) -> str:
    """Write a number with three figures at most, without zeros after the decimal point.

    >>> short_number(2.50, "sv"), short_number(1234.0, "en"), short_number(0.0, "sv")
    ('2,5', '1,234', '0')
    """
    # decimals shown below 1, 10 and 100; none above
    decimals = sum(abs(value) < limit for limit in (1, 10, 100))
    text = number(value, language, decimals=decimals)
    return text.rstrip("0").rstrip(",.") if decimals else text


def percent(share: float, language: str) -> str:
    r"""Write a share from 0 to 1 as a percentage.

    >>> percent(0.123, "sv")
    '12\xa0%'
    """
    gap = NO_BREAK_SPACE if language == "sv" else ""
    small = 0.1
    return number(share * 100, language, decimals=1 if share < small else 0) + gap + "%"


def date(day: dt.date, language: str) -> str:
    """Write a day: 16 november 2026, 16 November 2026."""
    return day_text(day, language)


def date_range(first: dt.date, last: dt.date, language: str) -> str:
    """Write a span of days with nothing said twice: 16–22 november 2026."""
    return span_text(first, last, language)
