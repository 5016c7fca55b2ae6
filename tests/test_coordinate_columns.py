"""Plain tables with `easting` and `northing` give what GeoDataFrames of the same points give."""

from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import box_area
from est_geo.checks import check_table, read_points
from test_geocode import REGISTER as ADDRESSES

WEST, SOUTH = 667_000.0, 6_591_000.0
DISTRICTS = pd.concat(
    [
        box_area(WEST, SOUTH, WEST + 1000, SOUTH + 1000).assign(district_id="b", district="Viby"),
        box_area(WEST + 1000, SOUTH, WEST + 2000, SOUTH + 1000),
    ],
    ignore_index=True,
)


def with_points(table, crs=3006):
    """Make the GeoDataFrame of a plain table: the other of the two kinds."""
    there = table["easting"].notna().to_numpy()
    xy = table[["easting", "northing"]].to_numpy(dtype=float)
    geometry = np.where(there, shapely.points(np.nan_to_num(xy)), None)
    columns = table.drop(columns=["easting", "northing"])
    columns.attrs = {}
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def town(n=400, seed=1):
    """Incidents in both districts and around them, at few addresses, with all that may be there."""
    rng = np.random.default_rng(seed)
    homes = rng.uniform((WEST - 100, SOUTH - 50), (WEST + 2100, SOUTH + 1050), (60, 2)).round(1)
    homes[:2] = (WEST + 1000, SOUTH + 500), (WEST + 1000, SOUTH)  # on the border
    at = np.minimum(rng.geometric(0.06, n) - 1, 59)
    minutes = rng.integers(0, 364 * 1440, n).astype("timedelta64[m]")
    table = pd.DataFrame(
        {
            "incident_id": [f"P-{i}" for i in range(n)],
            "occurred_from": (np.datetime64("2025-11-24") + minutes).astype("datetime64[us]"),
            "category": rng.choice(["klotter", "brand"], n),
            "source": rng.choice(["polis", "kommun"], n),
            "weight": rng.choice([0.5, 1.0, 3.0], n),
            "address": pd.Series(at, dtype="str") + " Påhittade vägen",
            "easting": homes[at, 0],
            "northing": homes[at, 1],
        },
        index=pd.RangeIndex(100, 100 + n),
    )
    table["occurred_to"] = table["occurred_from"]
    table["time_precision"] = "minute"
    table["duplicate_of"] = pd.Series(np.where(rng.random(n) < 0.1, "P-1", None), table.index)
    unplaced = rng.random(n) < 0.05
    table.loc[unplaced, ["easting", "northing"]] = np.nan
    table.loc[table.index[7:10], ["easting", "northing"]] = 0.0
    table["district_id"] = pd.Series(np.where(unplaced, "a", None), table.index, dtype="str")
    return table


def same(plain, points):
    """Compare two answers, down to dtypes and what was noted."""
    if isinstance(points, gpd.GeoDataFrame) and isinstance(plain, gpd.GeoDataFrame):
        assert_geodataframe_equal(plain, points)
    else:
        pd.testing.assert_frame_equal(pd.DataFrame(plain), pd.DataFrame(points))
    assert plain.attrs == points.attrs


@pytest.mark.parametrize("outside", ["keep", "nearest"])
def test_districts_are_those_of_the_points(outside):
    table = town()
    plain = eg.assign_districts(table, DISTRICTS, outside=outside)
    points = eg.assign_districts(with_points(table), DISTRICTS, outside=outside)
    assert type(plain) is pd.DataFrame
    assert plain.attrs.pop("crs") == "EPSG:3006", "what was taken is told"
    assert plain.attrs == points.attrs
    assert min(plain.attrs["assignment"][key] for key in ("on_edge", "unplaced")) >= 0
    shared = [name for name in points.columns if name != "geometry"]
    pd.testing.assert_frame_equal(plain[shared], pd.DataFrame(points[shared]))
    pd.testing.assert_frame_equal(
        plain[table.columns.drop("district_id")], table.drop(columns="district_id")
    )


def test_a_table_that_is_given_is_not_changed():
    table = town()
    before = table.copy()
    eg.to_sites(eg.assign_districts(table, DISTRICTS, outside="keep"))
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == {}


def placed(table):
    """Rows that every method takes: with a point, not at 0, 0."""
    kept = table[table["easting"].notna() & (table["easting"] > 0)]
    return eg.assign_districts(kept.drop(columns="district_id"), DISTRICTS, outside="keep")


