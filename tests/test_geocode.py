"""Geocoding: the stages, the traps that addresses set, and what must change nothing."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import est_geo as eg
from builders import box_area
from est_geo.geocoding.geocode import geocode
from est_geo.schema import GAZETTEER, KIND_DTYPE, MATCH_LEVELS

E, N = 667_000.0, 6_590_000.0


def entries(*rows, **places):
    """Make a register of (street, numbers, east, north, district), 20 m from house to house."""
    table = []
    for street, numbers, east, north, district in rows:
        for step, house in enumerate(numbers.split()):
            number = int("".join(sign for sign in house if sign.isdigit()))
            letter = "".join(sign for sign in house if sign.isalpha()).upper() or None
            point = shapely.Point(E + east + 20 * step, N + north)
            table.append(("address", street, number, letter, None, district, 0.0, point))
    for name, (east, north) in places.items():
        point = shapely.Point(E + east, N + north)
        title = name.replace("_", " ")
        table.append(("place", None, 0, None, title, None, 60.0, point))
    columns = [
        "kind",
        "street",
        "number",
        "letter",
        "name",
        "district",
        "uncertainty_m",
        "geometry",
    ]
    frame = pd.DataFrame(table, columns=columns).assign(
        entry_id=lambda t: "rad " + t.index.astype("str"),
        municipality="Sollentuna", post_town="Sollentuna", postcode="19230",
    )  # fmt: skip
    kinds = {c.name: KIND_DTYPE[c.kind] for c in GAZETTEER if c.kind != "geometry"}
    frame = frame.astype(kinds)[[c.name for c in GAZETTEER]]
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=3006)


REGISTER = entries(
    ("Malmvägen", "1 3 5 7 9 12 12A 14 16 18", 0, 0, "Tureberg"),
    ("Sadelmakarvägen", "1 3 5 7", 0, 500, "Edsberg"),
    ("Kung Hans väg", "2 4 6 8", 0, 900, "Edsberg"),
    ("Sankt Eriksvägen", "1 3 5", 0, 1300, "Edsberg"),
    ("Storgatan", "1 3 5", 0, 2000, "Tureberg"),
    ("Storgatan", "1 3 5", 3000, 2000, "Rotebro"),
    ("Turebergs torg", "1 2", 100, 30, "Tureberg"),
    ("Hagvägen", "1 3", 4000, 0, "Rotebro"),
    ("Hägvägen", "1 3", 4000, 900, "Rotebro"),
    ("Långgatan", "1 99", 0, 4000, "Viby"),
    Häggviks_station=(2000, 3000),
    Sollentuna_centrum=(600, 600),
)
DISTRICTS = gpd.GeoDataFrame(
    {
        "district_id": ["rot", "tur", "vib"],
        "district": ["Rotebro", "Tureberg", "Viby"],
        "municipality": "Sollentuna",
    },
    geometry=[
        shapely.box(E + 2500, N - 500, E + 6000, N + 3500),
        shapely.box(E - 500, N - 500, E + 2500, N + 3500),
        shapely.box(E - 500, N + 3500, E + 6000, N + 6000),
    ],
    crs=3006,
)


def incidents(*texts, **columns):
    table = {
        "incident_id": [f"H-{number}" for number in range(len(texts))],
        "occurred_from": pd.to_datetime(["2026-11-20"] * len(texts)),
        "address": pd.Series(texts, dtype="str"),
        "category": "klotter",
        "source": "kommun",
        **columns,
    }
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(texts), crs=3006))


def found(text, place=None, *, register=REGISTER, districts=None, **options):
    table = incidents(text, place=pd.Series([place], dtype="str"))
    return geocode(table, register, districts, **options).incidents.iloc[0]


@pytest.mark.parametrize(
    ("text", "level", "matched"),
    [
        ("Malmvägen 12", "exact", "Malmvägen 12"),
        ("malmv. 12a", "exact", "Malmvägen 12 A"),
        ("MALMVAEGEN  12 A, lgh 1101", "exact", "Malmvägen 12 A"),
        ("utanför Malmvägen 7, 192 30 Sollentuna", "exact", "Malmvägen 7"),
        ("Malmvägen 12 B", "letter_dropped", "Malmvägen 12"),
        ("Malmvägen 14 A", "letter_dropped", "Malmvägen 14"),
        ("Malmvägen 11", "nearest_number", "Malmvägen 9"),
        ("Malmvägen 20", "nearest_number", "Malmvägen 18"),
        ("Mallmvägen 7", "street_corrected", "Malmvägen 7"),
        ("Malmväggen 7", "type_corrected", "Malmvägen 7"),
        ("Sadelmaarvägen 5", "street_corrected", "Sadelmakarvägen 5"),
        ("Malmväg 7", "type_corrected", "Malmvägen 7"),
        ("Kung Hans v. 4", "exact", "Kung Hans väg 4"),
        ("Kung Hansväg 4", "exact", "Kung Hans väg 4"),
        ("S:t Eriksvägen 3", "exact", "Sankt Eriksvägen 3"),
        ("st eriksv 3", "exact", "Sankt Eriksvägen 3"),
        ("Malmvägen / Turebergs torg", "crossing", "Malmvägen / Turebergs torg"),
        ("korsningen Turebergs torg och Malmvägen", "crossing", "Turebergs torg / Malmvägen"),
        ("Häggviks station", "place", "Häggviks station"),
        ("vid Häggviks station, Sollentuna", "place", "Häggviks station"),
        ("Torget 3, Turebergs torg", "street", "Turebergs torg"),
        ("På Sadelmakarvägen", "street", "Sadelmakarvägen"),
        ("Malmvägen 400", "street", "Malmvägen"),
        ("Tureberg", "district", "Tureberg"),
        ("Finns inte-vägen 3, Rotebro", "district", "Rotebro"),
        ("Hägvägen 1", "exact", "Hägvägen 1"),
        ("Hagvägen 1", "exact", "Hagvägen 1"),
        ("Sollentuna Malmvägen 12", "exact", "Malmvägen 12"),
        ("Malmvägen Tureberg", "street", "Malmvägen"),
        ("Malmvägen 12-14", "exact", "Malmvägen 12"),
    ],
)
def test_each_stage_says_its_level(text, level, matched):
    row = found(text)
    assert (row["match_level"], row["matched_address"]) == (level, matched)
    assert level in MATCH_LEVELS
    assert 0 < row["match_score"] <= 1


@pytest.mark.parametrize(
    "text",
    [
        *("Lgh 1102", "10-12", "12 B", "Sollentuna 5:12", "Storgatan 1, Uppsala", "", "okänt", "-"),
        *("Almvägen 7", "Malmgatan 12", "Långvägen 1", "Sadel 3", "Kung Karls väg 4"),
        *("Malmvägen 12, Kiruna", "Häggviks skola", "1102", "<script>alert(1)</script>"),
    ],
)
def test_what_the_register_does_not_have_is_matched_to_nothing(text):
    row = found(text)
    assert row["match_level"] == "none"
    assert row.geometry is None
    assert pd.isna(row["matched_address"])
    assert row["match_score"] == 0


def test_a_street_in_two_districts_is_ambiguous_until_the_text_says_which():
    done = geocode(incidents("Storgatan 1", "Storgatan 1, Rotebro", "Storgatan"), REGISTER)
    table = done.incidents
    assert table["match_level"].tolist() == ["ambiguous", "exact", "ambiguous"]
    assert table.geometry.isna().tolist() == [True, False, True]
    assert table["district"].tolist()[1] == "Rotebro"
    listed = done.quality.ambiguous.to_string()
    assert "Storgatan 1 (Rotebro)" in listed
    assert "Storgatan 1 (Tureberg)" in listed
    # A number that only one of the two may have had is not drawn by lot either.
    assert found("Storgatan 7")["match_level"] == "ambiguous"
    assert found("Storgatan 7 Rotebro")["matched_address"] == "Storgatan 5"
    assert found("Storgatan 1", "Rotebro")["match_level"] == "exact"


def test_letters_that_only_dots_tell_apart_are_not_guessed_at():
    assert found("Hagvagen 1")["match_level"] == "ambiguous"
    assert found("Haegvaegen 3")["match_level"] == "ambiguous"


def test_uncertainty_is_what_the_match_does_not_know():
    assert found("Malmvägen 7")["uncertainty_m"] == 0
    # 12 and 12 A are neighbours, 20 m apart.
    assert found("Malmvägen 12 B")["uncertainty_m"] == 20
    # The street is 180 m long.
    row = found("Malmvägen")
    assert row["uncertainty_m"] == 180
    assert row.geometry is None
    wide = found("Malmvägen", max_uncertainty_m=200)
    assert shapely.get_coordinates(wide.geometry).tolist() == [[E + 90, N]]
    # Numbers 9 and 12 … 18 stand 20 m apart; 11 would lie beyond 9, alone on its side.
    assert found("Malmvägen 11")["uncertainty_m"] == 50
    assert found("Häggviks station")["uncertainty_m"] == 60
    assert found("Häggviks station", max_uncertainty_m=50).geometry is None
    assert found("Malmvägen 12-18")["uncertainty_m"] == 80


def test_what_is_not_exact_enough_counts_in_its_district_and_in_nothing_else():
    texts = ["Malmvägen 7"] * 4 + ["Malmvägen", "Tureberg", "Finns inte 3, Viby", "Storgatan 1"]
    done = geocode(incidents(*texts), REGISTER, DISTRICTS)
    table = done.incidents
    assert table["district"].isna().tolist() == [False] * 7 + [True]
    assert table.geometry.notna().sum() == 4
    counts = eg.count_by_district(table, DISTRICTS).set_index("district")
    assert counts["n"].to_dict() == {"Rotebro": 0, "Tureberg": 6, "Viby": 1}
    assert counts["placed"].to_dict() == {"Rotebro": 0, "Tureberg": 4, "Viby": 0}
    picture = eg.build_picture(table, DISTRICTS)
    assert picture.sites["n"].sum() == 4
    assert picture.sites["address"].tolist() == ["Malmvägen 7"]
    expected = {"inside": 4, "district_only": 3, "unplaced": 1, "read": 8}
    assert {key: picture.counts[key] for key in expected} == expected
    assert picture.district_counts["n"].sum() == 7


def test_a_tie_within_one_district_is_counted_there():
    register = pd.concat(
        [REGISTER, entries(("Storgatan", "1", 0, 2900, "Tureberg"))], ignore_index=True
    )
    register = register[register["district"] != "Rotebro"]
    row = found("Storgatan 1", register=gpd.GeoDataFrame(register), districts=DISTRICTS)
    assert (row["match_level"], row["district"]) == ("ambiguous", "Tureberg")


def test_given_coordinates_are_kept_and_null_island_is_geocoded():
    table = incidents("Malmvägen 7", "Malmvägen 9", "okänd", "")
    points = [shapely.Point(E, N + 50), shapely.Point(0, 0), shapely.Point(0, 0), None]
    table = table.assign(match_level=["coordinates", "null_island", "null_island", "none"])
    table = table.set_geometry(gpd.GeoSeries(points, crs=3006))
    done = geocode(table, REGISTER, DISTRICTS).incidents
    assert done["match_level"].tolist() == ["coordinates", "exact", "null_island", "none"]
    assert done.geometry.iloc[0] == points[0]
    assert done.geometry.iloc[1] == shapely.Point(E + 80, N)
    assert done.geometry.iloc[2] == points[2]
    assert done["district"].tolist()[:2] == ["Tureberg", "Tureberg"]
    assert done["match_score"].tolist()[0] == 1
    assert done["uncertainty_m"].tolist()[:2] == [0, 0]
    # What was done once can be done again.
    again = geocode(done, REGISTER, DISTRICTS).incidents
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(done))


def test_the_place_helps_where_the_address_does_not():
    assert found("okänd adress", "Häggviks station")["match_level"] == "place"
    assert found(None, "Sollentuna centrum")["matched_address"] == "Sollentuna centrum"
    assert found("Malmvägen", "Häggviks station")["match_level"] == "place"
    assert found("Malmvägen 7", "Häggviks station")["match_level"] == "exact"


def test_what_the_text_says_beside_the_address_must_fit():
    plain, against = found("Malmvägen 7"), found("Malmvägen 7, Rotebro")
    assert (against["match_level"], against["matched_address"]) == ("exact", "Malmvägen 7")
    assert against["match_score"] == pytest.approx(0.8 * plain["match_score"])
    # People of the whole county say Stockholm; a register may not name its own municipality.
    assert found("Malmvägen 7, Stockholm")["match_level"] == "exact"
    nameless = REGISTER.assign(municipality=None, post_town=None)
    assert found("Malmvägen 7, Sollentuna", register=nameless)["match_level"] == "exact"
    assert found("Malmvägen 7, Uppsala", register=nameless)["match_level"] == "none"
    assert found("Häggviks station, Rotebro")["match_score"] == pytest.approx(0.9)


def test_a_kommundel_says_more_than_a_postal_place():
    split = REGISTER.assign(
        post_town=np.where(REGISTER["district"] == "Tureberg", "Turstad", "Sollentuna")
    )
    for text in ("Storgatan 1, Turstad, Rotebro", "Storgatan 1, Rotebro, Turstad"):
        assert found(text, register=split)["district"] == "Rotebro"


def test_a_number_of_the_other_street_of_that_name_is_not_taken():
    register = entries(
        ("Storgatan", "1 3 5", 0, 2000, "Tureberg"),
        ("Storgatan", "1 3 5 7 9 11 13 15 17 19 21", 3000, 2000, "Rotebro"),
        ("Malmvägen", "1 3 5 7", 0, 0, "Tureberg"),
        ("Malmvägen", "9 11 13 15", 100, 0, "Rotebro"),
    )
    row = found("Storgatan 21, Tureberg", register=register)
    assert (row["match_level"], row["district"]) == ("street", "Tureberg")
    # One long street: the text was wrong about its kommundel.
    row = found("Malmvägen 13, Tureberg", register=register)
    assert (row["match_level"], row["matched_address"]) == ("exact", "Malmvägen 13")
    assert row["match_score"] == pytest.approx(0.8)


def test_two_streets_of_one_name_far_apart_are_two_also_without_a_number_in_common():
    register = entries(
        ("Storgatan", "1 3 5", 0, 2000, "Tureberg"), ("Storgatan", "11 13", 3000, 2000, "Rotebro")
    )
    for text in ("Storgatan 7", "Storgatan"):
        assert found(text, register=register)["match_level"] == "ambiguous"
    assert found("Storgatan 13", register=register)["match_level"] == "exact"


def test_two_streets_of_one_name_close_by_are_told_by_a_number_in_common():
    register = entries(
        ("Storgatan", "1 3 5", 0, 2000, "Tureberg"), ("Storgatan", "1 3 5", 500, 2000, "Tureberg")
    )
    for text in ("Storgatan 1", "Storgatan 7", "Storgatan"):
        row = found(text, register=register)
        assert (row["match_level"], row["district"]) == ("ambiguous", "Tureberg")


def test_a_misspelt_street_in_a_crossing_must_be_one_only():
    assert found("Trumpewvägen / Tromperavägen", register=TWINS)["match_level"] == "street"
    row = found("Trumpettvägen / Tromperavägen", register=TWINS)
    assert row["match_level"] != "crossing"


def test_a_long_range_is_one_address_of_great_uncertainty():
    row = found("Malmvägen 1-18")
    assert (row["match_level"], row["uncertainty_m"]) == ("exact", 180)
    assert row.geometry is None


TWINS = entries(
    ("Trumpetvägen", "1 3", 0, 0, "Tureberg"),
    ("Trumpenvägen", "1 3", 0, 500, "Tureberg"),
    ("Tromperavägen", "5", 0, 900, "Tureberg"),
    ("Rotebro Malmvägen", "1", 0, 1300, "Tureberg"),
    ("Malmvägen", "1", 3000, 1300, "Rotebro"),
)


@pytest.mark.parametrize(
    ("text", "level", "matched"),
    [
        ("Trumpettvägen 1", "street_corrected", "Trumpetvägen 1"),  # the likelier of two
        ("Trumpewvägen 1", "ambiguous", None),  # equally likely
        ("Trumpettvägen 9", "street", None),  # two may be meant, and neither has it
        ("Trumpewvägen", "none", None),
        ("Rotebro Malmvägen 1", "exact", "Rotebro Malmvägen 1"),
    ],
)
def test_of_several_streets_that_may_be_meant_the_likeliest_alone_is_taken(text, level, matched):
    row = found(text, register=TWINS)
    if level == "street":
        assert row["match_level"] == "none"
    else:
        assert row["match_level"] == level
    assert matched is None or row["matched_address"] == matched


def test_in_doubt_about_the_street_all_else_must_fit():
    assert found("Sadelmakrvägen 5")["match_level"] == "street_corrected"
    assert found("Sadelmakrvägen 5, Edsberg")["match_level"] == "street_corrected"
    row = found("Sadelmakrvägen 5, Rotebro")
    assert (row["match_level"], row["district"]) == ("district", "Rotebro")
    # The next number, where one street only can be meant; a number far off is no number of it.
    row = found("Sadelmakrvägen 9")
    assert (row["match_level"], row["matched_address"]) == ("street_corrected", "Sadelmakarvägen 7")
    assert row["uncertainty_m"] == 50
    assert found("Sadelmakrvägen 49")["match_level"] == "none"
    assert found("Storrgatan 1")["match_level"] == "ambiguous"
    assert found("På Sadelmakrvägen")["match_level"] == "street"
    assert found("På Sxdelmakyrvägen")["match_level"] == "none"


def test_a_misspelt_crossing_and_one_that_is_in_two_places():
    row = found("Malmvägen / Turebegs torg")
    assert (row["match_level"], row["matched_address"]) == (
        "crossing",
        "Malmvägen / Turebergs torg",
    )
    # Two houses of the square are 30 m from two of the street; the corners lie 40 m apart.
    assert row["uncertainty_m"] == 40
    ring = entries(
        ("Malmvägen", " ".join(str(n) for n in range(1, 60, 2)), 0, 0, "Tureberg"),
        ("Ringvägen", "1", 0, 30, "Tureberg"),
        ("Ringvägen", "3", 560, 40, "Tureberg"),
    )
    assert found("Malmvägen / Ringvägen", register=ring)["match_level"] == "ambiguous"
    assert found("Malmvägen / Ringvägen", register=ring)["district"] == "Tureberg"


def test_a_point_at_0_0_is_none_also_where_no_level_says_so():
    table = incidents("Malmvägen 7", "okänd")
    table = table.set_geometry(gpd.GeoSeries([shapely.Point(0, 0)] * 2, crs=3006))
    done = geocode(table, REGISTER)
    assert done.incidents["match_level"].tolist() == ["exact", "null_island"]
    assert done.quality.asked == 2
    assert geocode(done.incidents, REGISTER).quality.asked == 2


def test_address_and_place_say_together_where():
    row = found("okänd, Rotebro", "Storgatan 1")
    assert (row["match_level"], row["district"]) == ("exact", "Rotebro")
    assert found("Malmvägen", "okänt ställe")["match_level"] == "street"
    assert found("Malmvägen", "Rotebro")["match_level"] == "street"


def test_aliases_are_read_as_what_they_mean():
    aliases = {"Systemet": "Sollentuna centrum", "Gamla stället": "Malmvägen 7"}
    assert found("Systemet")["match_level"] == "none"
    assert found("systemet", aliases=aliases)["matched_address"] == "Sollentuna centrum"
    assert found("vid Systemet, Tureberg", aliases=aliases)["match_level"] == ("place")
    assert found("GAMLA STÄLLET", aliases=aliases)["matched_address"] == "Malmvägen 7"
    assert found("Fabriksgatan 3", aliases={"Fabriksgatan": "Malmvägen"})["matched_address"] == (
        "Malmvägen 3"
    )
    assert found("Systemet 4", aliases=aliases)["match_level"] == "place"


def test_a_property_is_found_where_the_register_has_it_as_a_place():
    register = pd.concat(
        [REGISTER, entries(**{"TUREBERG_29:46": (50, 50)})], ignore_index=True
    ).assign(entry_id=lambda t: t.index.astype("str"))
    row = found("Fastigheten Tureberg 29:46", register=gpd.GeoDataFrame(register))
    assert (row["match_level"], row["matched_address"]) == ("place", "TUREBERG 29:46")
    assert found("Tureberg 29:46")["match_level"] == "none"


def test_streets_that_do_not_meet_have_no_crossing():
    row = found("Malmvägen / Sadelmakarvägen")
    assert row["match_level"] == "ambiguous"
    assert row.geometry is None
    half = found("Malmvägen / Okända gatan")
    assert (half["match_level"], half["matched_address"]) == ("street", "Malmvägen")
    turned = found("Turebergs torg / Malmvägen")
    assert turned.geometry == found("Malmvägen / Turebergs torg").geometry


def test_the_order_of_rows_and_register_and_repeats_change_nothing():
    texts = ["Malmvägen 12 B", "Storgatan 1", "Malmväggen 7", "Turebergs torg / Malmvägen"]
    texts += ["Storgatan 7 Rotebro", "Häggviks station", "Hägvägen 9", "Malmvägen 10", "x"]
    plain = geocode(incidents(*texts), REGISTER, DISTRICTS).incidents
    rng = np.random.default_rng(1)
    order = rng.permutation(len(texts))
    shuffled = REGISTER.iloc[rng.permutation(len(REGISTER))].reset_index(drop=True)
    twice = pd.concat([shuffled, shuffled.assign(entry_id=lambda t: t["entry_id"] + " (2)")])
    for register in (shuffled, gpd.GeoDataFrame(twice.reset_index(drop=True))):
        turned = geocode(incidents(*texts).iloc[order], register, DISTRICTS.iloc[::-1]).incidents
        expected = pd.DataFrame(plain.iloc[order])
        pd.testing.assert_frame_equal(pd.DataFrame(turned), expected)


def test_rows_that_repeat_a_text_get_the_same_answer_and_all_rows_stay():
    texts = ["Malmvägen 7", "okänd", "Malmvägen 7", "Storgatan 1"] * 3
    done = geocode(incidents(*texts), REGISTER)
    assert done.incidents["incident_id"].tolist() == [f"H-{n}" for n in range(12)]
    assert done.incidents["match_level"].tolist() == ["exact", "none", "exact", "ambiguous"] * 3
    assert done.quality.asked == 12


def test_the_register_may_be_in_another_crs():
    away = REGISTER.to_crs(3011)
    here = found("Malmvägen 7").geometry
    assert found("Malmvägen 7", register=away).geometry.distance(here) < 0.01
    with pytest.raises(eg.CRSError, match="`incidents` is in SWEREF99 TM but `districts` in"):
        found("Malmvägen 7", districts=DISTRICTS.to_crs(3011))


def test_what_is_not_a_register_is_refused():
    with pytest.raises(eg.InputError, match="`gazetteer` must be a Gazetteer, not str"):
        geocode(incidents("Malmvägen 7"), "register.gpkg")
    with pytest.raises(eg.InputError, match="`gazetteer` lacks 11 column"):
        geocode(incidents("Malmvägen 7"), box_area(0, 0, 1, 1)[["geometry"]])
    gone = REGISTER.copy()
    gone.loc[0, "geometry"] = None
    with pytest.raises(eg.InputError, match="`gazetteer` has 1 of 37 rows without a point"):
        geocode(incidents("Malmvägen 7"), gone)
    with pytest.raises(eg.InputError, match="`max_uncertainty_m` must be a finite number"):
        found("Malmvägen 7", max_uncertainty_m=-1)


class Service:
    """Answers as geopy's geocoders do."""

    def __init__(self, answer=None, fault=None):
        self.asked, self.answer, self.fault = [], answer, fault

    def geocode(self, query):
        self.asked.append(query)
        if self.fault:
            raise self.fault
        return self.answer


