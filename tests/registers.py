"""Made-up address registers, as Swedish municipalities have them, with streets left out of them.

The streets, their numbers and their places are invented; names are put together as real ones are,
so any likeness is chance. Two vocabularies: a suburb of Stockholm, built in themed quarters, and a
small town among farms. A rate that holds only for one of them is tuned, not earned.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.geography.bundled import load_districts

CRS = "EPSG:3006"
VOCABULARIES = ("suburb", "town")

_SETBACK_M = 11.0  # from the middle of the street to a house
_LETTER_M = 7.0  # from one entrance to the next
_MISSING = 0.06  # house numbers that were never given out, or are left out of the register
_LETTERED = 0.12  # house numbers with letters
_LONG = 0.04  # streets that go on for kilometres, through several kommundelar
_DOUBLE = 0.02  # names that exist once more, in another kommundel
_COMMON_LENGTH = 12
_APART_M = 2500.0  # between two streets of one name
_NUMBERLESS = 0.3  # numbers with letters that do not exist without one


def _listed(words, *, mark=None):
    return words.split(mark)


# Names of a suburb: genitives and joints as they stand before the street's type.
_SUBURB = _listed(
    "Björk Ek Tall Gran Lönn Asp Al Ask Hassel Rönn Lind Bok Alm Sälg Hägg Pil En Oxel Avenbok "
    "Slånbärs Hallon Lingon Blåbärs Smultron Körsbärs Plommon Päron Äppel Krusbärs Vinbärs Nypon "
    "Blåklocks Vitsippe Blåsippe Gullvive Liljekonvalj Maskros Prästkrage Klöver Timotej Rölleke "
    "Mattram Kamomill Ljung Porsmyr Ormbunks Lavendel Tulpan Ros Nejlik Dahlia Syren Jasmin "
    "Kaprifol Sadelmakar Tunnbindar Skomakar Skräddar Smeds Snickar Glasmästar Målar Murar Bagar "
    "Slaktar Garvar Vävar Kopparslagar Guldsmeds Urmakar Bokbindar Hattmakar Repslagar "
    "Segelmakar Krukmakar Handelsmans Mjölnar Fiskar Jägar Skogvaktar Torpar Drängs Pig Statar "
    "Kusk Lotsstyrmans Rorsmans Räv Björn Varg Lodjurs Igelkotts Ekorr Hermelins Mård Älg "
    "Rådjurs Har Grävlings Bäver Utter Gök Trast Svan Lärk Sparv Tofsvipe Korp Falk Örn Uggle "
    "Hök Tran Stork Svale Domherre Steglits Gärdsmyg Nötväcke Rödhake Mes Bofink Orr Tjäder "
    "Fasan Rapphöns Duv Fiskmås Tärn Ejder Abborr Gädd Lax Forell Ål Harr Röding Braxen Mört Sik "
    "Sutare Nors Norrviks Sjöbergs Viby Edsbergs Rotebro Häggviks Helenelunds Tuns Tureborgs "
    "Silverdals Malm Kopparhyttans Järnverks Silvergruve Stål Zink Tenn Blyerts Kvarts Glimmer "
    "Fältspats Granit Marmor Kalkstens Skiffer Sandstens Bergkristalls Opal Topas Rubin Safir "
    "Smaragd Violin Cello Flöjt Trumpet Trombon Fagott Oboe Klarinett Cymbal Trum Harp Dragspels "
    "Nyckelharpe Vals Polka Mazurka Menuett Hambo Schottis Tango Gavott Sonat Symfoni Ballad "
    "Visdiktar Sol Mån Stjärn Komet Planet Merkurius Venus Mars Jupiter Saturnus Neptunus "
    "Karlavagns Skol Kyrk Stations Järnvägs Idrotts Sim Park Bibliotek Prästgårds Klockar "
    "Apoteks Post Kraft Turbin Generator Dynamo Verkstads Fabriks Industri Magasins Lager Smides "
    "Svets Kärr Moss Myr Sjö Strand Å Bäck Dals Bergs Ås Höjd Skogs Ängs Hag Lund Vik Udd Näs "
    "Holm Utsikts Solhems Sommar Vinter Höst Vår Midsommar Morgon Afton Regnbågs Åsk Dimm Frost "
    "Snö Is Pilgrims Kloster Munk Nunne Abbot Riddar Väpnar Drottning Konungs Prins Grev "
    "Friherre Borg Trollesunds Nordingrå Selmedals Ullerud Smedshags Hallonbergs Vikstens "
    "Maltesholms Skebokvarns Sulitelma Kebnekaise Åreskutan Helags Sylarna Abisko Jokkmokks "
    "Arjeplogs Gällivare Pajala Kiruna Bollmora Gladö Hammarby Kallhälls Barkarby Jakobsbergs "
    "Stäkets Tensta Akalla Husby Hjulsta Ekholms Älvkvarns Rönnholms Tranebergs Johannesfreds "
    "Ålgryte Skattegårds Ivarskärrs Karlskrona Köpenhamns Helsingfors Reykjaviks Mariehamns "
    "Visby Trondheims Bergens Stavanger Narviks Odense Pepparkaks Kanelbulls Wienerbröds "
    "Kryddkaks Saffrans Kardemumma Muskot Nejlikols Vaniljstångs Fallskärms Segelflygar "
    "Propeller Vingpennans Cockpits Hangar Flygledar Startbane Landnings Diskus Spjut Stafett "
    "Häcklöpar Maraton Brottar Gymnastik Skridsko Slalom Bandy Curling Rodd Snöstjärne Bergsråds "
    "Riksråds Häradshövdinge Landshövdinge Kyrkoherde Länsmans Nämndemans Hemmansägar Rusthållar "
    "Båtbyggar Skeppar Ångbåts Fyrvaktar Tullnärs Postiljons Skjuts Tangent Kvadrat Triangel "
    "Parabel Cirkel Vinkel Diameter Kalkyl Algebra Räknesticke Roslags Upplands Sörmlands "
    "Dalslands Värmlands Närkes Gästrike Hälsinge Medelpads Jämtlands Bottenhavs Östersjö Mälar "
    "Vättern Hjälmar Siljans Torneå Luleå Piteå Skellefte Ume Ljusne"
)
_PERSONS = _listed(
    "Kung Hans, Kung Karls, Drottning Kristinas, Karl Johans, Gustav Adolfs, Edvard Griegs, "
    "Carl Larssons, Selma Lagerlöfs, Anders Zorns, Evert Taubes, Karin Boyes, Nils Ferlins, "
    "Bellmans, Frödings, Strindbergs, Elsa Beskows, Jenny Linds, Bruno Liljefors, "
    "Hjalmar Brantings, Fredrika Bremers, Ellen Keys, Sven Hedins, Erik Dahlbergs, John Bauers, "
    "Elin Wägners, Verner von Heidenstams, Olof Palmes, Prins Eugens, Birger Jarls, "
    "Magnus Ladulås, Sten Stures, Per Albins, Carl Milles, Ture Nermans, Emil Lindells",
    mark=", ",
)
# Names of a small town: what farms, villages and quarters are put together of.
_FARM_HEADS = _listed(
    "Norr Söder Öster Väster Lill Stor Ny Gammel Över Ned Mellan Ek Björk Ask Alm Lind Asp Gran "
    "Tall Hassel Häst Ko Får Get Svin Räv Varg Björn Orr Tran Svan Korp Sten Sand Ler Grus Häll "
    "Berg Kvarn Säter Karl Olofs Nils Anders Eriks Lars Pers Svens Håkans Gunnars Ingels Torkels "
    "Arvids Botvids Ulvs Kyrk Präst Klockar Biskops Kungs Drott Hög Låg Bred Lång Djup Grund Vit "
    "Svart Röd Grön Blå Fager Skön Hjul Vagn Plog Råg Korn Havre Lin Humle Bön Ärt Rov Tjär Kol "
    "Hammar Smed Garv Såg"
)
_FARM_TAILS = _listed(
    "torps by hults boda bergs stads näs viks ängs lunds hamra arps forsa gårds åkers skogs dals "
    "mo bro rums tuna säters holms ö åsa löts hede kulla backa rödjans mark slätts vads kärrs "
    "myra"
)
_TOWN_PLAIN = _listed(
    "Stor Kyrk Skol Järnvägs Stations Prästgårds Tings Rådhus Kvarn Hamn Strand Bruks Hospitals "
    "Nygårds Trädgårds Slotts Köpmans Borgar Smed Bagar Garvar Fiskar Båtsmans Kaplans "
    "Klostergårds Torg Ring Ågårds Mejeri Bryggar Bränneri Gasverks Lasaretts Folkets "
    "Vattentorns Idrotts Marknads Tegelbruks Bangårds Lokstalls Banvakts Krut Exercis Regements "
    "Kasern Kapten Korpral Soldat Trumslagar Fanjunkar Västgöta Östgöta Smålands Skåne Halland "
    "Blekinge Gotlands Ölands Dalarö Vadstena Söderköpings"
)
_TOWN_PERSONS = _listed(
    "Sankt Eriks, Sankt Olofs, Sankt Pers, Sankt Lars, Karl XI:s, Gustav Vasas, Oscars, "
    "Per Brahes, Axel Oxenstiernas, Linnés, Polhems, Birgittas, Anna Maria Roos, Nils Dackes, "
    "Engelbrekts, Karlfeldts, Tegnérs, Geijers, Esaias Tegnérs, Lasse i Gatans, Brigadens, "
    "Doktor Bergs, Lektor Lunds, Prosten Hallings, Rektor Almqvists",
    mark=", ",
)
_WHOLE = _listed(
    "Strandpromenaden, Viadukten, Torget, Kyrkbyn, Fagerstrand, Hamnplan, Kajen, "
    "Norra Promenaden, Stationsgången, Trappgränd, Långa raden, Sjöudden, Kvarnängarna, "
    "Solsidan, Björkliden, Ekdungen, Lillänget, Rosenlund, Klippan",
    mark=", ",
)
_TWINS = _listed(
    "Malmvägen, Almvägen, Björkvägen, Björkgatan, Ekvägen, Ekbacken, Ekstigen, Björkbacken, "
    "Lindvägen, Lindgatan, Granvägen, Granitvägen, Tallvägen, Hallvägen, Bergvägen, Bergsvägen, "
    "Sandvägen, Strandvägen",
    mark=", ",
)
_SAINTS = ("Sankt Eriksvägen", "Sankt Olofsgatan", "Sankt Persgatan", "Sankt Knuts gränd")

_PER_HOUSE = ("number", "letter", "easting", "northing", "unlisted")
_TYPES = {
    "suburb": {
        "vägen": 0.56, "gatan": 0.07, "stigen": 0.11, "backen": 0.07, "gränd": 0.07, "torg": 0.02,
        "plan": 0.02, "allén": 0.02, "slingan": 0.03, "ringen": 0.03,
    },
    "town": {
        "vägen": 0.40, "gatan": 0.34, "stigen": 0.07, "backen": 0.05, "gränd": 0.06, "torg": 0.02,
        "plan": 0.01, "allén": 0.02, "slingan": 0.02, "ringen": 0.01,
    },
}  # fmt: skip
_BEARINGS = ("Norra", "Södra", "Östra", "Västra", "Gamla", "Nya", "Stora", "Lilla", "Övre", "Nedre")
_FOLD = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u", "æ": "a", "ø": "o"})


@dataclass(frozen=True)
class Register:
    """A register, what it holds in plain words, and what is not in it.

    Attributes
    ----------
    table : GeoDataFrame of Points
        The register, in the flat columns of Lantmäteriet's Belägenhetsadress, EPSG:3006.
    entries : GeoDataFrame of Points
        The same in the columns of `est_geo.schema.GAZETTEER`, as reading `table` should give it.
    truth : DataFrame
        One row a row of `table`, in its order: street, number, letter ("" for none), district,
        postcode, post_town, easting, northing; `double` where another street has the same name.
    unlisted : DataFrame
        The same columns: addresses that exist on the ground, whose number the register lacks.
    absent : DataFrame
        The same columns: addresses on streets that the register lacks, spread as the others are.
    """

    table: gpd.GeoDataFrame
    entries: gpd.GeoDataFrame
    truth: pd.DataFrame
    unlisted: pd.DataFrame
    absent: pd.DataFrame


def fold(name: str) -> str:
    """Bring a name to what two names must differ in to be two: letters without dots and spaces."""
    plain = unicodedata.normalize("NFC", name).casefold().translate(_FOLD)
    return "".join(c for c in plain if c.isalnum())


@cache
def make_register(
    vocabulary="suburb", *, streets=400, addresses=32_000, seed=1, absent=60
) -> Register:
    """Invent a register within Sollentuna's outline.

    `streets` counts streets, not names: some names exist twice. `absent` streets have names from
    the same source, none of them a register's name when folded.
    """
    rng = np.random.default_rng([seed, VOCABULARIES.index(vocabulary)])
    double = round(streets * _DOUBLE)
    names = _distinct_names(vocabulary, streets - double + absent, rng)
    rng.shuffle(names)
    names = [*_always(vocabulary), *names]
    kept = _unlike(names)[: streets - double + absent]
    there, gone = kept[: streets - double], kept[streets - double :]
    again = ["Storgatan", *rng.choice(there[1:], double - 1, replace=False).tolist()]
    drawn = _addresses([*there, *again], addresses, rng)
    unlisted = drawn.pop("unlisted").to_numpy()
    truth = drawn[~unlisted].iloc[:addresses].reset_index(drop=True)
    lost = _addresses(gone, 25 * absent, rng)
    lost = lost[~lost.pop("unlisted").to_numpy()].reset_index(drop=True)
    return Register(
        _table(truth), entries_of(truth), truth, drawn[unlisted].reset_index(drop=True), lost
    )


def _always(vocabulary):
    """Names that every register of the vocabulary has: near twins, saints, what exists twice."""
    bearings = ["Norra", "Södra"]
    twins = [f"{b} {n}" for n in ("Malmvägen", "Bangårdsgatan") for b in bearings]
    own = ["Kung Hans väg"] if vocabulary == "suburb" else ["Torget", "Viadukten"]
    return ["Storgatan", *_TWINS, *_SAINTS, *twins, *own]


def _distinct_names(vocabulary, wanted, rng):
    """Draw names until there are enough whose folded forms differ."""
    types = _TYPES[vocabulary]
    names: dict[str, str] = {}
    while len(names) < wanted:
        drawn = rng.random(2)
        kind = str(rng.choice(list(types), p=list(types.values())))
        if drawn[0] < 0.05:
            persons = _PERSONS if vocabulary == "suburb" else _TOWN_PERSONS
            spaced = {"vägen": "väg", "gatan": "gata", "backen": "backe", "allén": "allé"}
            name = f"{rng.choice(persons)} {spaced.get(kind, kind)}"
        elif drawn[0] < 0.07:
            name = str(rng.choice(_WHOLE))
        else:
            name = _joined(_stem(vocabulary, rng), kind)
        if drawn[1] < 0.06 and " " not in name:
            name = f"{rng.choice(_BEARINGS)} {name}"
        names.setdefault(_without_article(name), name)
    return list(names.values())


def _unlike(names):
    """Keep the first of names that are one when folded, in their order."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(_without_article(name), name)
    return list(first.values())


