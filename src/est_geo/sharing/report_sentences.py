"""The sentences that headlines are made of, in Swedish and English."""

from __future__ import annotations

from typing import Final

# Each text in Swedish, then in English; `{}` is filled by what is counted or named.
SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "say_and": ("och", "and"),
    "say_one_address": ("En adress", "One address"),
    "say_one_square": ("En ruta", "One square"),
    "say_addresses": ("{} adresser", "{} addresses"),
    "say_squares": ("{} rutor", "{} squares"),
    "say_in": ("{} i {}", "{} in {}"),
    "say_number": ("nr {}", "no. {}"),
    "say_recurs_one": ("{} återkommer: {}.", "{} keeps coming back: {}."),
    "say_recurs": ("{} återkommer: {}.", "{} keep coming back: {}."),
    "say_recurs_top": ("{} återkommer, tydligast {}.", "{} keep coming back, clearest {}."),
    "say_weeks_times": (
        "{} ({} veckor, minst {} gånger det vanliga)",
        "{} ({} weeks, at least {} times the usual)",
    ),
    "say_weeks": ("{} ({} veckor)", "{} ({} weeks)"),
    "say_one_source": (
        "{} bygger på en enda rapportör.",
        "{} rests on one reporter only.",
    ),
    "say_chance_one": (
        "Ytterligare en har flera händelser, men så många kan uppstå av en slump.",
        "One more has several incidents, but so many may be chance.",
    ),
    "say_chance": (
        "Ytterligare {} har flera händelser, men så många kan uppstå av en slump.",
        "{} more have several incidents, but so many may be chance.",
    ),
    "say_above": (
        "{} i {} ligger över det vanliga ({} händelser, väntat {}).",
        "{} in {} is above the usual ({} incidents, expected {}).",
    ),
    "say_changed": (
        "Ökningen kommer från en rapportör ({}) som rapporterat mindre förut: ändrad rapportering.",
        "The rise comes from one reporter ({}) who reported less before: changed reporting.",
    ),
    "say_changed_of": (
        "{} av {} kommer från en rapportör ({}) som rapporterat mindre förut: ändrad rapportering.",
        "{} of {} come from one reporter ({}) who reported less before: changed reporting.",
    ),
    "say_new_of": (
        "{} av {} kommer från en ny rapportör ({}).",
        "{} of {} come from a new reporter ({}).",
    ),
    "say_changed_bare": (
        "Ökningen kommer från en rapportör: ändrad rapportering.",
        "The rise comes from one reporter: changed reporting.",
    ),
    "say_more_red": (
        "Ytterligare {} ligger över det vanliga.",
        "{} more are above the usual.",
    ),
    "say_red_chance": (
        "Av en ren slump väntas {} röda av {} rutor.",
        "By chance alone {} of {} cells would be red.",
    ),
    "say_watch": (
        "Håll ögonen på {}: något fler än vanligt, men inte säkert.",
        "Keep an eye on {}: somewhat more than usual, but not for sure.",
    ),
    "say_watched": ("{} i {} ({}, väntat {})", "{} in {} ({}, expected {})"),
    "say_watch_more": ("{} till", "{} more"),
    "say_calm": (
        "Inget avviker från det vanliga i {}.",
        "Nothing deviates from the usual in {}.",
    ),
    "say_when": (
        "Av händelserna vid {} sker {} {} kl. {}.",
        "Of the incidents at {}, {} happen {} {}.",
    ),
    "say_when_own": (
        "På andra håll är det {} vid den tiden.",
        "Elsewhere it is {} at these hours.",
    ),
    "say_when_chance": (
        "På andra håll är det {}; skillnaden kan vara slump.",
        "Elsewhere it is {}; the difference may be chance.",
    ),
    "say_unplaced": (
        "{} av de {} händelserna saknar säkert läge och finns inte på kartan.",
        "{} of the {} incidents lack a sure location and are not on the map.",
    ),
    "say_nothing": (
        "Underlaget är för litet för att säga något säkert.",
        "There is too little data to say anything for sure.",
    ),
    "say_total": (
        "{} händelser är med i bilden.",
        "{} incidents are in the picture.",
    ),
    "small_numbers": (
        "noll en två tre fyra fem sex sju åtta nio tio elva tolv",
        "no one two three four five six seven eight nine ten eleven twelve",
    ),
}
