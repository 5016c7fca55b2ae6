"""Which system numbers are in: every municipality, and the numbers that no one can tell."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from est_geo.errors import InputError
from est_geo.geography.bundled import municipality_outlines
from est_geo.geography.municipalities import find_municipality, outside_of
from est_geo.geography.recognise import Reading, is_possible, northing_first, recognise

# Sollentuna's centre, in METHODS' figures: easting (longitude) first.
CENTRE = {
    4326: (17.9515, 59.4281),
    3006: (667_425.12, 6_591_436.90),
    3011: (147_247.13, 6_590_359.93),
    3021: (1_621_814.24, 6_591_690.88),
}
# Central meridians of the local zones of SWEREF 99.
MERIDIANS = {
    3007: 12.0, 3008: 13.5, 3009: 15.0, 3010: 16.5, 3011: 18.0, 3012: 14.25,
    3013: 15.75, 3014: 17.25, 3015: 18.75, 3016: 20.25, 3017: 21.75, 3018: 23.25,
}  # fmt: skip
MOVE = {
    epsg: Transformer.from_crs(3006, epsg, always_xy=True)
    for epsg in (4326, 3021, 3857, *MERIDIANS)
}
OUTLINES = municipality_outlines()


def straight(epsg):
    return Reading(epsg, north_first=False)


def turned(epsg):
    return Reading(epsg, north_first=True)


def moved(easting, northing, epsg):
    return (easting, northing) if epsg == 3006 else MOVE[epsg].transform(easting, northing)


def points_in(outline, seed, n=60):
    """Points in SWEREF 99 TM, all over an outline."""
    rng = np.random.default_rng(seed)
    west, south, east, north = outline.bounds
    x, y = rng.uniform(west, east, 20 * n), rng.uniform(south, north, 20 * n)
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, x, y)
    return x[inside][:n], y[inside][:n]


def near_centre(n=200, seed=0, spread=700.0):
    rng = np.random.default_rng(seed)
    return CENTRE[3006][0] + rng.normal(0, spread, n), CENTRE[3006][1] + rng.normal(0, spread, n)


def recognised(first, second, *, area=None, degrees=False):
    said = np.full(len(first), degrees)
    return recognise(np.asarray(first), np.asarray(second), degrees=said, area=area)


@pytest.mark.parametrize("place", range(0, 290, 10))
def test_every_municipality_in_every_system_and_order(place):
    """Ten municipalities a case; their own local zone is the one with the nearest meridian."""
    for row in OUTLINES.iloc[place : place + 10].itertuples():
        easting, northing = points_in(row.geometry, row.Index)
        middle = MOVE[4326].transform(easting.mean(), northing.mean())[0]
        zone = min(MERIDIANS, key=lambda epsg: abs(MERIDIANS[epsg] - middle))
        area = find_municipality(row.municipality_code)
        assert area.name == row.municipality
        for epsg in (4326, 3006, zone, 3021):
            pair = moved(easting, northing, epsg)
            for north_first in (False, True):
                groups = recognised(*(pair[::-1] if north_first else pair), area=area)
                # The values of one system may leave different rivals to different rows.
                assert {group.reading for group in groups} == {Reading(epsg, north_first)}
                assert sum(group.rows.sum() for group in groups) == len(easting)


@pytest.mark.parametrize("north_first", [False, True])
@pytest.mark.parametrize("epsg", CENTRE)
def test_the_centre_of_sollentuna_alone_is_enough(epsg, north_first):
    pair = CENTRE[epsg][:: -1 if north_first else 1]
    group = recognised(*np.array([pair]).T, area=find_municipality("sollentuna"))[0]
    assert group.reading == Reading(epsg, north_first)
    assert group.tried[0].share == 1


def test_without_a_municipality_only_what_values_alone_tell_is_told():
    for epsg, rivals in ((3006, 1), (4326, 1), (3011, 9), (3021, 3)):
        group = recognised(*moved(*near_centre(), epsg))[0]
        assert len(group.fits) == rivals
        assert straight(epsg) in {fit.reading for fit in group.fits}
        assert group.reading == (straight(epsg) if rivals == 1 else None)
    # RT 90's zones lie 2.25° apart: each would be another place.
    assert {fit.municipality for fit in group.fits} == {"Sollentuna", "Lindesberg", "Karlstad"}


@pytest.mark.parametrize("place", range(0, 290, 29))
def test_tm_on_the_west_coast_has_no_rival_in_a_zone(place):
    for row in OUTLINES.iloc[place : place + 29].itertuples():
        groups = recognised(*points_in(row.geometry, place))
        assert {group.reading for group in groups} == {straight(3006)}


def test_an_island_off_the_west_coast_is_no_zone():
    # Koster: an easting that local zones have, but none is used so far from its meridian.
    easting, northing = 271_000 + 30.0 * np.arange(20), 6_536_000 + 30.0 * np.arange(20)
    (group,) = recognised(easting, northing)
    assert group.reading == straight(3006)
    assert group.tried[0].municipality == "Strömstad"
    assert len(group.tried) == 13


def test_points_elsewhere_are_not_made_to_fit():
    botkyrka = find_municipality("Botkyrka")
    for epsg in (3011, 3021):
        group = recognised(*moved(*near_centre(), epsg), area=botkyrka)[0]
        assert (group.reading, group.fits) == (None, [])
    # What the values leave no rival is told all the same; the caller sees how few lie there.
    group = recognised(*near_centre(), area=botkyrka)[0]
    assert group.reading == straight(3006)
    assert group.tried[0].share == 0


def test_two_zones_that_both_lie_in_the_municipality_are_two():
    # Kiruna is wider than its zones are apart.
    x, y = MOVE[3016].transform(718_000 + np.arange(50) * 10.0, 7_536_000 + np.arange(50) * 7.0)
    group = recognised(x, y, area=find_municipality("Kiruna"))[0]
    assert group.reading is None
    assert len(group.fits) > 1
    assert straight(3016) in {fit.reading for fit in group.fits}


@pytest.mark.parametrize("area", ["Sollentuna", None])
def test_rows_are_read_each_in_its_own_system(area):
    easting, northing = near_centre()
    parts = [
        np.array(moved(easting[rows], northing[rows], epsg))[:: -1 if turned else 1]
        for rows, epsg, turned in (
            (slice(0, 120), 3006, False),
            (slice(120, 160), 3006, True),
            (slice(160, 181), 3011, True),
            (slice(181, 200), 4326, True),
        )
    ]
    first, second = np.concatenate(parts, axis=1)
    groups = recognised(first, second, area=area and find_municipality(area))
    assert [(group.reading, group.rows.sum()) for group in groups] == [
        (straight(3006), 120),
        (turned(3006), 40),
        # Without a municipality: by where the other rows lie.
        (turned(3011), 21),
        (turned(4326), 19),
    ]


@pytest.mark.parametrize(("rows", "lost", "apart"), [(300, 2, 9.0), (300, 9, 0.0), (1200, 11, 9.0)])
def test_a_figure_lost_does_not_make_a_zone(rows, lost, apart):
    """A few rows, or many at one point, or a small share of the file, are no evidence."""
    easting, northing = near_centre(rows)
    # 667425 less a figure is an easting of a zone, and one zone puts it in Sollentuna.
    easting[:lost] = CENTRE[3011][0] + apart * np.arange(lost)
    northing[:lost] = CENTRE[3011][1]
    groups = recognised(easting, northing, area=find_municipality("Sollentuna"))
    assert [(group.reading, group.rows.sum()) for group in groups] == [
        (straight(3006), rows - lost),
        (None, lost),
    ]


def test_as_many_rows_as_that_make_a_zone():
    x, y = moved(*near_centre(12), 3011)
    easting, northing = near_centre(1188)
    first, second = np.r_[easting, x], np.r_[northing, y]
    groups = recognised(first, second, area=find_municipality("Sollentuna"))
    assert [group.reading for group in groups] == [straight(3006), straight(3011)]
    # Or as large a share of a small file.
    groups = recognised(first[1185:1189], second[1185:1189], area=find_municipality("Sollentuna"))
    assert [group.reading for group in groups] == [straight(3006), straight(3011)]


def test_a_stray_point_takes_the_system_of_the_others():
    easting, northing = near_centre(300)
    easting[0] = 267_425  # now off Norway, and of a size that a zone has too
    groups = recognised(easting, northing, area=find_municipality("Sollentuna"))
    assert [group.reading for group in groups] == [straight(3006)] * 2


def test_degrees_that_say_so_need_not_be_swedish():
    for lonlat in ((-89.9, 35.1), (58.4, 23.6), CENTRE[4326]):  # Memphis, Muscat
        group = recognised(*np.array([lonlat] * 9).T, degrees=True)[0]
        assert group.reading == straight(4326)
    group = recognised(*np.array([CENTRE[4326][::-1]] * 9).T, degrees=True)[0]
    assert group.reading == turned(4326)
    assert recognised([-89.9], [35.1]) == []


@pytest.mark.parametrize("pair", [(0, 0), (np.nan, np.nan), (66_742_512, 659_143_690), (1, 2)])
def test_what_no_system_has_is_in_no_group(pair):
    numbers = np.array([pair], dtype=float).T
    assert recognised(*numbers) == []
    assert recognised(*numbers, degrees=pair == (0, 0)) == []


def test_a_large_file_is_sampled_alike_in_any_order():
    easting, northing = near_centre(9000, spread=3000)
    order = np.random.default_rng(1).permutation(9000)
    area = find_municipality("Sollentuna")
    before = recognised(easting, northing, area=area)[0]
    after = recognised(easting[order], northing[order], area=area)[0]
    assert before.tried == after.tried
    assert 0 < before.tried[0].share < 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 400), epsg=st.sampled_from(list(CENTRE)))
def test_the_order_of_rows_does_not_matter(seed, n, epsg):
    x, y = moved(*near_centre(n), epsg)
    # Some rows in degrees among the others, some nowhere.
    x, y = np.r_[x, 17.95, 18.0, np.nan, 5.0], np.r_[y, 59.43, 59.41, np.nan, 5.0]
    order = np.random.default_rng(seed).permutation(len(x))
    before, after = recognised(x, y), recognised(x[order], y[order])
    assert [(g.reading, g.fits, g.tried) for g in before] == [
        (g.reading, g.fits, g.tried) for g in after
    ]
    for one, two in zip(before, after, strict=True):
        assert (one.rows[order] == two.rows).all()


def test_the_share_is_of_rows_not_of_addresses():
    # A thousand at one address in Sollentuna, three elsewhere.
    x = np.r_[np.full(1000, CENTRE[3011][0]), 147_000, 80_000, 90_000]
    y = np.r_[np.full(1000, CENTRE[3011][1]), 6_400_000, 6_500_000, 6_700_000]
    group = recognised(x, y, area=find_municipality("Sollentuna"))[0]
    assert group.reading == straight(3011)


# Orders in a system that is known


@pytest.mark.parametrize("epsg", [3006, 3011, 3021, 25833, 5850])
def test_the_northing_is_known_by_its_size(epsg):
    x, y = CENTRE[epsg] if epsg in CENTRE else CENTRE[3006]
    first, second = np.array([[x, y, 0, np.nan], [y, x, 0, np.nan]])
    assert northing_first(first, second, crs=CRS(epsg)).tolist() == [False, True, False, False]


@pytest.mark.parametrize("epsg", [4326, 3857])
def test_the_latitude_is_known_by_where_it_lies(epsg):
    x, y = moved(*near_centre(20), epsg)
    assert northing_first(y, x, crs=CRS(epsg)).all()
    assert not northing_first(x, y, crs=CRS(epsg)).any()
    muscat = Transformer.from_crs(4326, epsg, always_xy=True).transform([58.4], [23.6])
    assert not northing_first(*map(np.array, muscat), crs=CRS(epsg)).any()


def test_other_countries_have_no_order_of_ours():
    memphis = np.array([3_887_981.0]), np.array([235_654.0])
    assert not northing_first(*memphis, crs=CRS(32616)).any()
    assert is_possible(*memphis, crs=CRS(32616)) is None
    assert is_possible(*memphis, crs=CRS(3006)).tolist() == [False]


# Municipalities


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Sollentuna", "0163"),
        ("0163", "0163"),
        ("163", "0163"),
        ("upplands vasby", "0114"),
        ("Botkyrka kommun", "0127"),
        ("Sigtunas kommun", "0191"),
        ("Göteborgs stad", "1480"),
        ("Borås stad", "1490"),
        ("Habo", "0643"),
        ("håbo", "0305"),
    ],
)
def test_a_municipality_by_any_of_its_names(name, code):
    assert find_municipality(name).code == code


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Solentuna", "Did you mean 'Sollentuna'"),
        ("habo kommun", r"It may be Håbo \(0305\) or Habo \(0643\)"),
        ("9999", "not the name or code of one of the 290"),
        ("", "not the name or code"),
    ],
)
def test_what_is_no_municipality(name, message):
    with pytest.raises(InputError, match=message):
        find_municipality(name)


@pytest.mark.parametrize("epsg", [3006, 3011, 3021])
def test_the_border_is_wide(epsg):
    outline = OUTLINES.set_index("municipality").geometry["Sollentuna"]
    west = shapely.get_coordinates(outline)[np.argmin(shapely.get_coordinates(outline)[:, 0])]
    x, y = moved(west[0] - np.array([0.0, 290, 310]), np.full(3, west[1]), epsg)
    area = find_municipality("Sollentuna")
    outside = outside_of(np.r_[x, np.nan], np.r_[y, np.nan], crs=CRS(epsg), area=area)
    assert outside.tolist() == [False, False, True, False]