def _without_article(name):
    """Fold a name so that "Sankt Pers gata" and "Sankt Persgatan" meet: no place has both."""
    plain = fold(name)
    for long, short in (("vagen", "vag"), ("gatan", "gata")):
        plain = plain.removesuffix(long) + short * plain.endswith(long)
    return plain


def _stem(vocabulary, rng):
    if vocabulary == "suburb":
        # The longer ones more often: short ones are soon all used, in a municipality as here.
        while True:
            stem = _SUBURB[rng.integers(len(_SUBURB))]
            if rng.random() * _COMMON_LENGTH < len(stem):
                return stem
    if rng.random() < 0.3:
        return _TOWN_PLAIN[rng.integers(len(_TOWN_PLAIN))]
    head = _FARM_HEADS[rng.integers(len(_FARM_HEADS))]
    return head + _FARM_TAILS[rng.integers(len(_FARM_TAILS))]


def _joined(stem, kind):
    """Put stem and type together; squares and plans stand apart: "Turebergs torg"."""
    if kind in {"torg", "plan"}:
        return f"{stem.removesuffix('s')}s {kind}"
    return f"{stem}{kind}"


def _addresses(streets, wanted, rng):
    """Give each street a line on the ground, and its numbers along it; a few go unlisted."""
    area = load_districts("sollentuna")
    whole = shapely.union_all(area.geometry)
    shapely.prepare(whole)
    sizes = rng.lognormal(0, 0.6, len(streets))
    sizes[rng.random(len(streets)) < _LONG] *= 3
    twice = {street for street in streets if streets.count(street) > 1}
    sizes[[street in twice for street in streets]] = 0.5
    sizes = np.minimum(sizes, 5)
    # Some more than asked for, as what goes unlisted is taken away again.
    sizes = np.maximum(4, np.ceil(sizes / sizes.sum() * wanted * 1.12)).astype(int)
    lines: dict[str, np.ndarray] = {}
    parts = []
    for street, size in zip(streets, sizes, strict=True):
        first = lines.get(street)
        spacing = rng.uniform(15, 40)
        line = _walk(max(3, round(size / 2 / 1.2)), spacing, whole, rng, away_from=first)
        lines.setdefault(street, line)
        parts.append(_one_street(line, spacing, rng) | {"nth": first is not None})
    times = [len(part["number"]) for part in parts]
    table = pd.DataFrame(
        {"street": np.repeat(np.array(streets, dtype=object), times)}
        | {key: np.concatenate([part[key] for part in parts]) for key in _PER_HOUSE}
        | {"nth": np.repeat([part["nth"] for part in parts], times)}
    ).astype({"street": "str", "letter": "str"})
    points = shapely.points(table["easting"], table["northing"])
    table["district"] = area["district"].to_numpy()[
        area.sindex.nearest(points, return_all=False)[1]
    ]
    codes = {d: 19230 + 10 * i for i, d in enumerate(sorted(area["district"]))}
    cell = table["northing"].floordiv(1000).astype(int) % 4  # each kommundel has some postcodes
    table["postcode"] = (table["district"].map(codes) + cell).astype("str")
    table["post_town"] = "Sollentuna"
    # Two points in one place could not be told apart when a match is judged.
    table = table.drop_duplicates(["easting", "northing"])
    # Of two streets with one name, each kommundel has one.
    first = table.groupby(["street", "district"])["nth"].transform("min")
    table = table[table["nth"] == first].reset_index(drop=True)
    table["double"] = table.groupby("street")["nth"].transform("nunique") > 1
    table = table.drop(columns="nth")
    keep = np.ones(len(table), dtype=bool)
    over = len(table) - table["unlisted"].sum() - wanted
    if over > 0:
        keep[rng.choice(np.flatnonzero(~table["unlisted"]), over, replace=False)] = False
    return table[keep].reset_index(drop=True)


