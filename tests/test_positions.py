"""From columns of a file to points: what is read, what is said of it, and what is refused."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from est_geo.errors import CRSError, InputError
from est_geo.intake.columns import match_columns
from est_geo.intake.positions import find_positions

# Sollentuna's centre: easting (longitude) first.
CENTRE = {
    4326: (17.9515, 59.4281),
    3006: (667_425.12, 6_591_436.90),
    3011: (147_247.13, 6_590_359.93),
    3021: (1_621_814.24, 6_591_690.88),
}
MOVE = {epsg: Transformer.from_crs(3006, epsg, always_xy=True) for epsg in (*CENTRE, 3857)}


def find(table, **options):
    """Positions of a table, whose rows are numbered from 2 as in a file."""
    table = table.set_axis(range(2, len(table) + 2))
    placed = isinstance(table, gpd.GeoDataFrame)
    present = [name for name in table.columns if not placed or name != table.geometry.name]
    columns = options.pop("columns", None)
    used = match_columns(present, asked=columns, has_geometry=placed, file="fil.csv")
    options = {"crs": None, "to_crs": None, "names_crs": True, **options}
    return find_positions(table, used, file="fil.csv", **options)


def pair(epsg, n=1, names=("x", "y"), *, north_first=False, spread=0.0, seed=0):
    """A table with two columns of coordinates around the centre, easting first unless told."""
    rng = np.random.default_rng(seed)
    x, y = (CENTRE[3006][axis] + spread * rng.normal(size=n) for axis in (0, 1))
    x, y = MOVE[epsg].transform(x, y)
    return pd.DataFrame(dict(zip(names, (y, x) if north_first else (x, y), strict=True)))


def said(positions):
    """Faults by column and reason, with their rows."""
    found = {}
    for fault in positions.faults:
        if fault.rows.any():
            rows = found.setdefault((fault.column, fault.reason), set())
            rows.update(2 + np.flatnonzero(fault.rows))
    return {key: sorted(rows) for key, rows in found.items()}


def distance(positions, place=0):
    """How far a point lies from the centre."""
    point = Transformer.from_crs(positions.crs, 3006, always_xy=True).transform(
        *positions.points[place].coords[0]
    )
    return np.hypot(*(np.subtract(point, CENTRE[3006])))


# Recognised


@pytest.mark.parametrize("north_first", [False, True])
@pytest.mark.parametrize("epsg", [4326, 3006, 3011, 3021, 3857])
@pytest.mark.parametrize("names", [("x", "y"), ("Y-koordinat", "X-koordinat"), ("lat", "lon")])
def test_any_system_in_any_order_under_any_name(epsg, names, north_first):
    positions = find(pair(epsg, 50, names, north_first=north_first), municipality="Sollentuna")
    assert distance(positions) < 0.01
    assert [crs.to_epsg() for crs in positions.crs_read] == [epsg]
    assert positions.crs.to_epsg() == (epsg if epsg in {3006, 3011, 3021} else 3006)
    assert said(positions) == {}
    (reading,) = positions.readings
    assert reading.startswith("50 rows in ")
    assert f"(EPSG:{epsg})" in reading
    axis, north = "latitude" if epsg == 4326 else "northing", names[0 if north_first else 1]
    # What the names say already need not be said.
    assert (f", {axis} in {north!r};" in reading) == (north != "lat")
    named = (epsg, names[0], north_first) == (4326, "lat", True)
    assert reading.endswith("as the file says" if named else "recognised, 100 % in Sollentuna")


@pytest.mark.parametrize(
    ("epsg", "message"),
    [
        (
            3011,
            (
                r"`crs` is needed: 'fil.csv' has 9 coordinates in 'x' and 'y' that, northing in "
                r"'y', lie in Sweden in 9 systems: SWEREF99 12 00 \(EPSG:3007\) around Årjäng; .*; "
                r"SWEREF99 18 00 \(EPSG:3011\) around Sollentuna; .* Choose: pass the "
                r"municipality, as municipality='Årjäng', or the number: crs=3007\."
            ),
        ),
        (
            3021,
            (
                r"in 3 systems: RT90 7.5 gon V \(EPSG:3019\) around Karlstad; RT90 5 gon V "
                r"\(EPSG:3020\) around Lindesberg; RT90 2.5 gon V \(EPSG:3021\) around Sollentuna\."
            ),
        ),
    ],
)
def test_what_may_be_several_systems_is_refused_with_all_of_them(epsg, message):
    table = pair(epsg, 9)
    with pytest.raises(CRSError, match=message):
        find(table)
    with pytest.raises(CRSError, match="that, northing in 'x', lie in Sweden"):
        find(table[["y", "x"]].set_axis(["x", "y"], axis=1))
    assert distance(find(table, municipality="0163")) < 0.01
    assert distance(find(table, crs=epsg)) < 0.01


def test_several_zones_in_one_municipality_are_refused_with_all_of_them():
    zone = Transformer.from_crs(3006, 3016, always_xy=True)
    x, y = zone.transform(718_000 + np.arange(50) * 10.0, 7_536_000 + np.arange(50) * 7.0)
    message = r"lie in Kiruna in \d systems: .*SWEREF99 20 15 \(EPSG:3016\).*pass the number: crs=3"
    with pytest.raises(CRSError, match=message):
        find(pd.DataFrame({"x": x, "y": y}), municipality="Kiruna")


def test_a_municipality_that_it_is_not():
    with pytest.raises(
        CRSError,
        match=r"`municipality` is Botkyrka, but only 0 % of the 3 coordinates in 'fil.csv' lie "
        r"there, read as SWEREF99 TM \(EPSG:3006\)\. Name .* pass crs=3006",
    ):
        find(pair(3006, 3), municipality="Botkyrka")
    with pytest.raises(
        CRSError,
        match=r"do not lie in Botkyrka in any system that their size allows \(none of them\)\. "
        "Pass crs=3006 for .*, or another municipality",
    ):
        find(pair(3011, 3), municipality="Botkyrka")
    with pytest.raises(InputError, match="Did you mean 'Botkyrka'"):
        find(pair(3006, 3), municipality="Botkyrkka")


def test_most_points_must_lie_in_the_municipality():
    # Of ten, three, four and six in Botkyrka.
    table = pair(3006, 10)
    table.loc[:3] = (652_000, 6_567_000)
    assert find(table, municipality="Sollentuna").outside_municipality.tolist() == (
        [True] * 4 + [False] * 6
    )
    table.loc[:5] = (652_000, 6_567_000)
    with pytest.raises(CRSError, match="only 40 % of the 10 coordinates"):
        find(table, municipality="Sollentuna")
    assert find(table, municipality="Sollentuna", crs=3006).outside_municipality.sum() == 6
    # A zone has rivals, so that more must lie there.
    table = pair(3011, 10)
    table.loc[:1] += 20_000
    with pytest.raises(CRSError, match=r"at most 80 %, as SWEREF99 18 00 .*Pass crs=3011 if that"):
        find(table, municipality="Sollentuna")


def test_numbers_of_no_system_are_refused():
    with pytest.raises(
        CRSError, match=r"`crs` is needed: 'fil.csv' has 2 of 3 .* of no size .* row 3\. Pass crs="
    ):
        find(pd.DataFrame({"x": [667_425, 667_425_120, 12], "y": [6_591_436, 6_591_436_900, 40]}))
    with pytest.raises(CRSError, match=r"read as WGS 84, but 1 of 1 .* beyond 180, 90"):
        find(pd.DataFrame({"lon": [1234.5], "lat": [5.0]}))


def test_degrees_by_name_are_believed_outside_sweden_only():
    memphis = pd.DataFrame({"lon": [-89.9] * 3, "lat": [35.1] * 3})
    positions = find(memphis)
    assert positions.crs.to_epsg() == 32616
    assert positions.readings == ("3 rows in WGS 84 (EPSG:4326); as the file says",)
    with pytest.raises(CRSError, match="of no size that a coordinate in Sweden has"):
        find(memphis.set_axis(["x", "y"], axis=1))
    assert find(memphis.set_axis(["x", "y"], axis=1), crs=4326).crs.to_epsg() == 32616


# Mixed


@pytest.mark.parametrize("municipality", ["Sollentuna", None])
def test_mixed_rows_are_parted(municipality, caplog):
    caplog.set_level(logging.INFO, logger="est_geo")
    table = pd.concat(
        [
            pair(3006, 60, spread=500),
            pair(3006, 30, spread=500, north_first=True, seed=1),
            pair(3011, 20, spread=500, north_first=True, seed=2),
            pair(4326, 10, spread=500, seed=3),
            pd.DataFrame({"x": [0, 5, None, 66_742_512], "y": [0, 5, None, 59.4]}),
        ]
    )
    positions = find(table, municipality=municipality)
    assert positions.crs.to_epsg() == 3006
    assert [crs.to_epsg() for crs in positions.crs_read] == [3006, 3011, 4326]
    assert [text.split(";")[0] for text in positions.readings] == [
        "60 rows in SWEREF99 TM (EPSG:3006), northing in 'y'",
        "30 rows in SWEREF99 TM (EPSG:3006), northing in 'x'",
        "20 rows in SWEREF99 18 00 (EPSG:3011), northing in 'x'",
        "10 rows in WGS 84 (EPSG:4326), latitude in 'y'",
    ]
    assert all(f"fil.csv: {text}" in caplog.text for text in positions.readings)
    assert max(distance(positions, place) for place in range(120)) < 3000
    assert positions.points[120] == shapely.Point(0, 0)
    assert positions.null_island.tolist() == [False] * 120 + [True] + [False] * 3
    assert said(positions) == {("x", "no coordinate system fits"): [123, 125]}
    assert not positions.outside_municipality.any()


def test_several_systems_end_in_the_countrys_own():
    table = pd.concat([pair(3011, 9, spread=500), pair(4326, 1)])
    positions = find(table, municipality="Sollentuna")
    assert [crs.to_epsg() for crs in positions.crs_read] == [3011, 4326]
    assert positions.crs.to_epsg() == 3006
    assert distance(positions, 9) < 0.01


def test_what_the_result_cannot_hold_is_a_fault():
    table = pd.DataFrame({"lon": [17.9, 17.9, 105.0], "lat": [59.4, 59.4, 1.0]})
    assert said(find(table)) == {("lon", "outside the valid range"): [4]}


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kinds=st.lists(
        st.tuples(st.sampled_from([3006, 4326]), st.booleans()), min_size=1, max_size=20
    ),
)
def test_rows_read_alike_in_any_order_of_rows(seed, kinds):
    """Every row comes back where it was, whatever the others are in."""
    tables = [
        pair(epsg, north_first=turned, spread=900, seed=place)
        for place, (epsg, turned) in enumerate(kinds)
    ]
    truth = [
        find(table, crs=epsg, to_crs=3006).points[0]
        for table, (epsg, _) in zip(tables, kinds, strict=True)
    ]
    order = np.random.default_rng(seed).permutation(len(kinds))
    positions = find(pd.concat(tables, ignore_index=True).iloc[order], to_crs=3006)
    assert said(positions) == {}
    for point, expected in zip(positions.points, np.array(truth)[order], strict=True):
        assert point.distance(expected) < 0.001


# Told


def test_told_is_checked_against_the_values():
    for epsg in (3011, 3021, 3857):
        with pytest.raises(
            CRSError,
            match=rf"`crs` is SWEREF99 TM, but 5 of 5 coordinates in 'fil.csv' are in .* "
            rf"\(EPSG:{epsg}\) by their .*100 % in Sollentuna\. Pass crs={epsg}",
        ):
            find(pair(epsg, 5), crs=3006, municipality="Sollentuna")
    with pytest.raises(CRSError, match=r"are in SWEREF99 TM .* most in Sollentuna\. Pass crs=3006"):
        find(pair(3006, 5), crs=3011)
    with pytest.raises(CRSError, match=r"`crs` is SWEREF99 18 00, but 5 of 5 .* may be in RT90"):
        find(pair(3021, 5), crs=3011)
    # One stray row says nothing of the others, wherever they are.
    strays = pd.concat([pd.DataFrame({"x": [1e7] * 6, "y": [1e7] * 6}), pair(3011, 1)])
    assert find(strays, crs=3006, municipality="Sollentuna").outside_municipality.all()
    # Another zone is as possible, until the municipality is named.
    assert find(pair(3011, 5), crs=3010).crs.to_epsg() == 3010
    with pytest.raises(CRSError, match=r"`crs` is SWEREF99 16 30, but .*EPSG:3011"):
        find(pair(3011, 5), crs=3010, municipality="Sollentuna")


def test_told_is_of_another_kind_than_the_values():
    with pytest.raises(
        CRSError, match=r"SWEREF99 TM, but 5 of 5 coordinates are in degrees, .*row 2"
    ):
        find(pair(4326, 5), crs=3006)
    with pytest.raises(CRSError, match=r"as WGS 84, but 5 of 5 coordinates are beyond 180, 90"):
        find(pair(3006, 5), crs=4326)
    one = pd.concat([pair(3006, 3), pair(4326, 1), pair(3006, 1) * 1000])
    assert said(find(one, crs=3006)) == {("x", "outside the valid range"): [5, 6]}


@pytest.mark.parametrize("epsg", [4326, 3006, 3011, 3021, 3857])
@pytest.mark.parametrize("names", [("x", "y"), ("easting", "northing"), ("lon", "lat")])
def test_told_and_swapped_is_read_right_and_announced(epsg, names):
    positions = find(pair(epsg, 4, names, north_first=True), crs=epsg)
    assert distance(positions) < 0.01
    assert f"in {names[0]!r}; as told" in positions.readings[0]
    straight = find(pair(epsg, 4, names), crs=epsg)
    assert distance(straight) < 0.01
    assert (f"in {names[1]!r}; as told" in straight.readings[0]) == (names[1] == "y")


@pytest.mark.parametrize(("told", "epsg"), [(4619, 4326), (25833, 3006), (3006, 3006)])
def test_told_and_elsewhere_is_kept_where_nothing_fits_better(told, epsg):
    positions = find(pair(epsg, 3), crs=told, municipality="Botkyrka")
    assert positions.outside_municipality.all()
    assert distance(positions) < 1


def test_told_for_another_country_is_believed():
    table = pd.DataFrame({"x": [235_654.0], "y": [3_887_981.0]})
    assert find(table, crs=32616).points[0] == shapely.Point(235_654, 3_887_981)
    # Norwegian data are in UTM 33 too, where a Swedish zone has its eastings.
    norway = pd.DataFrame({"x": [88_000.0], "y": [6_466_000.0]})
    assert find(norway, crs=25833).points[0] == shapely.Point(88_000, 6_466_000)


def test_points_outside_the_municipality_are_kept_and_marked():
    table = pair(3006, 4)
    table.loc[1] = (652_000, 6_567_000)  # Botkyrka
    table.loc[2] = (0, 0)
    table.loc[3] = (None, None)
    positions = find(table, crs=3006, municipality="Sollentuna")
    assert positions.outside_municipality.tolist() == [False, True, False, False]
    assert positions.points[1] == shapely.Point(652_000, 6_567_000)
    assert not find(table, crs=3006).outside_municipality.any()


# Forms


def test_half_a_coordinate_is_a_fault():
    halves = [
        ("0", "6591436"),
        ("667425", "0"),
        ("", "6591436"),
        ("N 59.4", "N 59.4"),
        ("E 17", "E 17"),
    ]
    good = [("667425", "6591436"), ("0", "0"), ("", "")]
    positions = find(pd.DataFrame([*good, *halves], columns=["e", "n"]))
    assert said(positions) == {("e", "only one of two coordinates"): [5, 6, 7, 8, 9]}
    assert [point is None for point in positions.points] == [False, False] + [True] * 6


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("59°25'41.2\"N", "17°57'05.4\"E"),
        ("59,4281", "17,9515"),
        ("N 59.4281", "Ö 17.9515"),
        ("17° 57,09' O", "59° 25,686' N"),
        ("N 6591436,90", "E 667425,12"),
        ("6\u00a0591\u00a0436,90", "667\u00a0425,12"),
    ],
)
@pytest.mark.parametrize("names", [("lon", "lat"), ("e", "n"), ("y", "x")])
def test_written_coordinates_in_any_column(names, first, second):
    positions = find(pd.DataFrame({names[0]: [first], names[1]: [second]}))
    assert distance(positions) < 5


def test_letters_say_the_axes_in_any_country():
    sydney = pd.DataFrame({"lat": ["151°12' E"], "lon": ["33°54' S"]})
    assert find(sydney, to_crs=32756).points[0].y == pytest.approx(6_247_000, abs=2000)
    # With signs only, x and y could be either.
    with pytest.raises(CRSError, match="of no size that a coordinate in Sweden has"):
        find(pd.DataFrame({"x": ["35°6'"], "y": ["-89°54'"]}))


def test_both_halves_in_one_cell():
    cells = ["59.4281, 17.9515", "17,9515 59,4281", "6591436,9 667425,1", "0, 0", None, "torget"]
    positions = find(pd.DataFrame({"Koordinater": cells}))
    assert said(positions) == {("Koordinater", "not a point"): [7]}
    assert max(distance(positions, place) for place in range(3)) < 5
    assert positions.null_island.tolist() == [False] * 3 + [True] + [False] * 2
    assert positions.points[4] is None
    assert positions.readings[0].startswith("1 row in WGS 84 (EPSG:4326)")
    assert {", latitude first" in text for text in positions.readings} == {True, False}


def test_a_cell_that_does_not_say_which_half_is_east():
    memphis = pd.DataFrame({"gps": ["35.1, -89.9"] * 2})
    with pytest.raises(
        InputError, match=r"2 of 2 coordinates in 'gps' that do not say .* row 2\. Part it into two"
    ):
        find(memphis, crs=4326)
    mixed = pd.DataFrame({"gps": ["35.1, -89.9", "59.4, 17.9", "59.4, 18.0"]})
    assert said(find(mixed, crs=4326)) == {("gps", "no coordinate system fits"): [2]}
    lettered = pd.DataFrame({"gps": ["35.1 N, 89.9 W"]})
    assert find(lettered, crs=4326).crs.to_epsg() == 32616


def test_a_column_called_position_that_holds_something_else():
    table = pd.DataFrame({"position": ["vakt", "vakt", "59.4, 17.9", None]})
    message = r"2 of 3 cells in 'position' that are no pair .* row 2\. .*columns=\{'place': 'posi"
    with pytest.raises(InputError, match=message):
        find(table)
    assert find(table, columns={"place": "position"}).readings == ()


# Geometries


def test_geometries_are_recognised_where_the_file_does_not_say():
    xy = CENTRE[3006]
    table = gpd.GeoDataFrame(geometry=[shapely.Point(xy), shapely.Point(xy[::-1]), None])
    positions = find(table)
    assert positions.points[0] == positions.points[1] == shapely.Point(xy)
    # GeoJSON is in degrees unless its numbers are none.
    said_nothing = find(table.set_crs(4326), names_crs=False)
    assert [crs.to_epsg() for crs in said_nothing.crs_read] == [3006]
    memphis = gpd.GeoDataFrame(geometry=[shapely.Point(-89.9, 35.1)], crs=4326)
    assert find(memphis, names_crs=False).crs.to_epsg() == 32616
    with pytest.raises(CRSError, match="of no size that a coordinate in Sweden has"):
        find(memphis.set_crs(None, allow_override=True))


def test_a_file_that_says_is_believed():
    table = gpd.GeoDataFrame(geometry=[shapely.Point(CENTRE[3011])], crs=3011)
    assert find(table).readings == ("1 row in SWEREF99 18 00 (EPSG:3011); as the file says",)
    with pytest.raises(CRSError, match=r"`crs` is SWEREF99 TM, but 'fil.csv' says .* 18 00\."):
        find(table, crs=3006)


# Columns


@pytest.mark.parametrize(
    ("names", "used"),
    [
        (("x", "y"), "x y"),
        (("X_koord", "Y-KOORD"), "x y"),
        (("x-koordinat", "y-koordinat"), "x y"),
        (("sweref99_x", "sweref99_y"), "x y"),
        (("SWEREF 99 18 00 X", "SWEREF 99 18 00 Y"), "x y"),
        (("rt90_x", "rt90_y"), "x y"),
        (("POINT_X", "POINT_Y"), "x y"),
        (("sweref99tm_e", "sweref99tm_n"), "easting northing"),
        (("E_koordinat", "N_koordinat"), "easting northing"),
        (("ost", "nord"), "easting northing"),
        (("wgs84_lon", "wgs84_lat"), "longitude latitude"),
        (("longitud", "latitud"), "longitude latitude"),
        (("koordinater",), "position"),
        (("lat_long",), "position"),
        # The better told first; half a pair beside a whole one says nothing.
        (("x", "y", "lon", "lat", "position"), "longitude latitude"),
        (("x", "y", "position"), "x y"),
        (("x", "y", "n"), "x y"),
        (("n", "position"), "position"),
    ],
)
def test_columns_with_coordinates_are_known(names, used):
    found = match_columns(names, asked=None, has_geometry=False, file="f")
    assert set(found) == set(used.split())
    assert set(found.values()) <= set(names)


def test_columns_that_are_no_coordinates():
    for names in (("x", "adress"), ("geo_typ", "plats"), ("koord", "plats"), ("x2", "y2", "plats")):
        found = match_columns(names, asked=None, has_geometry=False, file="f")
        assert set(found) <= {"address", "place"}
    with pytest.raises(
        InputError, match="both degrees and easting, northing: 'lon', 'lat', 'e', 'n'"
    ):
        match_columns(("e", "n", "lon", "lat", "x", "y"), asked=None, has_geometry=False, file="f")
    with pytest.raises(InputError, match="no column for `y`"):
        match_columns(("a", "b"), asked={"x": "a"}, has_geometry=False, file="f")
    chosen = match_columns(
        ("lon", "lat", "x", "y"), asked={"x": "x", "y": "y"}, has_geometry=False, file="f"
    )
    assert chosen == {"x": "x", "y": "y"}
