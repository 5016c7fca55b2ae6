"""What a report says, in Swedish and English; the rest of what people read is in `wording`."""

from __future__ import annotations

from typing import Final

from est_geo.sharing.report_sentences import SENTENCES
from est_geo.sharing.wording import LANGUAGES, words

# Each text in Swedish, then in English; `{}` is filled by what is counted or named.
REPORT_WORDS: Final[dict[str, tuple[str, str]]] = {
    # The page
    "report_title": ("Lägesbild {}", "Shared picture {}"),
    "report_title_bare": ("Lägesbild", "Shared picture"),
    "made_on": ("Gjord {}", "Made {}"),
    "in_period": ("{} under perioden", "{} in the period"),
    "not_complete": ("perioden är inte slut", "the period is not over"),
    "data_span": ("Händelser {}", "Incidents {}"),
    "suppressed_note": (
        "Färre än {} händelser visas inte i denna version.",
        "Fewer than {} incidents are not shown in this version.",
    ),
    "suppressed": ("visas inte", "not shown"),
    "contents": ("På sidan", "On this page"),
    "to_top": ("Till början", "To the top"),
    "headlines": ("I korthet", "In short"),
    "section_map": ("Kartan", "The map"),
    "still_legend": (
        (
            "Streckad röd linje, mörkt nummer: plats. Ring med nummer: det som återkommer, som i "
            "tabellen. Mörkare violett: fler händelser per km². Norr är uppåt."
        ),
        (
            "Dashed red line, dark number: place. Ring with a number: what keeps coming back, as "
            "in the table. Darker violet: more incidents per km². North is up."
        ),
    ),
    "section_recurring": ("Det som återkommer", "What keeps coming back"),
    "section_deviating": ("Det som avviker", "What deviates"),
    "section_when": ("När och var", "When and where"),
    "section_changes": ("Sedan sist", "Since last time"),
    "section_need": ("Behov och möjlighet att påverka", "Need and influence"),
    "section_priority": ("Rutor att börja med", "Cells to begin with"),
    "section_quality": ("Underlagets kvalitet", "Quality of the data"),
    "section_method": ("Metod och uppgifter", "Method and particulars"),
    # Recurring
    "rank": ("Nr", "No."),
    "place_or_address": ("Plats", "Place"),
    "verdict": ("Bedömning", "Verdict"),
    "verdict_recurring_long": ("återkommande, långvarig", "recurring, for long"),
    "verdict_recurring_new": ("återkommande, ny", "recurring, new"),
    "verdict_calm_now": ("lugnt nu", "calm now"),
    "verdict_may_be_chance": ("kan vara slump", "may be chance"),
    "verdict_none": ("inget särskilt", "nothing in particular"),
    "weeks_seen": ("Veckor", "Weeks"),
    "months_seen": ("Månader", "Months"),
    "last_six": ("Senaste 24 veckorna", "Last 24 weeks"),
    "month_square": ("{} veckor sedan: händelser", "{} weeks ago: incidents"),
    "month_square_none": ("{} veckor sedan: inga", "{} weeks ago: none"),
    "squares_note": (
        "En ruta är fyra veckor, de senaste till höger. Fylld: händelser.",
        "One square is four weeks, the latest at the right. Filled: incidents.",
    ),
    "times_usual": ("Gånger det vanliga", "Times the usual"),
    "at_least": ("minst {}", "at least {}"),
    "at_least_times": ("minst {} gånger det vanliga", "at least {} times the usual"),
    "mainly_when": ("Mest", "Mainly"),
    "clock_span": ("kl. {}–{}", "{}–{}"),
    "who_reported": ("Rapportörer", "Reporters"),
    "one_source_only": ("bara en rapportör", "one reporter only"),
    "chance_below": (
        "Under linjen: så många händelser kan uppstå av en slump.",
        "Below the line: so many incidents may be chance.",
    ),
    "window_note": (
        "Räknat på de senaste 52 veckorna; för det som är nytt på de senaste 17.",
        "Counted over the last 52 weeks; for what is new over the last 17.",
    ),
    "none_recurring": (
        "Ingen adress återkommer så ofta att det säkert är mer än slump.",
        "No address comes back so often that it is surely more than chance.",
    ),
    "no_addresses": ("Inga adresser att visa.", "No addresses to show."),
    "problem_places": ("Platser, med sina nummer på kartan", "Places, by their number on the map"),
    "squares_stations": ("Torg, stationer och gator", "Squares, stations and streets"),
    "more_rows": ("… och {} till", "… and {} more"),
    "more_recurring": ("… och {} återkommande till.", "… and {} more that keep coming back."),
    "more_chance": (
        "{} till har flera händelser, men så många kan uppstå av en slump.",
        "{} more have several incidents, but so many may be chance.",
    ),
    # Deviating
    "view_week": ("veckan", "the week"),
    "view_four_weeks": ("fyra veckor", "four weeks"),
    "view_month": ("månaden", "the month"),
    "view_tertial": ("tertialet", "the tertial"),
    "view": ("Sett över", "Seen over"),
    "category": ("Slag", "Kind"),
    "found": ("Antal", "Number"),
    "expected": ("väntat", "expected"),
    "expected_head": ("Väntat", "Expected"),
    "red_at": ("Rött först vid", "Red first at"),
    "signal": ("Läge", "Signal"),
    "signal_red": ("över det vanliga", "above the usual"),
    "signal_yellow": ("håll ögonen på", "keep an eye on"),
    "signal_none": ("som vanligt", "as usual"),
    "signal_grey": ("för lite att jämföra med", "too little to compare with"),
    "reporting": ("Rapportering", "Reporting"),
    "reporting_changed": ("ändrad rapportering: {}", "changed reporting: {}"),
    "reporting_new": ("ny rapportör: {}", "new reporter: {}"),
    "reporting_changed_bare": ("ändrad rapportering", "changed reporting"),
    "reporting_new_bare": ("ny rapportör", "new reporter"),
    "none_deviates": (
        "Inget avviker tydligt från det vanliga.",
        "Nothing deviates clearly from the usual.",
    ),
    "by_chance": (
        "Av de {} rutorna blir {} röda och {} gula av en ren slump, när inget har ändrats.",
        "Of the {} cells, {} turn red and {} yellow by chance alone, when nothing has changed.",
    ),
    "holiday": ("helgvecka", "holiday week"),
    "holiday_note": (
        "Streckade rutor: helgvecka, jämför försiktigt.",
        "Hatched: a holiday week, compare with care.",
    ),
    "preliminary_note": (
        "Preliminärt: historiken är kortare än ett halvår.",
        "Preliminary: the history is shorter than half a year.",
    ),
    "matrix": ("Alla rutor", "All cells"),
    "weekly_counts": ("Händelser per vecka", "Incidents a week"),
    "weekly_band": (
        "Händelser per vecka. Sista hela veckan: vecka {}, {} händelser.",
        "Incidents a week. Last whole week: week {}, {} incidents.",
    ),
    "weekly_band_is": (
        "Grått band: det som är vanligt. Ihålig punkt: veckan är inte slut.",
        "Grey band: what is usual. Hollow point: the week is not over.",
    ),
    # When and where
    "whole_area": ("Hela området", "The whole area"),
    "strip": (
        "Veckodag och timme. Flest händelser: {} kl. {}–{}. Mörkare är fler.",
        "Weekday and hour. Most incidents: {} {}–{}. Darker is more.",
    ),
    "strip_hidden": (
        "Streckade rutor visas inte i denna version: för få händelser.",
        "Dashed squares are not shown in this version: too few incidents.",
    ),
    "strip_none": ("Inga tider är kända.", "No times are known."),
    "fewer": ("färre", "fewer"),
    "more_dark": ("fler", "more"),
    "at_most": ("som mest {} i en timme av veckan", "at most {} in one hour of the week"),
    "weekdays": (
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    ),
    "weekdays_short": ("må ti on to fr lö sö", "Mo Tu We Th Fr Sa Su"),
    "weekday": ("Dag", "Day"),
    "clock": ("Klockan", "Hours"),
    "share_of_own": ("Andel av platsens", "Share of the place's"),
    "share_elsewhere": ("Samma tid på andra håll", "Same hours elsewhere"),
    "blocks": (
        "Tillsammans håller {} av {} block om {} timmar {} av händelserna {}.",
        "Together, {} of {} blocks of {} hours hold {} of the incidents {}.",
    ),
    "in_places": ("på platserna", "in the places"),
    "in_districts": ("i området", "in the area"),
    "blocks_note": (
        "Rader med en eller två händelser är inget mönster.",
        "Rows of one or two incidents are no pattern.",
    ),
    "time_unknown": (
        "{} händelser är med i rutnätet; för {} är tiden på dygnet inte känd.",
        "{} incidents are in the grid; of {} the time of day is not known.",
    ),
    "no_times": ("Inga tider att visa.", "No times to show."),
    # Since last time
    "change_new": ("ny", "new"),
    "change_remains": ("kvar", "remains"),
    "change_grows": ("växer", "grows"),
    "change_shrinks": ("krymper", "shrinks"),
    "change_split": ("delad", "split"),
    "change_merged": ("sammanslagen", "merged"),
    "change_unnamed": ("en plats i {}", "a place in {}"),
    "change_gone": ("borta", "gone"),
    "change_back": ("tillbaka", "back"),
    "status": ("Läge", "Status"),
    "before": ("Förra gången", "Last time"),
    "now": ("Nu", "Now"),
    "no_changes": (
        "Det finns ingen tidigare lägesbild att jämföra med.",
        "There is no earlier picture to compare with.",
    ),
    "efforts": ("Insatser", "Efforts"),
    "follow_up": ("Vad som följde på insatserna", "What followed the efforts"),
    "effort": ("Insats", "Effort"),
    "days": ("Tid", "Time"),
    "before_effort": ("Före", "Before"),
    "after_effort": ("Efter", "After"),
    "change_elsewhere": ("Ändring utöver den på andra håll", "Change beyond that elsewhere"),
    "conclusion": ("Slutsats", "Conclusion"),
    "detectable": ("Minsta ändring som hade synts", "Smallest change that would show"),
    "follow_change": ("{} ({} till {})", "{} ({} to {})"),
    "follow_fewer": ("färre än på andra håll", "fewer than elsewhere"),
    "follow_more": ("fler än på andra håll", "more than elsewhere"),
    "follow_may_be_chance": ("kan inte skiljas från slump", "cannot be told from chance"),
    "follow_no_control": ("inget att jämföra med", "nothing to compare with"),
    "follow_note": (
        (
            "Före och efter är lika många dagar. Inom parentes: vad ändringen kan vara med 95 % "
            "säkerhet. Siffrorna visar vad som följde, inte varför."
        ),
        (
            "Before and after are as many days. In brackets: what the change may be with 95% "
            "confidence. The figures show what followed, not why."
        ),
    ),
    # Need
    "need": ("Behov", "Need"),
    "influence": ("Påverkan", "Influence"),
    "score": ("Poäng", "Score"),
    "trend": ("Mot tidigare", "Against earlier"),
    "burden": ("Belastning", "Burden"),
    "actors": ("Aktörer", "Actors"),
    "earlier": ("Tidigare", "Earlier"),
    "need_note": (
        "Poäng = behov × påverkan. Behov väger samman {}. Ordningen är var samtalet kan börja.",
        "Score = need × influence. Need weighs together {}. The order is where to begin talking.",
    ),
    "need_note_bare": (
        "Behov väger samman {}. Ordningen är var samtalet kan börja.",
        "Need weighs together {}. The order is where to begin talking.",
    ),
    "weight_of": ("{} (vikt {})", "{} (weight {})"),
    "concentration_all": (
        "Hälften av händelserna skedde på {} av alla adresser ({} av {}).",
        "Half of the incidents happened at {} of all addresses ({} of {}).",
    ),
    "concentration_seen": (
        (
            "Hälften av händelserna skedde på {} av de adresser som haft någon ({} av {}). "
            "Adresser utan händelser är inte med, så andelen är för hög."
        ),
        (
            "Half of the incidents happened at {} of the addresses that had any ({} of {}). "
            "Addresses without incidents are not counted, so the share is too high."
        ),
    ),
    "priority_note": (
        (
            "Rutor om {} m där flest händelser har skett. Där rutor är lika avgör grannskapet. De "
            "fyller {} av ytan och höll {} av händelserna."
        ),
        (
            "Cells of {} m where most incidents happened; the neighbourhood decides between "
            "equals. They fill {} of the area and held {} of the incidents."
        ),
    ),
    "yes": ("ja", "yes"),
    "no": ("nej", "no"),
    # Quality
    "rows_read": ("rader lästa", "rows read"),
    "rows_inside": ("på kartan", "on the map"),
    "rows_duplicates": ("dubbletter, räknade en gång", "duplicates, counted once"),
    "rows_outside": ("utanför området", "outside the area"),
    "rows_district_only": ("med bara kommundel", "with a district only"),
    "rows_unplaced": ("utan läge", "without a location"),
    "rows_rejected": ("kunde inte läsas", "could not be read"),
    "rows_without_time": (
        "{} av händelserna på kartan saknar tid.",
        "{} of the incidents on the map have no time.",
    ),
    "rows_null_island": (
        "{} av dem utanför har koordinaten 0, 0, som betyder att läget saknas.",
        "{} of those outside have the coordinate 0, 0, which means that the location is missing.",
    ),
    "hit_rate": ("Andel med läge", "Share with a location"),
    "source": ("Rapportör", "Reporter"),
    "reason": ("Orsak", "Reason"),
    "rows": ("Rader", "Rows"),
    # Method
    "parameter": ("Uppgift", "Particular"),
    "value": ("Värde", "Value"),
    "chosen_for_you": ("valt av biblioteket", "chosen by the library"),
    "versions": ("Versioner", "Versions"),
    "inputs": ("Filer, med kontrollsumma", "Files, with checksum"),
    "definitions": ("Så ska orden läsas", "How to read the words"),
    "define_recurring": (
        (
            "Återkommande: adressen har händelser så många olika veckor att takten med säkerhet "
            "ligger klart över det vanliga i området, i minst två eller tre olika fyraveckorsblock."
        ),
        (
            "Recurring: the address has incidents in so many weeks that its rate is surely clearly "
            "above the usual around it, in two or three four-week blocks at least."
        ),
    ),
    "define_chance": (
        "Kan vara slump: så många händelser uppstår på några adresser också när inget är särskilt.",
        "May be chance: so many incidents arise at some addresses when nothing is the matter.",
    ),
    "define_deviating": (
        (
            "Rött: fler händelser än väntat, och så få gånger av hundra (under 0,3) av en slump. "
            "Gult: håll ögonen på. Grått: för lite väntat för att säga något."
        ),
        (
            "Red: more incidents than expected, and by chance less than 0.3 times in a hundred. "
            "Yellow: keep an eye on. Grey: too little expected to say anything."
        ),
    ),
    "define_unseen": (
        (
            "Det som inte syns: där det brukar ske mindre än en händelse i veckan upptäcks en "
            "fördubbling nästan aldrig, vid två till fyra i veckan ungefär var fjärde gång. En "
            "ny utsatt adress syns tidigare under Det som återkommer."
        ),
        (
            "What cannot be seen: where there is usually less than one incident a week a doubling "
            "is almost never found, at two to four a week about one time in four. A new hot "
            "address shows sooner under What keeps coming back."
        ),
    ),
    "define_expected": (
        (
            "Väntat: jämförelseperioden före, med hänsyn till årstiden; spannet rymmer åtta "
            "utfall av tio."
        ),
        "Expected: the periods before, season considered; the range holds eight outcomes of ten.",
    ),
    "define_place": (
        "Plats: händelser så nära varandra att platsen är problemet; ytan visar räckvidd.",
        "Place: incidents so close together that the place is the problem; its area shows reach.",
    ),
    "define_time": (
        "Timmar: en händelse med okänd tid inom ett spann delas lika över spannet.",
        "Hours: an incident known to a span only is shared out evenly over the span.",
    ),
    "define_people": (
        "Lägesbilden handlar om platser och tider, aldrig om personer.",
        "The picture is about places and times, never about persons.",
    ),
    "not_legal_advice": (
        "Vem som får se den avgörs av organisationen; detta är inte juridisk rådgivning.",
        "Who may see it is for the organisation to decide; this is not legal advice.",
    ),
    "source_line": ("Källa: {}", "Source: {}"),
    "source_unknown": ("inlästa händelser", "incidents read"),
    "page_of": ("sida", "page"),
}


def report_words(language: str) -> dict[str, str]:
    """Every word of a report in one language, by key, and those of `wording`.

    Raises
    ------
    InputError
        If the language is neither "sv" nor "en".
    """
    common = words(language)
    index = LANGUAGES.index(language)
    return common | {key: texts[index] for key, texts in (REPORT_WORDS | SENTENCES).items()}