def _one_street(line, spacing, rng):
    """Put houses along a line, odd numbers on its left and even ones on its right."""
    steps = len(line) - 1
    along = np.diff(line, axis=0)
    along /= np.hypot(*along.T)[:, None]
    aside = np.column_stack([-along[:, 1], along[:, 0]]) * _SETBACK_M
    number = np.concatenate([np.arange(steps) * 2 + 1, np.arange(steps) * 2 + 2])
    ahead = np.repeat([0.0, spacing / 3], steps) + rng.uniform(-2, 2, 2 * steps)
    centre = np.tile(line[:-1], (2, 1)) + np.tile(along, (2, 1)) * ahead[:, None]
    centre += np.vstack([aside, -aside])
    letters = np.where(rng.random(2 * steps) < _LETTERED, rng.integers(2, 6, 2 * steps), 0)
    bare = (letters == 0) | (rng.random(2 * steps) > _NUMBERLESS)
    times = letters + bare
    house = np.repeat(np.arange(2 * steps), times)
    nth = np.arange(len(house)) - np.repeat(np.cumsum(times) - times, times)
    nth -= bare[house]
    at = (
        centre[house]
        + np.tile(along, (2, 1))[house] * ((nth + 1) * _LETTER_M * (nth >= 0))[:, None]
    )
    # First and last numbers stay, so that a missing one has neighbours on its side.
    gone = rng.random(2 * steps) < _MISSING
    gone[[0, steps - 1, steps, 2 * steps - 1]] = False
    return {
        "number": number[house],
        "letter": np.where(nth < 0, "", np.array(list("ABCDE"))[np.maximum(nth, 0)]),
        "easting": at[:, 0].round(2),
        "northing": at[:, 1].round(2),
        "unlisted": gone[house],
    }


