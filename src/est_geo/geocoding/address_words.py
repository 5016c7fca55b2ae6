"""Words of Swedish addresses, as tables: the parser in `addresses` knows no word of its own.

All words are lower case. Where the order matters it is said; else a table is a set that grows.
"""

from __future__ import annotations

from typing import Final

# --- Street types -----------------------------------------------------------------------------
# Last parts of street names, definite form beside indefinite. `split_type` cuts them off a key, so
# that a misspelt stem is compared with streets of the same type only.
STREET_TYPES: Final = (
    *("vägen", "väg", "vägar", "vägarna", "gatan", "gata", "gator", "gatorna"),
    *("stigen", "stig", "gränden", "gränd", "gränderna", "backen", "backe", "backar", "backarna"),
    *("torget", "torg", "torgen", "planen", "plan", "platsen", "plats", "allén", "allé", "alle"),
    *("kroken", "krok", "slingan", "slinga", "svängen", "sväng", "ringen", "ring", "leden", "led"),
    *("bågen", "båge", "kajen", "kaj", "esplanaden", "esplanad", "parken", "park", "parkväg"),
    *("promenaden", "promenad", "tvären", "tvär", "hörnet", "vreten", "vret", "lunden", "lund"),
    *("gången", "gång", "höjden", "höjd", "kullen", "kulle", "dalen", "dal", "stråket", "stråk"),
    *("spåret", "spår", "brinken", "brink", "stranden", "strand", "trappan", "trappor", "passagen"),
    *("rundeln", "rondellen", "terrassen", "bron", "bro", "tunneln", "avenyn", "boulevarden"),
    *("gläntan", "hagen", "hage", "ängen", "äng", "åsen", "ås", "udden", "udde", "viken", "liden"),
    *("kanten", "branten", "brant", "toppen", "skogen", "gärdet", "åkern", "marken", "mossen"),
    *("grinden", "snåret", "stubben", "draget", "bergen", "berget", "berg", "holmen", "holme"),
)

# Types that a street's name surely ends with, so that "Malmvägen Tureberg" can be cut after it and
# "Adam och Evas väg" not be taken for two streets. Written also without å, ä, ö, é.
SURE_TYPES: Final = (
    *("vägen", "vagen", "vaegen", "väg", "vag", "vaeg", "gatan", "gata", "stigen", "stig"),
    *("gränden", "granden", "gränd", "grand", "graend", "torget", "torg", "allén", "backen"),
    *("slingan", "kroken", "svängen", "svangen", "stråket", "straket", "esplanaden", "leden"),
    *("brinken", "backarna"),
)

# A word of its own: "Kung Hans väg Tureberg", where the street ends.
LONE_TYPES: Final = frozenset(
    (
        *(
            "väg",
            "vag",
            "gata",
            "stig",
            "gränd",
            "grand",
            "torg",
            "torget",
            "allé",
            "alle",
            "vägen",
        ),
        *("gatan", "gränden", "stigen", "vagen", "v.", "g.", "gr."),
    )
)

# --- Abbreviations at the end of a name ---------------------------------------------------------
# Abbreviation -> (joined to the stem, a word after a genitive). Longest first: "vg" before "g".
ENDINGS: Final = {
    "torg": ("torget", "torg"),
    "gat": ("gatan", "gata"),
    "väg": ("vägen", "väg"),
    "vag": ("vägen", "väg"),
    "gränd": ("gränd", "gränd"),
    "all": ("", "allé"),
    "bck": ("backen", "backe"),
    "esp": ("esplanaden", "esplanad"),
    "str": ("strand", "strand"),
    "vg": ("vägen", "väg"),
    "gt": ("gatan", "gata"),
    "st": ("stigen", "stig"),
    "gr": ("gränd", "gränd"),
    "pl": ("plan", "plan"),
    "v": ("vägen", "väg"),
    "g": ("gatan", "gata"),
}
# Those that are read so without a dot too, when a number follows: "Malmv 12", "Storgat 1".
BARE_ENDINGS: Final = ("gat", "vg", "gt", "v", "g")
# Words that end so are words, not abbreviations.
NOT_V: Final = ("älv", "kalv", "torv", "räv", "löv", "klev", "grav", "hav", "rev", "skiv")
NOT_G: Final = (
    *("torg", "väg", "vag", "berg", "borg", "äng", "ang", "ing", "ung", "steg", "skog", "hög"),
    *("hag", "stig", "ög", "dag", "älg"),
)
NOT_ST: Final = ("post", "väst", "öst", "fest", "kust", "konst", "tjänst", "gäst", "test")
# With a dot before a number these alone are words: "Tureberg. 3" beside "Astrakang. 106".
NOT_G_DOTTED: Final = ("torg", "berg", "borg", "stig", "väg", "vag", "vaeg")
# Before a bare "g" (no dot) only these letters: no Swedish word ends in "sg", "tg", "dg", "kg".
G_AFTER: Final = "stdk"

