"""What is read of points at the door, and which rows are refused there."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.checks import check_finite_weights, read_points
from est_geo.errors import InputError

FEW, MANY = 5, 150_000  # rows; so many are read in threads, each some thousands at a time


def table(n, last):
    xy = np.random.default_rng(n).uniform(0, 1e6, (n - 1, 2))
    shapes = np.append(shapely.points(xy), last)
    return gpd.GeoDataFrame(geometry=shapes, crs=3006), xy


@pytest.mark.parametrize("n", [FEW, MANY])
@pytest.mark.parametrize("last", [shapely.Point(-0.0, 7e6), shapely.Point(1, 2, 3)])
def test_coordinates_are_those_of_the_points(n, last):
    points, xy = table(n, last)
    found, there, _ = read_points(points, name="incidents")
    np.testing.assert_array_equal(found, np.vstack([xy, [[last.x, last.y]]]))
    assert there.all()


@pytest.mark.parametrize("n", [FEW, MANY])
@pytest.mark.parametrize("last", [None, shapely.Point(), shapely.GeometryCollection()])
def test_a_row_without_a_shape_is_let_through_when_asked(n, last):
    points, xy = table(n, last)
    if last is None or last.geom_type == "Point":
        found, there, _ = read_points(points, name="incidents", unplaced=True)
        np.testing.assert_array_equal(found, np.vstack([xy, [[np.nan, np.nan]]]))
        assert there.tolist() == [True] * (n - 1) + [False]
    with pytest.raises(
        InputError, match=f"1 of {n} rows without a point; the first is row {n - 1}"
    ):
        read_points(points, name="incidents")


@pytest.mark.parametrize("n", [FEW, MANY])
@pytest.mark.parametrize(
    "last",
    [
        shapely.LineString([(1, 1), (1, 1)]),
        shapely.MultiPoint([(1, 1)]),
        shapely.GeometryCollection([shapely.Point(1, 1)]),
        shapely.box(0, 0, 1, 1),
    ],
    ids=lambda shape: shape.geom_type,
)
def test_what_is_no_point_is_refused_also_without_extent(n, last):
    points, _ = table(n, last)
    for unplaced in (True, False):
        with pytest.raises(InputError, match=f"1 of {n} rows whose geometry is not a point"):
            read_points(points, name="incidents", unplaced=unplaced)


@pytest.mark.parametrize("n", [FEW, MANY])
@pytest.mark.parametrize("bad", [(np.inf, 1), (1, -np.inf), (np.nan, 1), (1, np.nan)])
def test_coordinates_that_are_not_finite_are_refused(n, bad):
    points, _ = table(n, shapely.Point(*bad))
    with pytest.raises(InputError, match=f"1 of {n} rows with a coordinate that is not a finite"):
        read_points(points, name="incidents", unplaced=True)


@pytest.mark.parametrize(
    "weights",
    [
        np.ones(3, "float32"),
        np.array([1, 2.5, 0], object),
        [True, False, True],
        ["1", "2", "0.5"],
        pd.array([1, 2, 3], dtype="Int64"),
        pd.array([1, 2, 3], dtype="Float64"),
        pd.Categorical([1, 2, 2]),
        [1e100, 1e-100, 0],
    ],
)
def test_weights_of_any_type_that_holds_numbers_are_taken(weights):
    check_finite_weights(pd.DataFrame({"weight": weights}), name="sites")


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        ([1, "Anna Svensson", 2], "1 of 3 rows whose `weight` is not a finite number; the first"),
        (["1", "2", None], "1 of 3 rows whose `weight` is not a finite number"),
        ([1, None, "x"], "2 of 3 rows whose `weight` is not a finite number"),
        (pd.array([1, 2, pd.NA], dtype="Int64"), "1 of 3 rows whose `weight` is not a finite"),
        (pd.Categorical(["a", "b", "b"]), "3 of 3 rows whose `weight` is not a finite number"),
        (pd.date_range("2026-01-01", periods=3), "3 of 3 rows whose `weight` is not a finite"),
        (pd.to_timedelta([1, 2, 3], unit="h"), "3 of 3 rows whose `weight` is not a finite"),
        ([pd.Timestamp("2026-01-01"), 1, 2], "1 of 3 rows whose `weight` is not a finite number"),
        ([1j, 1, 2], "3 of 3 rows whose `weight` is not a finite number"),
        ([1, 1e101, 1], "1 of 3 rows whose `weight` is neither 0 nor between 1e-100 and 1e100"),
        ([1, 5e-324, 0], "1 of 3 rows whose `weight` is neither 0 nor between 1e-100 and 1e100"),
        ([1, -1e101, 1], "1 of 3 rows with a negative `weight`"),
    ],
)
def test_what_is_no_weight_is_refused_without_being_repeated(weights, text):
    table = pd.DataFrame({"weight": weights})
    with pytest.raises(InputError, match=text) as refused:
        check_finite_weights(table, name="sites")
    assert "Anna" not in str(refused.value)


def test_a_row_of_an_index_of_several_levels_is_named():
    table = pd.DataFrame({"weight": [1, -1]}, index=pd.MultiIndex.from_product([["v47"], [1, 2]]))
    with pytest.raises(InputError, match="the first is row 'v47, 2'"):
        check_finite_weights(table, name="sites")


def test_a_table_whose_geometry_is_not_said_is_refused():
    with pytest.raises(InputError, match=r"`sites` has no geometry: none of its 1 column"):
        read_points(gpd.GeoDataFrame({"a": [1]}), name="sites")


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "UTC"])
@pytest.mark.parametrize(
    "call",
    [
        eg.to_sites,
        eg.count_by_site,
        eg.time_profile,
        lambda incidents: eg.deviations(incidents.assign(district_id="a", district="A")),
        lambda incidents: eg.problem_places(
            eg.to_sites(incidents.drop(columns="occurred_from")), incidents=incidents
        ),
    ],
)
def test_times_with_a_time_zone_are_refused_and_never_read_as_another_hour(call, zone):
    times = pd.date_range("2026-06-01 00:30", periods=6, freq="h", tz=zone)
    incidents = incidents_at([(1, 1)] * 6).assign(occurred_from=times)
    text = rf"`incidents` has 6 rows with a time zone \({zone}\) in `occurred_from`; local times"
    with pytest.raises(InputError, match=text):
        call(incidents)
    local = times.tz_convert("Europe/Stockholm").tz_localize(None)
    call(incidents.assign(occurred_from=local))


@pytest.mark.parametrize("column", ["weight", "occurred_from", "district_id"])
def test_a_column_of_ours_that_stands_there_twice_is_refused(column):
    points, _ = table(FEW, shapely.Point(1, 2))
    points = points.assign(weight=1.0, occurred_from=pd.NaT, district_id="1", note="")
    text = rf"`incidents` has 1 column\(s\) more than once: {column}\. Drop or rename"
    with pytest.raises(InputError, match=text):
        eg.to_sites(pd.concat([points, points[[column]]], axis=1))
    # What we do not read may be there as often as anyone likes.
    again = pd.concat([points, points[["note"]]], axis=1)
    assert len(eg.to_sites(again)) == len(eg.to_sites(points))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda points: eg.kde(points, within=box_area(0, 0, 9, 9), adaptive="no"), "adaptive"),
        (lambda points: eg.concentration(points, by_district=0), "by_district"),
        (lambda points: eg.recurring_addresses(points, by_category="nej"), "by_category"),
        (lambda _: eg.read_districts("finns-inte.gpkg", mend="nej"), "mend"),
        (lambda _: eg.read_gazetteer("finns-inte.gpkg", cache="nej"), "cache"),
    ],
)
def test_a_word_is_not_taken_for_true(call, name):
    points = incidents_at([(1, 1)]).assign(occurred_from=pd.Timestamp("2026-01-01"))
    with pytest.raises(InputError, match=f"`{name}` must be True or False, not "):
        call(points)