def _walk(steps, spacing, whole, rng, *, away_from):
    """Go a bending way that turns at the outline; far from a first street of the same name."""
    west, south, east, north = whole.bounds
    at = np.array([0.0, 0.0])
    while not shapely.contains_xy(whole, *at) or (
        away_from is not None and np.hypot(*(away_from - at).T).min() < _APART_M
    ):
        at = rng.uniform((west, south), (east, north))
    line, heading = [at], rng.uniform(0, 2 * np.pi)
    for _ in range(steps):
        heading += rng.normal(0, 0.06)
        ahead = at
        for turn in (0, 0.4, -0.4, 0.9, -0.9, 1.6, -1.6, 2.4, -2.4, 3.1):
            ahead = at + spacing * np.array([np.cos(heading + turn), np.sin(heading + turn)])
            if shapely.contains_xy(whole, *ahead):
                heading += turn
                break
        at = ahead
        line.append(at)
    return np.array(line)


def _table(truth):
    """Write the truth down as Lantmäteriet does."""
    n = len(truth)
    return gpd.GeoDataFrame(
        {
            "objektidentitet": pd.Series(range(n)).map("8d1f0c5e-0000-4000-8000-{:012d}".format),
            "adressomrade_faststalltnamn": truth["street"],
            "adressplatsnummer": truth["number"].astype("str"),
            "bokstavstillagg": truth["letter"].where(truth["letter"] != "", None),
            "lagestillagg": pd.Series([None] * n, dtype="str"),
            "lagestillaggsnummer": pd.Series([None] * n, dtype="str"),
            "gardsadressomrade_faststalltnamn": pd.Series([None] * n, dtype="str"),
            "adressplatstyp": "Gatuadressplats",
            "avvikerfranstandarden": "Nej",
            "avvikandeadressplatsbeteckning": pd.Series([None] * n, dtype="str"),
            "postnummer": truth["postcode"],
            "postort": truth["post_town"],
            "kommundel_faststalltnamn": truth["district"],
            "kommunkod": "0163",
            "kommunnamn": "Sollentuna",
            "lanskod": "01",
            "popularnamn": pd.Series([None] * n, dtype="str"),
            "insamlingslage": "Byggnad",
            "statusforbelagenhetsadress": "Gällande",
        },
        geometry=gpd.points_from_xy(truth["easting"], truth["northing"]),
        crs=CRS,
    )


def entries_of(truth):
    """Write the truth down as a gazetteer that has been read."""
    return gpd.GeoDataFrame(
        {
            "entry_id": pd.Series(range(len(truth))).map("8d1f0c5e-{:012d}".format).astype("str"),
            "kind": pd.Series(["address"] * len(truth), dtype="str"),
            "street": truth["street"],
            "number": truth["number"].astype("int64"),
            "letter": truth["letter"].where(truth["letter"] != "", None),
            "name": pd.Series([None] * len(truth), dtype="str"),
            "postcode": truth["postcode"],
            "post_town": truth["post_town"],
            "district": truth["district"],
            "municipality": pd.Series(["Sollentuna"] * len(truth), dtype="str"),
            "uncertainty_m": np.zeros(len(truth)),
        },
        geometry=gpd.points_from_xy(truth["easting"], truth["northing"]),
        crs=CRS,
    )
