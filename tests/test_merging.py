"""Rows at the same place made one: against a dictionary, whatever the number of rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo import compiled
from est_geo.sites import merging
from est_geo.sites.grouping import earliest, latest, most_frequent
from est_geo.sites.merging import merge_places

COORDINATE = st.sampled_from([0.0, -0.0, 1.0, 0.5, 7e6, 7e6 + 1, -3.25])


def rows_of(found):
    """Place of each row."""
    return found.of_rows(np.arange(len(found.first))).tolist()


def by_dictionary(xy, weight):
    """Places in the order in which they come, by the definition."""
    places, total, of_row = {}, [], []
    for row, (x, y) in enumerate(xy):
        place = places.setdefault((x + 0.0, y + 0.0), (len(places), row))[0]
        if place == len(total):
            total.append(0.0)
        total[place] += weight[row]
        of_row.append(place)
    return [row for _, row in places.values()], total, of_row


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(0, 5)), min_size=1, max_size=60))
def test_places_are_those_of_a_dictionary(rows):
    xy, weight = np.array([row[:2] for row in rows]), np.array([row[2] for row in rows], float)
    found = merge_places(xy, weight)
    first, total, of_row = by_dictionary(xy, weight)
    assert found.first.tolist() == first
    assert found.weight.tolist() == total
    assert rows_of(found) == of_row
    ones = merge_places(xy, None)
    np.testing.assert_array_equal(ones.weight, np.bincount(of_row))


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("addresses", [1, 700, 90_000])
def test_many_rows_in_pieces_are_numbered_as_without(monkeypatch, addresses, workers):
    monkeypatch.setattr(compiled, "cores", lambda: workers)
    rng = np.random.default_rng(addresses)
    at = rng.integers(0, addresses, 130_001) ** 2 // addresses
    xy = np.column_stack([at % 300, at // 300]) * 0.1 + 6.6e6
    weight = rng.integers(1, 4, len(xy)).astype(float)
    found = merge_places(xy, weight, distinct=1)
    first, total, of_row = by_dictionary(xy, weight)
    assert found.first.tolist() == first
    assert found.weight.tolist() == total
    assert rows_of(found) == of_row


def test_sums_do_not_depend_on_the_number_of_cores(monkeypatch):
    rng = np.random.default_rng(5)
    xy = rng.integers(0, 20, (120_000, 2)).astype(float)
    weight = rng.random(120_000)
    sums = []
    for workers in (1, 2, 7):
        monkeypatch.setattr(compiled, "cores", lambda workers=workers: workers)
        sums.append(merge_places(xy, weight).weight.tolist())
    assert sums[0] == sums[1] == sums[2]


def test_it_is_given_up_where_few_places_come_back():
    alone = np.column_stack([np.arange(60_000.0)] * 2)
    assert merge_places(alone, None) is None
    assert merge_places(np.vstack([alone[:30_000]] * 2), None) is not None
    # From 100 000 rows on it is found out on the way, in the first of two pieces.
    more = np.column_stack([np.arange(150_000.0)] * 2)
    assert merge_places(more, None) is None
    assert merge_places(more, None, distinct=1) is not None
    assert merge_places(np.vstack([alone[:30_000]] * 5), None) is not None
    assert merge_places(np.vstack([alone[:30_000]] * 2 + [more]), None) is not None
    assert merge_places(alone[:50_000], None).first.tolist() == list(range(50_000))
    assert merge_places(np.empty((0, 2)), None) is None


def test_rows_that_differ_in_the_last_bit_stay_apart():
    xy = np.array([[6.6e6, 1.0], [np.nextafter(6.6e6, 0), 1.0], [6.6e6, 1.0]])
    assert rows_of(merge_places(xy, None)) == [0, 1, 0]


def test_a_table_that_fills_up_grows(monkeypatch):
    monkeypatch.setattr(merging, "_LITTLE_ROOM", 2)
    xy = np.array([[x, y] for x in range(40) for y in range(40)], float)
    xy = np.vstack([np.where(xy == 0, -0.0, xy), xy])
    assert rows_of(merge_places(xy, None)) == list(range(1600)) * 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "å", None]), st.integers(0, 4)),
        min_size=1,
    )
)
def test_the_most_frequent_value_is_that_of_a_plain_count(rows):
    groups, values, weights = map(list, zip(*rows, strict=True))
    found = most_frequent(
        np.array(groups), pd.Series(values, dtype="str"), np.array(weights, float), 5
    )
    for group in range(5):
        total = {}
        for at, value, weight in rows:
            if at == group and value is not None:
                total[value] = total.get(value, 0) + weight
        best = min(total, key=lambda value: (-total[value], value), default=None)
        assert (None if pd.isna(found[group]) else found[group]) == best


def test_first_and_last_pass_over_missing_times():
    times = np.array(["2026-01-02", "NaT", "2026-01-01", "NaT", "1969-05-05"], "datetime64[us]")
    groups = np.array([0, 0, 0, 1, 3])
    first, last = earliest(groups, times, 4), latest(groups, times, 4)
    expected = ["2026-01-01", "NaT", "NaT", "1969-05-05"]
    np.testing.assert_array_equal(first, np.array(expected, "datetime64[us]"))
    np.testing.assert_array_equal(last, np.array(["2026-01-02", *expected[1:]], "datetime64[us]"))
