import logging

import numpy as np
import pytest
import shapely

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.analysis import bandwidth as rules
from est_geo.analysis.bandwidth import auto_bandwidth, radius_by_rule

# METHODS 2's eight points; expected numbers were computed independently, the last two by R's MASS.
EASTING = np.array([200, 400, 400, 500, 700, 900, 1000, 1400], dtype=float)
NORTHING = np.array([100, 220, 310, 150, 400, 90, 380, 260], dtype=float)
ONES = np.ones(8)


@pytest.mark.parametrize(
    ("n", "area_km2", "error", "expected"),
    [
        (6000, 58, 0, 75),  # 0.17·√(58e6/6000) = 16.7, held at the smallest
        (100, 58, 0, 125),  # 129.5
        (36, 58, 0, 225),  # 215.8
        (1, 58, 0, 1000),  # 1294.7, held at the largest
        (6000, 58, 50, 200),  # four times the error
    ],
)
def test_automatic_bandwidth(n, area_km2, error, expected):
    assert auto_bandwidth(n, area_m2=area_km2 * 1e6, error_m=error) == expected


def test_numbers_of_the_usual_rules():
    assert rules.standard_distance(EASTING, NORTHING, ONES) == pytest.approx(385.6549, abs=5e-5)
    assert rules.median_distance(EASTING, NORTHING, ONES) == pytest.approx(292.1540, abs=5e-5)
    assert radius_by_rule("arcgis", EASTING, NORTHING, ONES) == pytest.approx(208.3645, abs=5e-5)
    assert rules.scott_sigma(EASTING, ONES) == pytest.approx(278.8689, abs=5e-5)
    assert rules.scott_sigma(NORTHING, ONES) == pytest.approx(84.9737, abs=5e-5)
    # bandwidth.nrd gives four times the standard deviation of the kernel it stands for.
    assert 4 * rules.normal_reference_sigma(EASTING, ONES) == pytest.approx(1095.979, abs=5e-4)
    assert 4 * rules.normal_reference_sigma(NORTHING, ONES) == pytest.approx(336.161, abs=5e-4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("scott", 8**0.5 * (278.8689 * 84.9737) ** 0.5),
        ("normal_reference", 8**0.5 / 4 * (1095.979 * 336.161) ** 0.5),
    ],
)
def test_rules_of_two_axes_become_one_radius_of_the_same_spread(rule, expected):
    assert radius_by_rule(rule, EASTING, NORTHING, ONES) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rule", ["arcgis", "scott", "normal_reference"])
def test_a_site_of_many_is_as_many_incidents(rule):
    rng = np.random.default_rng(3)
    for _ in range(20):
        number = rng.integers(0, 6, 8)
        number[:2] = 1
        copies = np.repeat(EASTING, number), np.repeat(NORTHING, number)
        apart = radius_by_rule(rule, *copies, np.ones(number.sum()))
        assert radius_by_rule(rule, EASTING, NORTHING, number.astype(float)) == pytest.approx(apart)


@pytest.mark.parametrize("rule", ["arcgis", "scott", "normal_reference"])
def test_rules_need_incidents_that_spread(rule):
    one_place = np.full(3, 7.0)
    for number in ([1.0], [1.0, 1.0, 1.0]):
        n = len(number)
        with pytest.raises(eg.InputError, match=f'rule "{rule}" needs incidents that spread'):
            radius_by_rule(rule, one_place[:n], one_place[:n], np.array(number))


def test_kde_takes_rules_by_name_and_announces_what_they_chose(caplog):
    caplog.set_level(logging.INFO, logger="est_geo")
    sites = eg.to_sites(incidents_at(np.column_stack([EASTING, NORTHING])))
    area = box_area(0, 0, 1600, 600)
    density = eg.kde(sites, within=area, bandwidth_m="arcgis", cell_m=50)
    assert density.bandwidth_m == pytest.approx(208.3645, abs=5e-5)
    assert "bandwidth_m=208.364 chosen from 8 incidents" in caplog.text
    assert eg.kde(sites, within=area, bandwidth_m="arcgis", cell_m=250).bandwidth_m == 250


