"""Choosing the CRS in metres, and the check numbers of Sollentuna's centre."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from est_geo.errors import CRSError
from est_geo.geography.crs import has_usable_crs, plane, working_crs

SOLLENTUNA = (17.9515, 59.4281)


def points(xy, crs):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.transpose(xy)), crs=crs)


@pytest.mark.parametrize(
    ("epsg", "easting", "northing"),
    [
        (3006, 667_425.12, 6_591_436.90),  # SWEREF 99 TM
        (3011, 147_247.13, 6_590_359.93),  # SWEREF 99 18 00
        (3021, 1_621_814.24, 6_591_690.88),  # RT 90 2.5 gon V: itself only true to some decimetres
    ],
)
def test_sollentuna_centre_has_its_known_coordinates(epsg, easting, northing):
    # Half a unit of the last decimal written; always_xy gives east, north though all three
    # declare north, east.
    found = Transformer.from_crs(4326, epsg, always_xy=True).transform(*SOLLENTUNA)
    assert found == pytest.approx((easting, northing), abs=0.005)
    frame = points([SOLLENTUNA], 4326).to_crs(epsg)
    assert shapely.get_coordinates(frame.geometry.array)[0] == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize("epsg", [3006, 3011, 3021, 32615])
def test_a_metric_crs_is_kept(epsg):
    assert working_crs(points([(500_000, 6_500_000)], epsg)) == CRS.from_epsg(epsg)


@pytest.mark.parametrize(
    ("lonlat", "crs", "epsg"),
    [
        (SOLLENTUNA, 4326, 3006),
        ((20.23, 67.86), 4326, 3006),  # Kiruna
        ((13.0, 55.6), 4619, 3006),  # Malmö in SWEREF 99 degrees
        ((-89.9, 35.1), 4326, 32616),  # Memphis
        ((-93.3, 45.0), 4269, 32615),  # Minneapolis in NAD 83
        ((151.2, -33.9), 4326, 32756),  # Sydney
        ((24.94, 60.17), 4326, 32635),  # Helsinki lies outside the box
    ],
)
def test_degrees_get_sweref_in_sweden_and_utm_elsewhere(lonlat, crs, epsg):
    assert working_crs(points([lonlat], crs)).to_epsg() == epsg


def test_web_mercator_and_feet_are_not_kept():
    assert working_crs(points([SOLLENTUNA], 4326).to_crs(3857)).to_epsg() == 3006
    tennessee_in_feet = points([(-89.9, 35.1)], 4326).to_crs(2274)
    assert working_crs(tennessee_in_feet).to_epsg() == 32616


def test_strays_and_blanks_do_not_decide():
    table = points([SOLLENTUNA, SOLLENTUNA, *[(0, 0), (np.inf, np.inf)] * 3], 4326)
    table.loc[len(table), "geometry"] = None
    assert working_crs(table).to_epsg() == 3006


def test_a_table_without_coordinates_gets_the_crs_of_sweden():
    nothing = gpd.GeoDataFrame(geometry=[None, shapely.Point()], crs=4326)
    assert working_crs(nothing).to_epsg() == 3006


def test_a_crs_in_other_words_is_recognised():
    esri = CRS.from_wkt(CRS.from_epsg(3006).to_wkt("WKT1_ESRI"))
    assert esri != CRS.from_epsg(3006)
    assert working_crs(points([(667_425, 6_591_437)], esri)) == CRS.from_epsg(3006)
    assert plane(CRS.from_epsg(5845)) == CRS.from_epsg(3006)  # SWEREF 99 TM + RH2000 heights


def test_no_crs_is_refused_with_a_remedy():
    with pytest.raises(CRSError, match=r"`rows` has no CRS, so its 1 coordinates .* 3006"):
        working_crs(points([(1, 2)], None), name="rows")
    drawing = CRS.from_wkt(
        'ENGCRS["undefined",EDATUM["unknown"],CS[Cartesian,2],'
        'AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
    )
    moon = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=15 +a=1737400 +b=1737400 +units=m +type=crs")
    for nowhere in (drawing, moon):
        with pytest.raises(CRSError, match="`table` has no CRS"):
            working_crs(points([(1, 2)], nowhere))
        assert not has_usable_crs(points([(1, 2)], nowhere))


def test_metres_that_claim_to_be_degrees_are_refused():
    wrong = points([(667_425, 6_591_437)], 4326)
    assert not has_usable_crs(wrong)
    with pytest.raises(CRSError, match=r"says its coordinates are degrees.*667425, 6591437"):
        working_crs(wrong)


def test_the_poles_have_no_utm_zone():
    with pytest.raises(CRSError, match=r"outside every UTM zone.*latitude 89.0"):
        working_crs(points([(0.5, 89.0)], 4326))