# Last words that are shortened, whatever follows.
LAST_WORDS: Final = {"stn": "station", "stn.": "station", "c:m": "centrum", "centr.": "centrum"}

# --- First words --------------------------------------------------------------------------------
# "s:t" is one form in the key; "st." alone may also be "Stora", and the next word decides.
SAINT: Final = frozenset(("s:t", "s:t.", "s.t", "s.t.", "sankt", "sct", "sct."))
SAINTESS: Final = frozenset(("s:ta", "s:ta.", "s.ta", "s:a", "sankta"))
ST: Final = frozenset(("st", "st."))
# Name of a saint begins the next word: "St Eriksvägen" -> Sankt.
SAINTS: Final = (
    *("ann", "barbar", "bartolom", "benedikt", "bengt", "bernhard", "birgitt", "botvid", "brigid"),
    *("cecili", "clar", "clemen", "drotten", "erik", "eskil", "franc", "franscisk", "gabriel"),
    *("gertrud", "gil", "göran", "görans", "goran", "hans", "helen", "henrik", "ig", "jakob"),
    *("johan", "johannes", "jörgen", "jorgen", "karin", "katarin", "kjell", "klar", "klemen"),
    *("knut", "kristoffer", "lar", "laurent", "luci", "mari", "martin", "mattias", "matteus"),
    *("michael", "mickel", "mikael", "nicola", "nikola", "ol", "paul", "per", "peter", "petr"),
    *("ragnhild", "sigfrid", "staffan", "stefan", "svithun", "tomas", "thomas", "ursul", "valborg"),
)
# ... or one of these: "St. Nygatan" -> Stora. Anything else is left as written.
STORA_BEFORE: Final = (
    *("ny", "torg", "väg", "gat", "kyrk", "söder", "norr", "öster", "väster", "tvär", "kvarn"),
    *("vatt", "gård", "ängs", "ängby", "essinge", "mosse", "skogs", "trädgård", "bad", "allé"),
    *("hamn", "bro", "grå", "fiskar", "strand", "björn", "råby", "sofie", "skuggan", "wäsby"),
)
# Other shortened first words, written out. Those with a dot or colon, or a letter of its own.
FIRST_WORDS: Final = {
    **dict.fromkeys(("n", "n.", "n:a", "n.a", "nra", "norr."), "Norra"),
    **dict.fromkeys(("s", "s.", "s:a", "sdr", "sdr.", "söd."), "Södra"),
    **dict.fromkeys(("ö", "ö.", "ö:a", "ö.a", "östr.", "o", "o."), "Östra"),
    **dict.fromkeys(("v", "v.", "v:a", "v.a", "vstr.", "västr."), "Västra"),
    **dict.fromkeys(("g:a", "gla", "gla.", "gl.", "gml", "gml.", "gaml.", "g."), "Gamla"),
    **dict.fromkeys(("l:a", "lla", "ll.", "l.", "lill."), "Lilla"),
    **dict.fromkeys(("st:a", "sta.", "stra", "stor."), "Stora"),
    **dict.fromkeys(("kv", "kv.", "kvart."), "Kvarteret"),
    **dict.fromkeys(("k:a", "kgl", "kgl."), "Kungliga"),
}
ORDINALS: Final = (
    *("Första", "Andra", "Tredje", "Fjärde", "Femte", "Sjätte", "Sjunde", "Åttonde", "Nionde"),
    *("Tionde", "Elfte", "Tolfte"),
)

