import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import est_geo as eg


@pytest.fixture(scope="module")
def example():
    return eg.make_example()


def test_the_same_seed_gives_the_same_example(example):
    again = eg.make_example()
    pd.testing.assert_frame_equal(again.incidents, example.incidents)
    pd.testing.assert_frame_equal(pd.DataFrame(again.planted), pd.DataFrame(example.planted))
    assert not eg.make_example(seed=1).incidents.equals(example.incidents)


def test_it_is_a_year_of_about_six_thousand(example):
    assert 5_500 < len(example.incidents) < 6_500
    dates = pd.to_datetime(example.incidents["datum"], errors="coerce")
    assert dates.isna().sum() == example.flaws["unreadable date"]
    assert dates.min() >= pd.Timestamp("2025-11-24")
    assert dates.max() < pd.Timestamp("2026-11-23")
    assert example.incidents["ärendenr"].is_unique


def test_every_address_lies_in_its_district_and_is_written_once(example):
    assert example.register["address"].is_unique
    polygons = example.districts.set_index("district_id").geometry[example.register["district_id"]]
    assert shapely.covers(polygons.to_numpy(), example.register.geometry.to_numpy()).all()


def test_what_is_planted_is_in_the_data_and_well_apart(example):
    planted = example.planted
    assert planted["kind"].value_counts().to_dict() == {"address": 10, "place": 5}
    per_address = example.incidents["adress"].value_counts()
    addresses = planted[planted["kind"] == "address"]
    assert (per_address[addresses["name"]].to_numpy() >= addresses["n"]).all()
    centres = shapely.get_coordinates(planted.centroid.to_numpy())
    distance = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    assert distance[~np.eye(len(planted), dtype=bool)].min() > 200


def test_the_library_finds_what_was_planted(example, tmp_path):
    files = example.write(tmp_path)
    intake = eg.read_incidents(files["incidents"], crs=3006)
    assert len(intake.rejected) == example.flaws["unreadable date"]
    picture = eg.build_picture(intake.incidents, example.districts, outside="keep")
    assert picture.counts["at_null_island"] == example.flaws["coordinate 0, 0"]
    assert picture.counts["outside"] == example.flaws["outside"] + example.flaws["coordinate 0, 0"]
    assert picture.counts["unplaced"] == example.flaws["no coordinate"]
    compared = example.compare(picture.addresses, picture.places)
    addresses = compared[compared["kind"] == "address"]
    assert (addresses["rank"] <= 30).sum() >= 9, "nine of ten among the first thirty"
    # A few rows are spoilt on purpose, and background incidents come on top.
    assert (addresses["found"] >= addresses["planted"] - 3).all()
    places = compared[compared["kind"] == "place"]
    assert places["found"].notna().all()
    assert (places["found"] >= places["planted"] - 3).all()


def test_compare_says_when_nothing_was_found(example):
    compared = example.compare(
        eg.recurring_addresses(_one_incident(), min_incidents=99),
        eg.problem_places(eg.to_sites(_one_incident())),
    )
    assert compared["found"].isna().all()
    assert compared["rank"].isna().all()


def test_a_place_that_covers_less_than_half_of_the_planted_one_has_not_found_it(example):
    place = example.planted[example.planted["kind"] == "place"].iloc[0]
    points = shapely.get_parts(place.geometry)
    for share, found in ((0.4, False), (0.6, True)):
        part = shapely.multipoints(points[: round(share * len(points))]).buffer(1)
        places = gpd.GeoDataFrame({"n": [9], "place_id": [1]}, geometry=[part], crs=3006)
        addresses = eg.recurring_addresses(_one_incident(), min_incidents=99)
        compared = example.compare(addresses, places)
        assert compared.loc[compared["name"] == place["name"], "found"].notna().tolist() == [found]


@pytest.mark.parametrize("seed", [-1, 1.5, "x"])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(eg.InputError, match="`seed` must be a whole number of at least 0"):
        eg.make_example(seed=seed)


def _one_incident():
    from builders import incidents_at

    return incidents_at([(667_000, 6_591_000)])