def places_of(incidents):
    sites = eg.to_sites(incidents)
    return eg.problem_places(sites, eps_m=50, min_incidents=5, incidents=incidents)


def efforts():
    area = shapely.box(WEST + 300, SOUTH, WEST + 600, SOUTH + 1000)
    table = {"effort_id": ["park"], "start": [pd.Timestamp("2026-05-01")]}
    return gpd.GeoDataFrame(table, geometry=[area], crs=3006)


def register():
    """Every address: those of `town` and as many without an incident."""
    rng = np.random.default_rng(2)
    xy = rng.uniform((WEST, SOUTH), (WEST + 2000, SOUTH + 1000), (400, 2))
    table = {"address": [f"{number} Påhittade vägen" for number in range(400)]}
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=3006)


def sites_as_columns(incidents):
    """Sites as a register or a workbook has them, of either kind of table."""
    sites = eg.to_sites(incidents)
    if isinstance(incidents, gpd.GeoDataFrame):
        return sites
    columns = pd.DataFrame(sites.drop(columns="geometry"))
    return columns.assign(easting=sites.geometry.x, northing=sites.geometry.y)


def named():
    square = shapely.Point(WEST + 1000, SOUTH + 500)
    return gpd.GeoDataFrame({"name": ["Torget"]}, geometry=[square], crs=3006)


