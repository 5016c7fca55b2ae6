"""What is read of points at the door, and which rows are refused there."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from est_geo.checks import read_points
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