# --- Words before a place, and between two ------------------------------------------------------
# Where the reporter stood. Longest first. Those of `BETWEEN` also part two pieces of a text.
BETWEEN: Final = (
    *("i omedelbar närhet av", "i anslutning till", "i närheten av", "i höjd med", "på höjd med"),
    *("i jämnhöjd med", "i hörnet av", "mitt emot", "mittemot", "snett emot", "mitt för"),
    *("mitt på", "mitt i", "längs med", "norr om", "söder om", "öster om", "väster om"),
    *("nordost om", "nordväst om", "sydost om", "sydväst om", "ovanför", "nedanför", "utanför"),
    *("utanf.", "utmed", "längs", "framför", "bakom", "intill", "invid", "bredvid", "nära"),
    *("närheten av", "innanför", "vid", "mot", "på", "i", "från", "till", "kring", "runt"),
)
ONLY_BEFORE: Final = (
    *("gatuadress:", "gatuadress", "brottsplatsen", "brottsplats:", "brottsplats", "adressen"),
    *("adress:", "adress", "adr.", "adr:", "plats:", "platsen", "ort:", "strax", "alldeles"),
    *("precis", "troligen", "cirka", "ca.", "ca", "inne", "ute", "uppe", "nere", "borta"),
    *("på gatan", "gatan utanför", "trottoaren", "hela", "området", "omr.", "omkring", "emot"),
    *("till höger om", "till vänster om", "mellersta delen av", "början av", "slutet av"),
    *("stadsdelen", "kommundelen", "kommundel", "tätorten"),
)
CROSSING_WORDS: Final = (
    *("gatukorsningen", "vägkorsningen", "vägkorsning", "gatukorsning", "korsningen", "korsning"),
    *("kors.", "gathörnet", "gathörn", "hörnan", "hörnet", "hörn", "rondellen", "rondell"),
    "cirkulationsplatsen",
)