class Faltering(Service):
    """Fails every other time."""

    def geocode(self, query):
        self.asked.append(query)
        if len(self.asked) % 2:
            raise TimeoutError
        return Location()


class Location:
    latitude, longitude = 59.4281, 17.9515


def test_nothing_is_asked_online_unless_a_service_is_handed_over(caplog):
    service = Service(Location())
    texts = [
        "Malmvägen 7",
        "Nya vägen 3, c/o Anna Testsson",
        "Storgatan 1",
        "nära skolan",
        "Ny väg 1",
    ]
    table = incidents(*texts)
    with caplog.at_level(logging.INFO):
        done = geocode(table, REGISTER, online=service).incidents
    assert service.asked == ["Nya vägen 3, Sollentuna", "Ny väg 1, Sollentuna"]
    assert done["match_level"].tolist() == ["exact", "online", "ambiguous", "none", "online"]
    assert done.geometry.iloc[1].distance(shapely.Point(667_425.12, 6_591_436.9)) < 0.1
    assert done["uncertainty_m"].isna().tolist()[1]
    assert "Anna" not in caplog.text
    assert "Nya" not in caplog.text


def test_an_answer_far_away_is_no_answer_and_errors_lose_nothing():
    far = Location()
    far.latitude = 65.0
    assert found("Nya vägen 3", online=Service(far))["match_level"] == "none"
    assert found("Nya vägen 3", online=Service(None))["match_level"] == "none"
    assert found("Nya vägen 3", online=Service(fault=TimeoutError()))["match_level"] == "none"
    odd = Location()
    odd.longitude = float("nan")
    assert found("Nya vägen 3", online=Service(odd))["match_level"] == "none"
    nameless = REGISTER.assign(municipality=None, post_town=None)
    service = Service(Location())
    assert found("Nya vägen 3", register=nameless, online=service)["match_level"] == "online"
    assert service.asked == ["Nya vägen 3"]
    now_and_then = incidents(*(f"Nya vägen {number}" for number in range(1, 15)))
    done = geocode(now_and_then, REGISTER, online=Faltering()).incidents
    assert (done["match_level"] == "online").sum() == 7
    many = incidents(*(f"Nya vägen {number}" for number in range(1, 9)))
    with pytest.raises(eg.InputError, match="`online` gave 5 errors in a row, the last a Timeout"):
        geocode(many, REGISTER, online=Service(fault=TimeoutError()))
    with pytest.raises(eg.InputError, match=r"`online` must have a method geocode\(query\)"):
        found("Malmvägen 7", online="nominatim")
