"""What a map says, in Swedish and English; the rest of what people read is in `wording`."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from est_geo.checks import check_choice
from est_geo.sharing.wording import LANGUAGES, words

if TYPE_CHECKING:
    from collections.abc import Mapping

# Each text in Swedish, then in English; `{}` is filled by what is counted or named.
_MAP_WORDS: Final[dict[str, tuple[str, str]]] = {
    # Layers and what their signs mean
    "sites": ("Händelser", "Incidents"),
    "sites_sign": ("Ett läge. Större: fler händelser.", "One location. Larger: more incidents."),
    "sites_cluster": (
        "Flera lägen, med antal händelser. Zooma in för att se dem.",
        "Several locations, with number of incidents. Zoom in to see them.",
    ),
    "recurring_sign": (
        "Återkommer klart oftare än vanligt.",
        "Recurs clearly more often than usual.",
    ),
    "plaza_sign": (
        "Torg, station eller korsning, numrerade för sig.",
        "Square, station or crossing, numbered by themselves.",
    ),
    "plaza": ("Torg eller station {}", "Square or station {}"),
    "months_seen": ("Fyraveckorsperioder med händelser", "Four-week periods with incidents"),
    "method_tested": (
        (
            "Adresserna är de {} säkraste av dem som återkommer eller kan vara slump, prövade mot "
            "vad som är vanligt i samma område."
        ),
        (
            "The addresses are the {} surest of those that recur or may be chance, tested against "
            "what is usual in the same area."
        ),
    ),
    "places_not_tested": (
        "Platserna är inte prövade mot slumpen: några få händelser kan uppstå av en slump.",
        "The places are not tested against chance: a few incidents may be chance.",
    ),
    "diamond_sign": (
        "Kan vara slump: för få händelser för att säga mer.",
        "May be chance: too few incidents to say more.",
    ),
    "hot_areas": ("Koncentrationer", "Concentrations"),
    "hot_areas_sign": (
        "Minst tre gånger områdets genomsnitt.",
        "At least three times the mean of the area.",
    ),
    "priority": ("Rutor att börja med", "Cells to begin with"),
    "priority_sign": (
        "Nummer 1 är den ruta där flest händelser väntas.",
        "Number 1 is the cell where most incidents are expected.",
    ),
    "deviations": ("Det som avviker", "What deviates"),
    "sign_red": ("Över det vanliga", "Above the usual"),
    "sign_yellow": ("Håll ögonen på", "Keep an eye on"),
    "sign_reporting": ("Ändrad rapportering", "Changed reporting"),
    "efforts": ("Insatser", "Efforts"),
    "efforts_sign": ("En insats.", "An effort."),
    "background": ("Bakgrund", "Background"),
    "all_period": ("Hela perioden, alla slag", "The whole period, all kinds"),
    # Choropleth
    "value_n": ("händelser", "incidents"),
    "value_per_km2": ("händelser per km²", "incidents per km²"),
    "value_per_1000": ("händelser per 1 000 invånare", "incidents per 1,000 inhabitants"),
    "value_change": ("ändring mot tidigare, procent", "change since earlier, per cent"),
    "too_few": ("för få för att räkna på", "too few to tell"),
    "earlier": ("Tidigare period", "Earlier period"),
    "under": ("under {}", "under {}"),
    # The panel
    "site": ("Läge", "Location"),
    "hot_area": ("Koncentration {}", "Concentration {}"),
    "cell": ("Ruta {}", "Cell {}"),
    "effort": ("Insats {}", "Effort {}"),
    "score": ("Väntat, händelser per km²", "Expected, incidents per km²"),
    "peak": ("Som mest, händelser per km²", "At most, incidents per km²"),
    "area_km2": ("Yta, km²", "Area, km²"),
    "address_word": ("Adress", "Address"),
    "categories": ("Slag av händelser", "Kinds of incidents"),
    "hours": ("Halva antalet sker", "Half of them happen"),
    "hours_span": ("kl. {}", "{}"),
    "verdict": ("Bedömning", "Verdict"),
    "at_least_times": ("Minst så många gånger det vanliga", "At least so many times the usual"),
    "expected": ("Väntat", "Expected"),
    "only_one_source": ("Bara en rapportör", "One reporter only"),
    "yes": ("ja", "yes"),
    "selected": ("I urvalet", "In the selection"),
    "over_time": ("Händelser över tid", "Incidents over time"),
    "by_hour": ("Veckodag och timme", "Weekday and hour"),
    "chart": ("{}: minst {}, som mest {}", "{}: at least {}, at most {}"),
    "weekdays": ("må ti on to fr lö sö", "Mo Tu We Th Fr Sa Su"),
    "start": ("Började", "Began"),
    "end": ("Slutade", "Ended"),
    "goes_on": ("pågår", "goes on"),
    "responsible": ("Ansvarig", "Responsible"),
    "period_word": ("Period", "Period"),
    "against": ("{} händelser, väntat {}", "{} incidents, expected {}"),
    # The footer
    "fewer": (
        "Färre än {} händelser visas inte i denna version",
        "Fewer than {} incidents are not shown in this version",
    ),
    "as_squares": ("Adresser visas som rutor", "Addresses are shown as squares"),
    # Tools
    "search": ("Sök adress eller plats", "Search address or place"),
    "found": ("{} träffar", "{} found"),
    "nothing_found": ("Inget hittades", "Nothing found"),
    "category": ("Slag", "Kind"),
    "all_categories": ("Alla slag", "All kinds"),
    "time": ("Tid", "Time"),
    "whole_period": ("Hela perioden", "The whole period"),
    "print": ("Skriv ut", "Print"),
    "tools": ("Verktyg", "Tools"),
    "source_foot": ("Källa och underlag", "Source and basis"),
}

# Our own categories as people write them; a reporter's own word is shown as it is.
CATEGORIES: Final[dict[str, tuple[str, str]]] = {
    "skadegorelse": ("skadegörelse", "damage"),
    "klotter": ("klotter", "graffiti"),
    "nedskrapning": ("nedskräpning", "littering"),
    "narkotika": ("narkotika", "drugs"),
    "ordningsstorning": ("ordningsstörning", "public disturbance"),
    "trafik_buskorning": ("trafik, buskörning", "reckless driving"),
    "brand": ("brand", "fire"),
    "vald_hot": ("våld och hot", "violence and threats"),
    "incident_anstalld": ("incident mot anställd", "incident against staff"),
    "inbrott_stold": ("inbrott och stöld", "burglary and theft"),
    "otrygg_plats": ("otrygg plats", "unsafe place"),
    "oro_rykten": ("oro och rykten", "worry and rumours"),
    "arrangemang": ("arrangemang", "event"),
    "ovrigt": ("övrigt", "other"),
}


def map_words(language: str) -> Mapping[str, str]:
    """Every word that a map can say in one language, by key.

    Raises
    ------
    InputError
        If the language is neither "sv" nor "en".
    """
    check_choice(language, LANGUAGES, name="language")
    return _map_words(language)


@cache
def _map_words(language: str) -> Mapping[str, str]:
    index = LANGUAGES.index(language)
    own = {key: texts[index] for key, texts in _MAP_WORDS.items()}
    return MappingProxyType({**words(language), **own})


def category_name(category: str, language: str) -> str:
    """Name a category as people write it; one that is not ours stays as it is.

    >>> category_name("skadegorelse", "sv"), category_name("Fallfrukt", "sv")
    ('skadegörelse', 'Fallfrukt')
    """
    known = CATEGORIES.get(category)
    return category if known is None else known[LANGUAGES.index(language)]


# What the scripts say by themselves: those of every layer, and those of the whole page.
_LAYER_SCRIPTS = (
    *("incidents", "categories", "sources", "site"),
    *("over_time", "by_hour", "chart", "weekdays"),
)
_PAGE_SCRIPT = (
    *("legend", "close", "zoom_in", "zoom_out", "details", "method", "all_period", "selected"),
    *("search", "found", "nothing_found", "category", "all_categories", "time", "whole_period"),
    *("print", "tools"),
)


def layer_words(language: str) -> dict[str, str]:
    """Words that a layer's script says."""
    say = map_words(language)
    return {key: say[key] for key in _LAYER_SCRIPTS}


def page_words(language: str) -> dict[str, str]:
    """Words that the scripts of a whole page say."""
    say = map_words(language)
    return {key: say[key] for key in (*_LAYER_SCRIPTS, *_PAGE_SCRIPT)}