# --- What is inside a building: never part of where it is ---------------------------------------
FLAT: Final = ("lägenhetsnummer", "lägenhetsnr", "lägenheten", "lägenhet", "lghnr", "lght", "lgh")
FLAT_SHORT: Final = ("läg", "lag", "lgt")
FLOOR: Final = ("våningsplan", "våningen", "våning", "vaning", "vån", "van", "etage")
STAIRS: Final = ("trappor", "trappa", "trappan", "trp", "tr")
LEVEL: Final = ("plan", "pl", "hus", "byggnad")
DOORS: Final = (
    *("trappuppgången", "trappuppgång", "portuppgången", "portuppgång", "uppgången", "uppgång"),
    *("uppgang", "uppg", "huvudentrén", "huvudentré", "huvudingången", "ingången", "ingång"),
    *("ingang", "ing", "entrén", "entré", "entre", "porten", "port", "trapphuset", "trapphus"),
    *("dörren", "dörr", "rum", "sal", "box", "garageplats", "bås"),
)
GROUND: Final = ("nb", "bv", "ög", "n.b", "b.v", "ö.g", "gh", "öh", "uh", "uv")
SIDES: Final = ("t.h", "t.v", "th", "tv", "t h", "t v")
# Whole pieces, and words after a number, that name a part of a property and no place.
PARTS: Final = frozenset(
    (
        *(
            "gångtunneln",
            "gångtunnel",
            "skogen",
            "skogsdungen",
            "lekplatsen",
            "lekplats",
            "gångbron",
        ),
        *("busshållplatsen", "busshållplats", "hållplatsen", "cykelbanan", "eller"),
        *("källaren", "källare", "källarplan", "källargången", "vinden", "vind", "vindsförråd"),
        *("vindsförrådet", "tvättstugan", "tvättstuga", "garaget", "garage", "garagenedfarten"),
        *("parkeringshuset", "förrådet", "förråd", "cykelrummet", "cykelrum", "cykelförrådet"),
        *("cykelförråd", "soprummet", "soprum", "miljörummet", "miljörum", "miljöhuset"),
        *(
            "barnvagnsrummet",
            "barnvagnsrum",
            "balkongen",
            "balkong",
            "hissen",
            "hiss",
            "loftgången",
        ),
        *("trapphuset", "trapphus", "trappan", "gården", "gård", "gårdshuset", "gårdshus"),
        *("innergården", "innergård", "bakgården", "baksidan", "framsidan", "utsidan", "insidan"),
        *("parkeringen", "parkering", "parkeringsplatsen", "parkeringsplats", "p-platsen"),
        *("p-plats", "p-platser", "trottoaren", "gångvägen", "cykelvägen", "gångbanan", "gc-vägen"),
        *("entrén", "entré", "entre", "porten", "port", "uppgången", "uppgång", "ingången"),
        *("ingång", "bottenvåningen", "bottenplan", "entréplan", "markplan", "bostaden", "bostad"),
        *("lägenheten", "lägenhet", "lgh", "lokalen", "utomhus", "inomhus", "hela huset", "huset"),
        *("villa", "villan", "radhus", "radhuset", "flerfamiljshus", "m fl", "m.fl", "mfl", "m.m"),
        *("mm", "osv", "etc", "nb", "bv", "ög", "okänd", "okänt", "saknas", "uppgift saknas"),
        *("ej angivet", "ej angiven", "ej känd", "oklart", "se fritext", "se text", "n/a", "nan"),
        *("none", "null", "sverige", "sweden", "se", "ab", "hb", "kb", "fl", "ok", "nr", "no"),
        *("korsningen", "korsning", "hörnet", "gatan", "vägen", "och", "samt", "mellan", "övrigt"),
        *("c/o", "att", "tel", "del", "delen", "utanför", "vid", "flera", "med flera", "resp"),
    )
)
# May begin a piece before a street: "Parkeringen Malmvägen 12". Kept where no street follows.
PARTS_BEFORE: Final = (
    *("parkeringsplatsen", "parkeringsplats", "parkeringen", "parkering", "p-platsen", "p-plats"),
    *("garaget", "garage", "källaren", "källare", "tvättstugan", "trapphuset", "trapphus"),
    *("innergården", "bakgården", "gården", "porten till", "porten", "entrén till", "entrén"),
    *("busshållplatsen", "busshållplats", "hållplatsen", "gångtunneln", "gångtunnel", "lekplatsen"),
    *("ingången till", "ingången", "uppgången", "trottoaren", "gångvägen", "soprummet"),
)

# --- Roads with a number in their name ----------------------------------------------------------
ROADS: Final = {
    "europaväg": "E",
    "europav.": "E",
    "e": "E",
    "riksväg": "Riksväg ",
    "riksv.": "Riksväg ",
    "rv": "Riksväg ",
    "rv.": "Riksväg ",
    "länsväg": "Länsväg ",
    "länsv.": "Länsväg ",
    "lv": "Länsväg ",
    "lv.": "Länsväg ",
    "väg e": "E",
    "väg": "Väg ",
    "vag": "Väg ",
}
# "Malmvägen 12:30" is a time or a slip, no property; "Torget 1:1" may be one.
NO_PROPERTY: Final = ("vägen", "gatan", "gränd", "stigen", "väg", "gata", "vagen", "kl", "klockan")
# Words before a property's designation, and those that end or begin a district's name.
PROPERTY_WORDS: Final = ("fastighetsbeteckning", "fastigheten", "fastighet", "fast.", "fastigh.")
BLOCK_WORDS: Final = ("kvarteret", "kvarter", "kvart.", "kv.", "kv")
AREA_LAST: Final = ("kommun", "kn", "kommundel", "stadsdel", "län")
PERSON_WORDS: Final = ("c/o", "c / o", "c/ o", "c /o", "c.o.", "co/")
CONTACT_WORDS: Final = ("attention", "attn", "att", "namn", "anmälare", "kontaktperson", "kontakt")
PHONE_WORDS: Final = ("telefon", "tele", "tel", "tfn", "mobil", "mob", "e-post", "mail")
