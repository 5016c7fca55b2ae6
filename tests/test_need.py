"""Need and influence: every figure by hand, ties, and what is left out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import est_geo as eg
from est_geo.schema import NEED, names

DISTRICTS = pd.DataFrame(
    {
        "district_id": ["a", "b", "c"],
        "district": ["Alfa", "Beta", "Gamma"],
        "n": [20, 10, 10],
        "weight": [20.0, 10.0, 10.0],
    }
)


def test_every_figure_by_hand():
    earlier = pd.DataFrame({"district_id": ["a", "b", "z"], "n": [20, 4, 9]})
    table = eg.need_and_influence(
        DISTRICTS,
        earlier=earlier,
        actors={"a": 2, "b": 4, "c": 1},
        size={"a": 1000, "b": 250, "c": 500},
    )
    assert table.columns.tolist() == ["district_id", *names(NEED)]
    by_id = table.set_index("district_id")
    assert by_id["burden"].to_dict() == {"a": 0.02, "b": 0.04, "c": 0.02}
    assert by_id["share"].to_dict() == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert by_id["earlier"].to_dict() == {"a": 20, "b": 4, "c": 0}
    # Mid-p: P(X < n) + P(X = n)/2 for X ~ Bin(n + m, 1/2); 20 and 20 are as before.
    assert by_id.loc["a", "trend"] == pytest.approx(0.5)
    # Of 14, 10 now: 470 of 2**14 ways have more, 1 001 just as many.
    trend_b = 1 - (470 + 1001 / 2) / 2**14
    assert by_id.loc["b", "trend"] == pytest.approx(trend_b)
    assert by_id.loc["c", "trend"] == pytest.approx(1 - 0.5**11)
    assert by_id.loc["a", "p"] == pytest.approx(1)
    assert by_id.loc["c", "p"] == pytest.approx(0.5**10)
    need_b = (1 + trend_b + 0.5) / 3
    assert by_id.loc["b", "need"] == pytest.approx(need_b)
    assert by_id["influence"].to_dict() == {"a": 0.5, "b": 1, "c": 0.25}
    assert by_id.loc["b", "score"] == pytest.approx(need_b)
    assert by_id.loc["a", "score"] == pytest.approx((0.5 + 0.5 + 1) / 3 * 0.5)
    assert table["district_id"].tolist() == ["b", "a", "c"]
    assert table["rank"].tolist() == [1, 2, 3]
    assert table.attrs["need"]["weights"] == dict.fromkeys(
        ("burden", "trend", "share", "actors"), 1
    )


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([1, 3, 0.5]))
def test_the_trend_is_scipys_binomial(now, before, periods):
    units = pd.DataFrame({"district_id": ["a"], "district": ["A"], "n": [now], "weight": [1.0]})
    earlier = pd.DataFrame({"district_id": ["a"], "n": [before]})
    row = eg.need_and_influence(units, earlier=earlier, earlier_periods=periods).iloc[0]
    x = stats.binom(now + before, 1 / (1 + periods))
    assert row["trend"] == pytest.approx(x.cdf(now) - x.pmf(now) / 2, abs=1e-12)
    assert row["earlier"] == before / periods


def test_weights_decide_and_stand_beside():
    units = DISTRICTS.assign(n=[30, 10, 5], weight=[30.0, 10.0, 5.0])
    actors = {"a": 1, "b": 5, "c": 5}
    with_influence = eg.need_and_influence(units, actors=actors)
    assert with_influence["district_id"].tolist() == ["b", "a", "c"]
    without = eg.need_and_influence(units, actors=actors, weights={"actors": 0})
    assert without["district_id"].tolist() == ["a", "b", "c"]
    assert without.attrs["need"]["weights"]["actors"] == 0
    assert without["score"].tolist() == without["need"].tolist()


def test_what_is_not_given_is_left_out_and_said():
    table = eg.need_and_influence(DISTRICTS)
    assert table.attrs["need"]["left_out"] == ["actors", "trend"]
    assert table[["trend", "p", "earlier", "actors", "influence", "size"]].isna().all().all()
    assert table["score"].tolist() == table["need"].tolist() == [1, 0.5, 0.5]
    assert table["rank"].tolist() == [1, 2, 2]
    assert table["burden"].tolist() == table["weight"].tolist()


def test_places_are_ranked_by_their_own_names():
    places = pd.DataFrame(
        {"place_id": [1, 2], "name": ["P", "Q"], "n": [2, 9], "weight": [2.0, 9.0]}
    ).assign(district_id="a", district="A")
    table = eg.need_and_influence(places)
    assert table[["place_id", "name"]].to_numpy().tolist() == [[2, "Q"], [1, "P"]]


def test_nothing_gives_no_rows_and_no_incidents_no_need():
    empty = eg.need_and_influence(DISTRICTS.iloc[:0])
    assert (len(empty), empty.columns.tolist()) == (0, ["district_id", *names(NEED)])
    none = eg.need_and_influence(DISTRICTS.assign(n=0, weight=0.0), actors=dict.fromkeys("abc", 0))
    assert none["score"].tolist() == [0, 0, 0]
    assert none["rank"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"actors": {"a": 1}}, "`actors` lacks 2 of 3 ids; the first is 'b'. .* 0 where nobody"),
        ({"size": {"a": 1, "b": 0, "c": 1}}, r"`size\['b'\]` must be a finite number above 0"),
        ({"weights": {"money": 1}}, "`weights` has 'money', which is none of burden, trend"),
        ({"weights": {"burden": -1}}, r"`weights\['burden'\]` must be"),
        ({"weights": {"burden": 0, "share": 0}}, "leave nothing to measure need by"),
        ({"earlier_periods": 0}, "`earlier_periods` must be a finite number above 0"),
        ({"earlier": DISTRICTS.iloc[[0, 0]]}, "`earlier` has 1 of 2 rows whose `district_id`"),
    ],
)
def test_what_cannot_be_ranked_is_said(options, message):
    with pytest.raises(eg.InputError, match=message):
        eg.need_and_influence(DISTRICTS, **options)


def test_ids_that_repeat_are_refused():
    with pytest.raises(
        eg.InputError, match="`units` has 1 of 4 rows whose `district_id` is missing"
    ):
        eg.need_and_influence(pd.concat([DISTRICTS, DISTRICTS.iloc[:1]]))
    with pytest.raises(eg.InputError, match=r"`units` lacks 2 column\(s\): district_id, district"):
        eg.need_and_influence(DISTRICTS[["n", "weight"]])


@settings(deadline=None)
@given(st.permutations(range(3)))
def test_the_order_of_rows_changes_nothing(order):
    expected = eg.need_and_influence(DISTRICTS)
    pd.testing.assert_frame_equal(eg.need_and_influence(DISTRICTS.iloc[list(order)]), expected)
    assert np.isfinite(expected["score"]).all()