FUNCTIONS = {
    "to_sites": eg.to_sites,
    "count_by_site": eg.count_by_site,
    "count_by_district": eg.count_by_district,
    "count_by_district, all listed": lambda table: eg.count_by_district(table, DISTRICTS),
    "problem_places with incidents": places_of,
    "problem_places of sites": lambda table: eg.problem_places(
        sites_as_columns(table).iloc[::-1], min_incidents=5, named=named(), named_within_m=500
    ),
    "no problem_places": lambda table: pd.concat(
        [eg.problem_places(sites_as_columns(table), min_incidents=1e6), named()]
    ),
    "priority_cells": lambda table: eg.priority_cells(sites_as_columns(table), within=DISTRICTS),
    "k_distances": lambda table: eg.k_distances(sites_as_columns(table)).table,
    "concentration": lambda table: eg.concentration(sites_as_columns(table), register=register()),
    "time_profile": lambda table: eg.time_profile(table, by="place", places=places_of(table)),
    "when_and_where": lambda table: eg.when_and_where(table, by="place", places=places_of(table)),
    "deviations": lambda table: eg.deviations(table, places=places_of(table)).table,
    "deviations, districts found": lambda table: (
        eg.deviations(table.drop(columns=["district_id", "district"]), DISTRICTS).table
    ),
    "follow_up": lambda table: eg.follow_up(table, efforts(), within=DISTRICTS, as_of="2026-11-20"),
    "recurring_addresses": lambda table: eg.recurring_addresses(table, min_incidents=1),
    "recurring_addresses, register": lambda table: eg.recurring_addresses(
        table, register=register(), min_incidents=1
    ),
    "recurring_places": lambda table: eg.recurring_places(
        table, register=register(), min_incidents=1
    ),
    "the counts of a picture": lambda table: (
        eg.build_picture(table, DISTRICTS, outside="nearest").sites
    ),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_answers_are_those_of_the_points(function):
    table = eg.assign_districts(town(), DISTRICTS, outside="nearest")
    answer = function(table)
    assert len(answer) > 0
    same(answer, function(with_points(table)))


@pytest.mark.parametrize(
    "options", [{}, {"bandwidth_m": "scott"}, {"adaptive": True}, {"edge": "mass"}], ids=str
)
def test_densities_are_those_of_the_points(options):
    table = placed(town())
    plain, points = (eg.kde(t, within=DISTRICTS, **options) for t in (table, with_points(table)))
    np.testing.assert_array_equal(plain.values, points.values)
    assert plain.crs == points.crs
    assert plain.bandwidth_m == points.bandwidth_m
    half = table.iloc[::2]
    at = table.iloc[:20]
    np.testing.assert_array_equal(plain.sample(at), points.sample(with_points(at)))
    ratio, by_points = (
        eg.kde_ratio(a, b, within=DISTRICTS)
        for a, b in ((half, table), (with_points(half), with_points(table)))
    )
    np.testing.assert_array_equal(ratio.values, by_points.values)


def test_duplicates_are_those_among_the_points():
    table = town().drop(columns="duplicate_of")
    plain, points = (eg.link_duplicates(t, within_hours=96) for t in (table, with_points(table)))
    assert type(plain) is pd.DataFrame
    assert plain["duplicate_of"].notna().sum() > 0
    pd.testing.assert_series_equal(plain["duplicate_of"], points["duplicate_of"])


def test_a_picture_and_its_map_are_those_of_the_points():
    table = town().drop(columns=["district_id", "duplicate_of"])
    plain, points = (
        eg.build_picture(t, DISTRICTS, outside="keep", period="2026-W40", efforts=efforts())
        for t in (table, with_points(table))
    )
    assert plain.counts == points.counts
    assert plain.parameters == points.parameters
    assert plain.map().to_html() == points.map().to_html()
    assert (
        eg.hotspot_map(table, DISTRICTS, outside="keep").to_html()
        == eg.hotspot_map(with_points(table), DISTRICTS, outside="keep").to_html()
    )


def test_geocoding_gives_points_in_place_of_the_columns():
    at = {"easting": [np.nan, WEST, 0.0], "northing": [np.nan, SOUTH, 0.0]}
    texts = ["Malmvägen 12", "Malmvägen 14", "Storgatan 5"]
    table = pd.DataFrame({**at, "address": pd.Series(texts, dtype="str")})
    plain, points = (eg.geocode(t, ADDRESSES).incidents for t in (table, with_points(table)))
    same(plain, points)
    assert plain["match_level"].tolist() == ["exact", "coordinates", "ambiguous"]
    assert "easting" not in plain.columns, "they would say that the first has no point"


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_a_plain_table_is_written_for_a_map_as_its_points_are(suffix, tmp_path):
    table = town(50)
    columns, points = (tmp_path / f"{kind}{suffix}" for kind in ("columns", "points"))
    eg.write_table(table, columns)
    eg.write_table(with_points(table), points)
    assert len(gpd.read_file(columns)) == 50
    assert_geodataframe_equal(gpd.read_file(columns), gpd.read_file(points))
    with pytest.raises(eg.InputError, match="`table` has no geometry"):
        eg.write_table(table.drop(columns="northing"), columns)


def test_sites_come_back_from_a_csv_file_as_a_plain_table(tmp_path):
    sites = eg.to_sites(placed(town()))
    path = eg.write_table(sites, tmp_path / "sites.csv")
    back = pd.read_csv(path, sep=";", decimal=",")
    answers = [
        (eg.kde(t, within=DISTRICTS).values, eg.priority_cells(t, within=DISTRICTS)["score"])
        for t in (back, sites)
    ]
    for read, made in zip(*answers, strict=True):
        np.testing.assert_array_equal(read, made)


def test_what_draws_wants_points_and_says_how():
    sites = sites_as_columns(eg.assign_districts(town(), DISTRICTS, outside="nearest"))
    with pytest.raises(eg.InputError, match=r"`sites` must be a GeoDataFrame.* Make it one with"):
        eg.layers.sites(sites)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.none()
        | st.tuples(
            st.floats(WEST - 200, WEST + 2200).map(lambda v: round(v, 2)),
            st.floats(SOUTH - 200, SOUTH + 1200).map(lambda v: round(v, 1)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_points_give_the_same_districts_and_sites(points):
    xy = np.array([(np.nan, np.nan) if point is None else point for point in points])
    table = pd.DataFrame({"easting": xy[:, 0], "northing": xy[:, 1]})
    plain = eg.assign_districts(table, DISTRICTS, outside="keep")
    other = eg.assign_districts(with_points(table), DISTRICTS, outside="keep")
    pd.testing.assert_series_equal(plain["district_id"], other["district_id"])
    assert plain.attrs["assignment"] == other.attrs["assignment"]
    if any(point is not None for point in points):
        same(eg.to_sites(plain), eg.to_sites(other))


def few(easting=(WEST, WEST + 1, WEST + 2), northing=(SOUTH, SOUTH + 1, SOUTH + 2), crs=None):
    ids = [f"P-{i}" for i in range(len(easting))]
    table = pd.DataFrame({"incident_id": ids, "easting": easting, "northing": northing})
    table.attrs = {} if crs is None else {"crs": crs}
    return table


def read(table, **options):
    return read_points(table, name="incidents", plain=True, **options)


@pytest.mark.parametrize(
    "dtype", ["int64", "float32", "Int64", "Float64", "double[pyarrow]", object]
)
def test_numbers_of_any_kind_are_read(dtype):
    table = few().astype({"easting": dtype, "northing": dtype})
    np.testing.assert_array_equal(read(table).xy, few()[["easting", "northing"]].to_numpy())
    if dtype not in ("int64", "float32"):
        table.loc[1, ["easting", "northing"]] = None
        xy, there, _ = read(table, unplaced=True)
        assert there.tolist() == [True, False, True]
        assert np.isnan(xy[1]).all()
        np.testing.assert_array_equal(xy[there], few().loc[[0, 2], ["easting", "northing"]])


def test_decimals_from_a_database_are_read():
    table = few(
        easting=[Decimal("667000.5"), None, Decimal("667002.5")], northing=[SOUTH, None, SOUTH]
    )
    assert read(table, unplaced=True).xy[:, 0].tolist()[::2] == [667000.5, 667002.5]
    table["easting"] = [Decimal("667000.5"), 667001.5, None]
    table["northing"] = [SOUTH, SOUTH, None]
    assert read(table, unplaced=True).xy[:2, 0].tolist() == [667000.5, 667001.5]


@pytest.mark.parametrize(
    ("easting", "text"),
    [
        (["667000,5", "667001,5", None], "2 of 3 rows whose `easting` is not a number; the first"),
        (
            [WEST, "okänd", WEST],
            "1 of 3 rows whose `easting` is not a number; the first is row 'P-1'",
        ),
        ([True, False, True], "3 of 3 rows whose `easting` is not a number"),
        ([1j, 1j, 1j], "3 of 3 rows whose `easting` is not a number"),
        (pd.to_datetime(["2026-01-01"] * 3), "3 of 3 rows whose `easting` is not a number"),
        (pd.Categorical(["1", "2", "1"]), "3 of 3 rows whose `easting` is not a number"),
        ([WEST, np.inf, WEST], "1 of 3 rows with a coordinate that is not a finite number"),
        ([WEST, np.nan, WEST], "1 of 3 rows with only one of `easting` and `northing`; .* 'P-1'"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_no_coordinate_is_refused_with_its_row_and_the_remedy(easting, text, turned):
    table = few(easting=easting)
    if turned:
        table = table.rename(columns={"easting": "northing", "northing": "easting"})
        text = text.replace("whose `easting`", "whose `northing`")
    with pytest.raises(eg.InputError, match=text):
        read(table, unplaced=True)


@pytest.mark.parametrize("row", [0, 32_767, 32_768, 69_999])
@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (np.inf, "1 of 70000 rows with a coordinate that is not"),
        (5.0, "1 of 70000 rows that cannot be"),
    ],
)
def test_a_long_table_is_looked_at_whole(row, wrong, text):
    table = few(easting=np.full(70_000, WEST), northing=np.full(70_000, SOUTH))
    table.loc[row, "northing"] = wrong
    with pytest.raises(eg.EstGeoError, match=f"{text}.* row 'P-{row}'"):
        read(table)


def test_a_row_without_a_point_is_let_through_only_when_asked():
    table = few()
    table.loc[1, ["easting", "northing"]] = np.nan
    assert read(table, unplaced=True).there.tolist() == [True, False, True]
    with pytest.raises(eg.InputError, match="1 of 3 rows without a point; the first is row 'P-1'"):
        read(table)


def test_a_table_without_the_two_columns_is_refused():
    with pytest.raises(eg.InputError, match=r"lacks 1 column\(s\): northing. It has: .*easting"):
        read(few().drop(columns="northing"))
    twice = pd.concat([few(), few()[["easting"]]], axis=1)
    with pytest.raises(
        eg.InputError, match=r"`incidents` has 1 column\(s\) more than once: easting"
    ):
        read(twice)
    with pytest.raises(eg.InputError, match="`incidents` has 2 columns `easting`"):
        eg.count_by_district(twice.assign(district_id="a", district="A"), DISTRICTS)
    with pytest.raises(eg.InputError, match="`incidents` is empty: it has 0 rows"):
        read(few().iloc[:0])
    with pytest.raises(eg.InputError, match="must be a GeoDataFrame, not list"):
        read([1, 2])


def test_an_empty_table_has_no_counts():
    empty = few().assign(district_id="a", district="A").iloc[:0]
    assert len(eg.count_by_district(empty)) == 0


def test_a_geodataframe_without_a_geometry_is_told_what_it_lacks():
    bare = gpd.GeoDataFrame(few())
    with pytest.raises(
        eg.InputError, match=r"`incidents` has no geometry.* pandas.DataFrame\(incidents\)"
    ):
        eg.to_sites(bare)
    assert len(eg.to_sites(pd.DataFrame(bare))) == len(bare), "the way that the message tells"


def test_where_points_are_asked_for_the_way_to_them_is_told():
    table = few(crs=3011)
    with pytest.raises(eg.InputError, match="must be a GeoDataFrame, not DataFrame") as told:
        check_table(table, name="table")
    way = str(told.value).partition("Make it one with ")[2].rstrip(".")
    made = eval(way, {"geopandas": gpd, "table": table})  # noqa: S307 - as a reader would paste it
    assert made.crs == "EPSG:3011"
    assert made.geometry.x.tolist() == table["easting"].tolist()


@pytest.mark.parametrize("crs", ["EPSG:3011", 3011, "3011", gpd.GeoSeries(crs=3011).crs])
def test_a_table_says_what_its_columns_are_in(crs):
    table = few(easting=[150_000.0] * 3, crs=crs)
    assert read(table).crs == "EPSG:3011"
    assert eg.to_sites(table).crs == "EPSG:3011"
    area = box_area(149_000, SOUTH, 151_000, SOUTH + 1000).set_crs(3011, allow_override=True)
    result = eg.assign_districts(table, area)
    assert result.attrs["crs"] == crs
    assert result["district_id"].tolist() == ["a"] * 3
    with pytest.raises(eg.CRSError, match="`incidents` is in SWEREF99 18 00 but `districts` in"):
        eg.assign_districts(table, DISTRICTS)


@pytest.mark.parametrize(
    ("crs", "text"),
    [
        ("metres", "`incidents.attrs\\['crs'\\]` is 'metres', which is no CRS that is known"),
        (4326, "`incidents` is in degrees .WGS 84., metres are needed"),
        (3857, "`incidents` is in Web Mercator"),
        (2274, "`incidents` is in US survey foot"),
    ],
)
def test_a_crs_in_which_no_length_can_be_measured_is_refused(crs, text):
    with pytest.raises(eg.CRSError, match=text):
        read(few(crs=crs))


def test_a_table_that_says_nothing_is_taken_as_sweref_99_tm_and_the_log_says_so(caplog):
    caplog.set_level("INFO", logger="est_geo")
    blank = few(easting=[WEST, 0.0, np.nan], northing=[SOUTH, 0.0, np.nan])
    assert read(blank, unplaced=True).crs == "EPSG:3006"
    assert "`incidents` taken as SWEREF 99 TM (EPSG:3006)" in caplog.text
    assert "incidents.attrs['crs'] =" in caplog.text
    caplog.clear()
    read(few(crs=3006))
    assert caplog.text == "", "what the table says is no choice of ours"


def test_nothing_is_taken_of_points_that_cannot_be_in_sweden():
    with pytest.raises(eg.CRSError, match=r"3 of 3 rows that cannot be in SWEREF 99 TM .*attrs"):
        read(few(easting=[150_000.0] * 3))
    with pytest.raises(eg.CRSError, match=r"1 of 3 rows that cannot be .* the first is row 'P-2'"):
        read(few(northing=[SOUTH, SOUTH, 59.4]))
    with pytest.raises(eg.CRSError, match="3 of 3 rows that cannot be"):
        read(few(easting=[18.0] * 3, northing=[59.0] * 3))
    # The same columns are taken as what they are said to be.
    assert read(few(easting=[150_000.0] * 3, crs=3011)).crs == "EPSG:3011"


def test_swapped_columns_are_told_from_others():
    table = few().rename(columns={"easting": "northing", "northing": "easting"})
    with pytest.raises(eg.CRSError, match="3 of 3 rows with the northing as `easting`"):
        eg.to_sites(table)
    one = few(easting=[WEST, SOUTH, 0.0], northing=[SOUTH, WEST, 0.0])
    with pytest.raises(eg.CRSError, match=r"1 of 3 rows with the northing .* first is row 'P-1'"):
        eg.assign_districts(one, DISTRICTS)


def test_a_geodataframe_has_its_geometry_whatever_columns_it_has_besides():
    table = few()
    points = with_points(table).assign(easting=1.0, northing="x")
    np.testing.assert_array_equal(read(points).xy, table[["easting", "northing"]].to_numpy())