def test_auto_counts_the_incidents_inside_and_not_their_severity():
    inside = np.tile([[800.0, 300.0]], (4, 1))
    outside = np.tile([[5000.0, 300.0]], (400, 1))
    sites = eg.to_sites(incidents_at(np.vstack([inside, outside]), weight=np.full(404, 50.0)))
    # 0.17·√(9.6e6/404) = 26.2 m, held at 75.
    assert eg.kde(sites, within=box_area(0, 0, 16000, 600), cell_m=50).bandwidth_m == 75
    # 0.17·√(1.44e6/4) = 102 m, rounded to 100.
    assert eg.kde(sites, within=box_area(0, 0, 2400, 600), cell_m=50).bandwidth_m == 100


def test_auto_is_the_same_of_incidents_and_of_their_sites():
    incidents = incidents_at([(800, 300)] * 3 + [(900, 300)], weight=[30.0, 20.0, 1.0, 1.0])
    area = box_area(0, 0, 2400, 600)
    for table in (incidents, eg.to_sites(incidents)):
        assert eg.kde(table, within=area, cell_m=50).bandwidth_m == 100
    # Without dates and without `n` there is only the weight: 0.17·√(1.44e6/52) = 28.3 m, held.
    bare = incidents.drop(columns="occurred_from")
    assert eg.kde(bare, within=area, cell_m=50).bandwidth_m == 75


def test_auto_leaves_out_incidents_beside_a_study_area_that_is_no_rectangle():
    area = box_area(0, 0, 2400, 1200)
    half = area.assign(geometry=[shapely.Polygon([(0, 0), (2400, 0), (0, 1200)])])
    places = [(300, 300)] * 4 + [(2300, 1100)] * 400
    # 0.17·√(1.44e6/4) = 102 m inside; with the others it would be held at 75 m.
    assert eg.kde(incidents_at(places), within=half, cell_m=50).bandwidth_m == 100


def test_a_number_of_incidents_that_is_none_is_refused():
    sites = eg.to_sites(incidents_at([(800, 300), (900, 300)]))
    with pytest.raises(eg.InputError, match="1 of 2 rows whose `n` is not a finite number"):
        eg.kde(sites.assign(n=[1, np.nan]), within=box_area(0, 0, 2400, 600), cell_m=50)


@pytest.mark.parametrize(
    ("errors", "number", "expected"),
    [
        ([10, 0, 30, 20], [1, 1, 1, 1], 20),
        ([10, 0, 30, 20], [1, 9, 1, 1], 0),
        ([30, np.nan], [1, 1], 30),
        ([30, np.nan], [1, 2], 0),
        ([], [], 0),
        ([30], [0], 0),
    ],
)
def test_the_usual_error_is_that_of_half_the_incidents(errors, number, expected):
    assert rules.usual_error(np.array(errors, float), np.array(number, float)) == expected


def test_auto_is_never_under_four_times_the_error_of_the_coordinates(caplog):
    caplog.set_level(logging.INFO, logger="est_geo")
    places, area = [(800, 300)] * 3 + [(900, 300), (5000, 300)], box_area(0, 0, 2400, 600)
    for errors, radius in (([0, 0, 0, 50, 99], 100), ([0, 45, 45, 50, 99], 180)):
        incidents = incidents_at(places, uncertainty_m=errors, duplicate_of=None)
        assert eg.kde(incidents, within=area, cell_m=50).bandwidth_m == radius
    assert "from 4 incidents over 1.4 km², whose coordinates are usually 45 m off" in caplog.text
    repeated = incidents_at(
        places, uncertainty_m=[0, 45, 45, 50, 0], duplicate_of=[None, "a", "a", None, None]
    )
    unknown = incidents_at(places, uncertainty_m=[None, "okänd", None, 90, 90])
    assert eg.kde(unknown, within=area, cell_m=50).bandwidth_m == 100
    # Of the two that count, half are 50 m off.
    assert eg.kde(repeated, within=area, cell_m=50).bandwidth_m == 200
    assert eg.kde(incidents_at(places, uncertainty_m=90.0), within=area, bandwidth_m=100, cell_m=50
                  ).bandwidth_m == 100  # fmt: skip
