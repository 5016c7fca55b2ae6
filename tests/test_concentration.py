"""How few addresses hold half: other people's numbers, a slow reference, and all addresses."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from est_geo.schema import CONCENTRATION, KIND_DTYPE, LORENZ_POINTS, names

COUNTS = (22, 18, 17, 12, 11, 8, 6, 3, 2, 1)


def units(*n):
    return pd.DataFrame({"n": np.array(n, dtype=np.int64)})


def points(*xy, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=shapely.points(np.array(xy, dtype=float).reshape(-1, 2)), crs=3006
    )


def naive(counts):
    """By the definitions, one unit at a time: Gini as the mean of all absolute differences."""
    n, c = len(counts), sum(counts)
    gini = sum(abs(a - b) for a in counts for b in counts) / (2 * n * c)
    general = max(1, n / c) * (gini - 1) + 1
    m = min(n, c)

    def needed(share):
        held, ordered = 0, sorted(counts, reverse=True)
        for number, count in enumerate(ordered, start=1):
            held += count
            if held >= share * c:
                return number
        raise AssertionError

    unbiased = general * m / (m - 1) if m > 1 else np.nan
    return needed(0.25), needed(0.5), gini, general, unbiased


def test_a_quarter_and_half_of_ten_addresses():
    row = eg.concentration(units(*COUNTS), register=10).iloc[0]
    assert (row["units_50"], row["share_50"]) == (3, 0.3)
    assert (row["units_25"], row["share_25"]) == (2, 0.2)


@pytest.mark.parametrize(
    ("counts", "gini", "general", "unbiased"),
    [  # Bernasco & Steenbeek (2017), R package lorenzgini
        ((10, 8, 2), 0.78, 0.78, 0.78 * 10 / 9),
        ((5, 2, 1), 0.8, 0.75, 0.857143),
        ((10,), 0.9, 0.9, 1.0),
        ((3, 1, 1), 0.78, 0.56, 0.7),
    ],
)
def test_the_generalised_gini_is_that_of_its_authors(counts, gini, general, unbiased):
    row = eg.concentration(units(*counts), register=10).iloc[0]
    assert row["gini"] == pytest.approx(gini)
    assert row["gini_generalised"] == pytest.approx(general)
    assert row["gini_unbiased"] == pytest.approx(unbiased, abs=5e-7)


def test_the_table_is_as_the_schema_says():
    table = eg.concentration(units(3, 1), register=5)
    assert table.columns.tolist() == names(CONCENTRATION)
    assert {c.name: str(table[c.name].dtype) for c in CONCENTRATION} == {
        c.name: KIND_DTYPE[c.kind] for c in CONCENTRATION
    }


def test_without_a_register_it_is_marked_inflated():
    alone = eg.concentration(units(5, 2, 1)).iloc[0]
    among_all = eg.concentration(units(5, 2, 1), register=10).iloc[0]
    assert (alone["inflated"], among_all["inflated"]) == (True, False)
    assert alone["share_50"] == pytest.approx(1 / 3)
    assert among_all["share_50"] == pytest.approx(1 / 10)


def test_a_register_smaller_than_what_is_seen_is_said_and_counted(caplog):
    with caplog.at_level(logging.WARNING):
        table = eg.concentration(units(5, 2, 1), register=2)
    assert table[["units", "inflated"]].iloc[0].tolist() == [3, True]
    assert table.attrs["concentration"]["not_in_register"] == 1
    assert "lacks 1 of the sites" in caplog.text


def test_a_table_of_addresses_is_joined_by_site_and_places_are_passed_over(caplog):
    sites = points((10.2, 0), (500, 500), n=[4, 1])
    register = points(
        (9.9, 0.3), (10, 0), (20, 0), (30, 0), (40, 0),
        kind=["address", "address", "address", "address", "place"],
    )  # fmt: skip
    with caplog.at_level(logging.WARNING):
        table = eg.concentration(sites, register=register)
    # Two register rows share the site 10, 0; 20 and 30 are empty; 500, 500 is not in the register.
    assert table["units"].tolist() == [4]
    assert table.attrs["concentration"] == {"units_from": "register", "not_in_register": 1}
    assert table["inflated"].tolist() == [False]


def test_by_district_each_is_measured_alone_and_one_without_incidents_is_listed():
    register = points(
        *((x, 0) for x in range(6)),
        district_id=["1", "1", "1", "2", "2", "3"],
        district=["Ett", "Ett", "Ett", "Två", "Två", "Tre"],
    )
    sites = points(
        (0, 0), (1, 0), (3, 0),
        n=[3, 1, 2], district_id=["1", "1", "2"], district=["Ett", "Ett", "Två"],
    )  # fmt: skip
    table = eg.concentration(sites, register=register, by_district=True)
    assert table["district"].fillna("-").tolist() == ["-", "Ett", "Två", "Tre"]
    assert table["units"].tolist() == [6, 3, 2, 1]
    assert table["incidents"].tolist() == [6, 4, 2, 0]
    assert table["units_50"].tolist() == [1, 1, 1, 0]
    alone = eg.concentration(units(3, 1, 0)).iloc[0]
    assert table.loc[1, "gini_unbiased"] == alone["gini_unbiased"]
    assert table.loc[3, ["share_50", "gini", "gini_generalised", "gini_unbiased"]].isna().all()


def test_nothing_and_one():
    nothing = eg.concentration(units(), register=10).iloc[0]
    assert (nothing["units"], nothing["incidents"], nothing["units_50"]) == (10, 0, 0)
    assert np.isnan([nothing["share_50"], nothing["gini_generalised"]]).all()
    none_at_all = eg.concentration(units()).iloc[0]
    assert (none_at_all["units"], np.isnan(none_at_all["share_50"])) == (0, True)
    one = eg.concentration(units(1), register=10).iloc[0]
    assert (one["units_50"], np.isnan(one["gini_unbiased"])) == (1, True)
    assert one["gini_generalised"] == pytest.approx(0, abs=1e-14)
    empty = points(n=np.array([], dtype=np.int64))
    assert eg.concentration(empty, register=points((1, 1))).iloc[0]["units"] == 1


def test_what_is_no_count_is_refused():
    with pytest.raises(eg.InputError, match=r"`n` that are not whole numbers"):
        eg.concentration(pd.DataFrame({"n": [0.5]}))
    with pytest.raises(eg.InputError, match="negative `n`"):
        eg.concentration(units(-1))
    with pytest.raises(eg.InputError, match="`register` must be a whole number of at least 1"):
        eg.concentration(units(1), register=0)
    with pytest.raises(eg.InputError, match="does not say how many addresses each district has"):
        eg.concentration(
            units(1).assign(district_id="a", district="A"), register=9, by_district=True
        )
    with pytest.raises(eg.InputError, match=r"`sites` lacks 2 column\(s\): district_id, district"):
        eg.concentration(units(1), by_district=True)
    with pytest.raises(eg.InputError, match=r"`register` lacks 2 column\(s\)"):
        eg.concentration(
            points((0, 0), n=[1], district_id=["a"], district=["A"]),
            register=points((0, 0)),
            by_district=True,
        )
    with pytest.raises(eg.CRSError, match="Convert one"):
        eg.concentration(
            points((0, 0), n=[1]), register=points((0, 0)).set_crs(3011, allow_override=True)
        )


GROUPS = st.lists(
    st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(sum), min_size=1, max_size=4
)


@settings(deadline=None)
@given(GROUPS, st.randoms(use_true_random=False))
def test_every_district_is_as_by_the_definition(groups, random):
    rows = [(str(d), n) for d, counts in enumerate(groups) for n in counts]
    random.shuffle(rows)
    table = pd.DataFrame(rows, columns=["district_id", "n"])
    table["district"] = table["district_id"]
    result = eg.concentration(table, by_district=True)
    columns = ["units_25", "units_50", "gini", "gini_generalised", "gini_unbiased"]
    everything = [n for counts in groups for n in counts]
    for row, counts in zip(result[columns].to_numpy(), [everything, *groups], strict=True):
        assert row == pytest.approx(naive(counts), nan_ok=True, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(sum), st.integers(1, 50))
def test_as_even_as_can_be_is_zero_and_adding_empty_addresses_keeps_the_generalised_one(n, more):
    # With at least as many addresses as incidents, further empty ones change G but not G'.
    enough = max(len(n), sum(n))
    first = eg.concentration(units(*n), register=enough).iloc[0]
    second = eg.concentration(units(*n), register=enough + more).iloc[0]
    assert second["gini_generalised"] == pytest.approx(first["gini_generalised"], abs=1e-12)
    even = eg.concentration(units(*[1] * more), register=more + len(n)).iloc[0]
    assert even["gini_generalised"] == pytest.approx(0, abs=1e-12)


# Lorenz points


def test_lorenz_points_go_from_nothing_to_all_with_a_corner_where_the_count_changes():
    table = eg.lorenz_points(units(4, 1, 1, 2), register=8)
    assert table.columns.tolist() == names(LORENZ_POINTS)
    assert table.to_numpy().tolist() == [[0, 0], [1 / 8, 0.5], [2 / 8, 0.75], [4 / 8, 1], [1, 1]]
    assert table.attrs["lorenz_points"]["inflated"] is False
    alone = eg.lorenz_points(units(2, 2))
    assert alone.to_numpy().tolist() == [[0, 0], [1, 1]]
    assert alone.attrs["lorenz_points"]["inflated"] is True
    assert len(eg.lorenz_points(units(), register=3)) == 0


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(sum))
def test_the_area_under_the_lorenz_curve_is_that_of_gini(n):
    curve = eg.lorenz_points(units(*n)).to_numpy()
    area = np.trapezoid(curve[:, 1], curve[:, 0])
    assert 2 * area - 1 == pytest.approx(eg.concentration(units(*n))["gini"].iloc[0], abs=1e-12)
