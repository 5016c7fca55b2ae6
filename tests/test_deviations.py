"""Deviations as a user calls them."""

import datetime as dt
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import est_geo as eg
from est_geo.errors import InputError
from est_geo.schema import DEVIATIONS, KIND_DTYPE, names
from reference_deviations import Naive

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

CELL = ["view", "period", "district_id", "category"]
NUMBERS = ["n", "baseline", "expected", "low", "high", "p", "signal", "red_at"]


def table_of(days, districts, categories, **columns):
    return pd.DataFrame(
        {
            "occurred_from": pd.Series(days).astype("datetime64[us]"),
            "district_id": pd.Series(districts, dtype="str"),
            "district": pd.Series(districts, dtype="str") + "by",
            "category": pd.Series(categories, dtype="str"),
            **columns,
        }
    )


def invented(seed, *, n=600, weeks=170, first="2023-08-30", districts="ab", categories="xy"):
    """Incidents at random over some districts and categories, of which one has a season."""
    rng = np.random.default_rng(seed)
    day = np.datetime64(first) + rng.integers(0, weeks * 7, n)
    category = rng.choice(list(categories), n)
    summer = (day.astype("datetime64[M]").astype(int) % 12 >= 5) & (category == categories[0])
    keep = summer | (rng.random(n) < 0.6)
    share = np.arange(1, len(districts) + 1)
    minutes = rng.integers(0, 1440, n).astype("timedelta64[m]")
    table = table_of(
        day.astype("datetime64[us]") + minutes,
        rng.choice(list(districts), n, p=share / share.sum()),
        category,
        source=pd.Series(rng.choice(["polis", "kommun"], n), dtype="str"),
    )
    return table[keep].reset_index(drop=True)


def weekly(counts, *, last="2026-11-22", **same):
    """Incidents on the Wednesdays of the weeks up to one, so many in each."""
    end = pd.Timestamp(last)
    days = [
        end - pd.Timedelta(days=4 + 7 * (len(counts) - 1 - i))
        for i, n in enumerate(counts)
        for _ in range(n)
    ]
    values = {"district_id": "a", "district": "Aby", "category": "klotter", "source": "polis"}
    table = pd.DataFrame({"occurred_from": pd.Series(days, dtype="datetime64[us]")})
    return table.assign(
        **{k: pd.Series(v, table.index, dtype="str") for k, v in (values | same).items()}
    )


def together(*tables):
    return pd.concat(tables, ignore_index=True)


def only(found, **wanted):
    rows = found.table
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("as_of", ["2026-11-08", "2025-03-31", "2024-08-31"])
def test_every_number_against_the_definition(seed, as_of):
    incidents = invented(seed)
    until = dt.date.fromisoformat(as_of)
    known = incidents[incidents["occurred_from"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    found = eg.deviations(incidents, as_of=as_of, since="2023-08-30")
    rows = list(
        zip(
            known["occurred_from"].dt.date,
            known["district_id"],
            known["category"],
            strict=True,
        )
    )
    naive = Naive(rows, ["a", "b"], ["x", "y"], dt.date(2023, 8, 30))
    periods = {
        view: eg.parse_period(key) for view, key in found.table[["view", "period"]].to_numpy()
    }
    assert {"week", "four_weeks", "month"} <= set(periods)
    assert ("tertial" in periods) == (as_of != "2024-08-31")
    for view, period in periods.items():
        assert period.is_complete(until)
        begin = period.previous(3).start if view == "four_weeks" else period.start
        expected = naive.picture(view, begin)
        mine = found.table[found.table["view"] == view].set_index(["district_id", "category"])
        assert len(mine) == len(expected) == 4
        for cell, (n, baseline, mean, p) in expected.items():
            row = mine.loc[cell]
            assert (row["n"], row["baseline"]) == (n, baseline), (view, cell)
            assert row["expected"] == pytest.approx(mean, rel=1e-9)
            assert row["p"] == pytest.approx(p, rel=1e-6, abs=1e-12)


def test_the_years_that_tell_the_season():
    incidents = invented(3)
    years = {}
    for as_of in ("2024-08-31", "2025-06-30", "2026-10-31"):
        season = eg.deviations(incidents, as_of=as_of).season
        years[as_of] = season.groupby("view")["years"].first().to_dict()
        assert (season.loc[season["years"] == 0, "factor"] == 1).all()
    assert years["2024-08-31"] == {"week": 0, "four_weeks": 0, "month": 0}
    assert years["2025-06-30"] == {"week": 1, "four_weeks": 1, "month": 1, "tertial": 1}
    assert years["2026-10-31"] == {"week": 2, "four_weeks": 2, "month": 2, "tertial": 2}
    # Category x happens in the summer.
    june = eg.deviations(incidents, as_of="2026-06-30").season
    factor = june[june["view"] == "week"].set_index("category")["factor"]
    assert factor["x"] > 1.2
    assert factor["y"] < factor["x"]


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_what_must_not_change_anything(seed, random):
    incidents = invented(seed % 50, n=260)
    found = eg.deviations(incidents, as_of="2026-11-08")
    # The order of the rows.
    order = random.sample(range(len(incidents)), len(incidents))
    pd.testing.assert_frame_equal(
        eg.deviations(incidents.iloc[order], as_of="2026-11-08").table, found.table
    )
    # Reports that repeat another, and incidents after the last day.
    some = incidents.sample(40, random_state=seed % 1000)
    linked = together(
        incidents.assign(duplicate_of=pd.Series(np.nan, incidents.index, dtype="str")),
        some.assign(duplicate_of="P-1"),
        weekly([9], last="2026-11-15", district="aby", category="x").assign(duplicate_of=np.nan),
    )
    again = eg.deviations(linked, as_of="2026-11-08")
    pd.testing.assert_frame_equal(again.table, found.table)
    assert (again.counts["repeated"], again.counts["after"]) == (40, 9 + found.counts["after"])
    # The calendar, but for holidays and for months.
    later = incidents.assign(occurred_from=incidents["occurred_from"] + pd.Timedelta(days=364))
    moved = eg.deviations(later, as_of="2027-11-07", views=["week", "four_weeks"]).table
    unmoved = found.table[found.table["view"].isin(["week", "four_weeks"])]
    assert np.allclose(moved["p"], unmoved["p"].to_numpy(), rtol=1e-12)
    assert moved["n"].tolist() == unmoved["n"].tolist()


@given(st.integers(0, 10**6))
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_counts_add_up(seed):
    incidents = invented(seed % 100, n=300, districts="abc")
    incidents.loc[::7, "occurred_from"] = pd.NaT
    incidents.loc[::11, "category"] = np.nan
    incidents.loc[::13, "district_id"] = np.nan
    found = eg.deviations(
        incidents, as_of="2026-11-08", since="2024-01-01", views=["week", "month"]
    )
    assert found.counts["read"] == sum(n for why, n in found.counts.items() if why != "read")
    assert found.counts["without_time"] == incidents["occurred_from"].isna().sum()
    week = eg.parse_period("2026-W45")
    inside = incidents[
        week.contains(incidents["occurred_from"])
        & incidents[["category", "district_id"]].notna().all(axis=1)
    ]
    assert found.table.loc[found.table["view"] == "week", "n"].sum() == len(inside)
    assert found.table.columns.tolist() == names(DEVIATIONS)
    assert {c.name: str(found.table[c.name].dtype) for c in DEVIATIONS} == {
        c.name: KIND_DTYPE[c.kind] for c in DEVIATIONS
    }


def test_earlier_pictures_are_what_they_were_then():
    incidents = invented(4, weeks=150)
    many = eg.deviations(incidents, as_of="2026-06-28", weeks=12)
    pairs = many.table[["view", "period"]].drop_duplicates()
    assert (pairs["view"] == "week").sum() == (pairs["view"] == "four_weeks").sum() == 12
    assert pairs.loc[pairs["view"] == "month", "period"].tolist() == ["2026-05", "2026-04"]
    assert pairs.loc[pairs["view"] == "tertial", "period"].tolist() == ["2026-T1"]
    for as_of in ("2026-05-31", "2026-06-07"):
        then = eg.deviations(incidents, as_of=as_of)
        for view, period in then.table[["view", "period"]].drop_duplicates().to_numpy():
            if (pairs == [view, period]).all(axis=1).any():
                now, before = (
                    f.table[(f.table["view"] == view) & (f.table["period"] == period)]
                    for f in (many, then)
                )
                pd.testing.assert_frame_equal(
                    now.reset_index(drop=True), before.reset_index(drop=True)
                )


def test_an_incomplete_week_is_never_compared():
    incidents = together(weekly([2] * 40, last="2026-11-22"), weekly([30], last="2026-11-29"))
    # The latest incident is on a Wednesday: its week is not complete, and nothing is red.
    found = eg.deviations(incidents)
    assert found.week.key == "2026-W47"
    assert found.parameters["as_of"] == "2026-11-25"
    assert found.parameters["as_of_chosen"]
    assert (found.table["signal"] == "none").all()
    complete = eg.deviations(incidents, as_of="2026-W48")
    assert only(complete, view="week")["signal"] == "red"
    assert only(complete, view="week")["n"] == 30


def test_the_traffic_light():
    usual = [1, 0, 2, 1, 1, 0, 1, 2, 0, 1] * 6
    signals = {}
    for n in range(9):
        row = only(eg.deviations(weekly([*usual, n]), as_of="2026-W47"), view="week")
        signals[n] = row["signal"]
        assert (row["signal"] == "red") == (n >= row["red_at"])
        assert row["low"] <= row["expected"] <= row["high"]
    assert [signals[n] for n in (0, 1, 2)] == ["none"] * 3
    order = [signals[n] for n in range(9)]
    assert order == sorted(order, key=["none", "yellow", "red"].index)
    assert {"none", "yellow", "red"} == set(order)


def test_too_little_to_say_anything_is_grey():
    incidents = together(weekly([3] * 40), weekly([0] * 39 + [2], category="brand"))
    found = eg.deviations(incidents, as_of="2026-W47")
    fire = only(found, view="week", category="brand")
    assert (fire["signal"], fire["n"], fire["baseline"]) == ("grey", 2, 0)
    assert fire["expected"] == pytest.approx(0.5 / 12)
    # Two more than expected are yellow, three more red.
    for n, signal in ((3, "yellow"), (4, "red")):
        more = together(weekly([3] * 40), weekly([0] * 39 + [n], category="brand"))
        row = only(eg.deviations(more, as_of="2026-W47"), view="week", category="brand")
        assert (row["signal"], row["red_at"]) == (signal, 4)


def test_what_chance_alone_gives_is_the_tail_at_the_limits():
    found = eg.deviations(invented(5), as_of="2026-11-08", views=["week"])
    chance = found.chance.iloc[0]
    assert (chance["cells"], chance["p_red"], chance["p_yellow"]) == (4, 0.01, 0.05)
    # None is expected to be red more often than p.
    assert 0 < chance["red_by_chance"] <= 4 * 0.01
    assert 0 < chance["yellow_by_chance"] <= 4 * 0.05
    assert chance["red"] == (found.table["signal"] == "red").sum()
    assert chance["yellow"] == (found.table["signal"] == "yellow").sum()
    assert found.power["cells"].sum() == 4
    assert (found.power["tripling_found"] >= found.power["doubling_found"]).all()


def test_short_histories():
    def of(weeks):
        monday = pd.Timestamp("2026-11-16") - pd.Timedelta(weeks=weeks - 1)
        return eg.deviations(weekly([1] * weeks), as_of="2026-W47", since=str(monday.date()))

    # Twelve weeks of baseline are the least; then the noise is a usual one's.
    short = of(13)
    row = only(short, view="week")
    assert (row["baseline"], row["preliminary"]) == (12, True)
    assert short.noise.loc[0, ["phi", "alpha", "pictures"]].tolist() == [1.3, 0.1, 0]
    assert short.parameters["views_without_baseline"] == ("four_weeks", "month", "tertial")
    # 12 weeks and 26 pictures, and the noise is one's own.
    assert only(of(38), view="week")["preliminary"]
    assert not only(of(39), view="week")["preliminary"]
    # A first week that began before the data is not complete.
    assert len(eg.deviations(weekly([1] * 13), as_of="2026-W47").table) == 0
    none = of(12)
    assert len(none.table) == len(none.chance) == 0
    assert none.table.columns.tolist() == names(DEVIATIONS)
    assert {c.name: str(none.table[c.name].dtype) for c in DEVIATIONS} == {
        c.name: KIND_DTYPE[c.kind] for c in DEVIATIONS
    }
    assert "för kort historik" in none._repr_html_()
    one = eg.deviations(weekly([1]), as_of="2026-W47")
    assert (len(one.table), one.counts["used"]) == (0, 1)


def test_districts_without_incidents_are_listed_and_grey():
    boxes = gpd.GeoDataFrame(
        {"district_id": ["c", "a"], "district": ["Cby", "Aby"]},
        geometry=[shapely.box(0, 0, 9, 9), shapely.box(10, 0, 19, 9)],
        crs=3006,
    )
    found = eg.deviations(weekly([1] * 40), boxes, as_of="2026-W47")
    empty = only(found, view="week", district_id="c")
    assert (empty["district"], empty["n"], empty["baseline"], empty["signal"]) == (
        "Cby",
        0,
        0,
        "grey",
    )
    with pytest.raises(InputError, match="`districts` lacks 1 column"):
        eg.deviations(weekly([1] * 40), boxes.drop(columns="district"))
    # Without district_id the polygons find it; what lies outside is counted.
    points = shapely.points([[15, 5]] * 39 + [[50, 5]])
    placed = gpd.GeoDataFrame(
        weekly([1] * 40).drop(columns=["district_id", "district"]), geometry=points, crs=3006
    )
    found = eg.deviations(placed, boxes, as_of="2026-W47")
    assert found.counts["without_district"] == 1
    assert only(found, view="week", district_id="a")["n"] == 0


def test_a_changed_and_a_new_reporter_are_named():
    usual = weekly([1] * 40)

    def labels(*more):
        row = only(eg.deviations(together(usual, *more), as_of="2026-W47"), view="week")
        return row["signal"], row["reporting"], row["source"], row["source_n"]

    # Seven more by one who never reported before.
    assert labels(weekly([7], source="väktare")) == ("red", "new", "väktare", 7)
    # By one who has reported elsewhere all along: a change in what it reports.
    elsewhere = weekly([1] * 40, source="väktare", district_id="b", district="Bby")
    found = eg.deviations(
        together(usual, elsewhere, weekly([7], source="väktare")), as_of="2026-W47"
    )
    row = only(found, view="week", district_id="a")
    assert (row["signal"], row["reporting"], row["source"]) == ("red", "changed", "väktare")
    assert (row["n"], row["source_n"]) == (8, 7)
    # By those who report there as usual: no label.
    signal, reporting, source, brought = labels(weekly([7]))
    assert signal == "red"
    assert pd.isna(reporting)
    assert pd.isna(source)
    assert pd.isna(brought)
    # Others have risen too: what is left without the new one is unusual by itself.
    both = together(usual, elsewhere, weekly([9], source="väktare"), weekly([6]))
    row = only(eg.deviations(both, as_of="2026-W47"), view="week", district_id="a")
    assert pd.isna(row["reporting"])
    # Who reports from the beginning of the data is not new, though nothing lies before it.
    young = together(
        weekly([1] * 13),
        weekly([1] * 13, source="väktare", district_id="b", district="Bby"),
        weekly([9], source="väktare"),
    )
    found = eg.deviations(young, as_of="2026-W47", since="2026-08-24")
    row = only(found, view="week", district_id="a")
    assert (row["baseline"], row["signal"], row["reporting"]) == (12, "red", "changed")
    # A label is not a filter: it is red all the same, and none without the column.
    bare = together(usual, weekly([7], source="väktare")).drop(columns="source")
    row = only(eg.deviations(bare, as_of="2026-W47"), view="week")
    assert row["signal"] == "red"
    assert pd.isna(row["reporting"])


def test_since_when_each_reporter_reports():
    found = eg.deviations(
        together(weekly([1] * 60), weekly([2] * 10, source="väktare")), as_of="2026-W47"
    )
    assert found.reporters["source"].tolist() == ["polis", "väktare"]
    assert found.reporters["n"].tolist() == [60, 20]
    assert found.reporters["new"].tolist() == [False, True]
    assert found.reporters["first"].tolist() == [
        pd.Timestamp("2025-10-01"),
        pd.Timestamp("2026-09-16"),
    ]
    assert found.reporters["last_four_weeks"].tolist() == [4, 8]
    assert found.reporters["usual_four_weeks"].tolist() == [4, 2]
    # One that has fallen silent makes no cell red, but is seen here.
    silent = together(weekly([1] * 40), weekly([2] * 30, last="2026-10-04", source="väktare"))
    reporters = eg.deviations(silent, as_of="2026-W47").reporters.set_index("source")
    assert reporters.loc["väktare", "last_four_weeks"] == 0
    assert reporters.loc["väktare", "usual_four_weeks"] == pytest.approx(2 * 21 / 6)
    # At the beginning of the data everyone is first seen.
    young = eg.deviations(weekly([1] * 14), as_of="2026-W47")
    assert young.reporters["new"].tolist() == [False]


def test_holiday_weeks_are_marked_and_can_be_replaced():
    incidents = weekly([1] * 40)
    autumn = eg.deviations(incidents, as_of="2026-W44").table
    assert autumn.loc[autumn["view"] == "week", "holiday"].all()
    plain = eg.deviations(incidents, as_of="2026-W47").table
    assert plain.groupby("view")["holiday"].all().to_dict() == {
        "four_weeks": True,
        "month": False,
        "week": False,
    }
    own = pd.DataFrame({"week": ["v47 2026"]})
    mine = eg.deviations(incidents, as_of="2026-W47", holidays=own)
    assert only(mine, view="week")["holiday"]
    assert mine.holidays == {"2026-W47"}
    # Marked, not left out.
    assert (
        only(mine, view="week")["p"]
        == only(eg.deviations(incidents, as_of="2026-W47"), view="week")["p"]
    )
    with pytest.raises(InputError, match="table with the column week"):
        eg.deviations(incidents, holidays=["2026-W47"])


def test_one_old_date_does_not_make_empty_years(caplog):
    incidents = together(weekly([1] * 40), weekly([1], last="2019-03-03"))
    with caplog.at_level("INFO"):
        found = eg.deviations(incidents, as_of="2026-W47")
    assert found.parameters["since"] == "2026-02-18"
    assert found.counts["before"] == 1
    assert "what is earlier is left out" in caplog.text
    said = eg.deviations(incidents, as_of="2026-W47", since="2019-01-01")
    assert (said.parameters["since"], said.counts["before"]) == ("2019-01-01", 0)


def test_places_have_rows_of_their_own():
    rng = np.random.default_rng(3)
    table = weekly(rng.poisson(2, 60))
    # The last week has nine more at one corner.
    table = together(table, weekly([9]))
    at = np.where(np.arange(len(table)) % 2 == 0, 100, 900)
    at[-9:] = 100
    incidents = gpd.GeoDataFrame(
        table.assign(address="Påhittade vägen 1"), geometry=shapely.points(at, 0), crs=3006
    )
    places = eg.problem_places(eg.to_sites(incidents))
    assert len(places) == 2
    found = eg.deviations(incidents, places=places, as_of="2026-W47", views=["week"])
    rows = found.table[found.table["place_id"].notna()]
    assert len(rows) == 2
    assert (
        rows["n"].sum()
        == only(found, view="week", place_id=rows["place_id"].iloc[0])["n"] + rows["n"].iloc[1]
    )
    districts = found.table[found.table["place_id"].isna()]
    assert rows["n"].sum() == districts["n"].sum()
    assert rows["baseline"].sum() == districts["baseline"].sum()
    assert rows["signal"].iloc[0] == "red"
    assert rows["place"].notna().all()
    assert found.chance["rows"].tolist() == ["district", "place"]
    assert set(found.weekly["place_id"].dropna()) == {"1", "2"}
    with pytest.raises(InputError, match="`places` lacks 5 column"):
        eg.deviations(incidents, places=pd.DataFrame({"a": [1]}))
    with pytest.raises(
        eg.CRSError, match="`incidents` is in SWEREF99 TM but `places` in SWEREF99 18"
    ):
        eg.deviations(incidents, places=places.to_crs(3011))
    other = eg.deviations(incidents, places=pd.DataFrame(places), as_of="2026-W47", views=["week"])
    pd.testing.assert_frame_equal(other.table, found.table)


def test_without_categories_there_is_one():
    found = eg.deviations(weekly([1] * 40).drop(columns="category"), as_of="2026-W47")
    row = only(found, view="week")
    assert row["n"] == 1
    assert pd.isna(row["category"])


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda t: t.drop(columns="occurred_from"), {}, "lacks the column occurred_from"),
        (lambda t: t.drop(columns="district_id"), {}, "lacks the column district_id. Pass"),
        (lambda t: t.iloc[:0], {}, "`incidents` is empty"),
        (list, {}, "must be a table, not list"),
        (lambda t: t.assign(occurred_from=pd.NaT), {}, "no row with a time, a district and a cat"),
        (lambda t: t, {"views": "week"}, "`views` must be a list of week"),
        (lambda t: t, {"views": ["day"]}, "`views` must be one of week"),
        (lambda t: t, {"weeks": 0}, "`weeks` must be a whole number of at least 1"),
        (lambda t: t, {"as_of": "snart"}, "`as_of` must be a day such as"),
        (lambda t: t, {"since": "2027-01-01"}, r"`since` \(2027-01-01\) comes after `as_of`"),
    ],
)
def test_faults_are_told_with_a_remedy(change, options, message):
    with pytest.raises(InputError, match=message):
        eg.deviations(change(weekly([1] * 20)), **options)


def test_a_notebook_shows_text_from_data_as_text():
    hostile = "<img src=x onerror=alert(1)>"
    table = weekly([1] * 40 + [9], district=hostile, category=hostile)
    table.loc[table.index[-9:], "source"] = "<b>ny</b>"
    found = eg.deviations(table, as_of="2026-W47")
    html = found._repr_html_()
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;img src=x" in html
    assert "ny rapportör: &lt;b&gt;ny" in html
    assert "Av en slump väntas" in html
    assert "vecka 47, 16–22 november 2026" in html
    assert "vecka 44–47 2026" in html
    calm = eg.deviations(weekly([1] * 40), as_of="2026-W44")._repr_html_()
    assert "Inga röda eller gula rutor" in calm
    assert "2026 (helgvecka). Av en slump" in calm


def test_the_figure_shows_counts_band_holidays_and_signals():
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    usual = [1, 0, 2, 1, 1, 0, 1, 2, 0, 1] * 6
    found = eg.deviations(weekly([*usual, 9]), as_of="2026-W47")
    axes = found.plot(district_id="a", category="klotter", weeks=30)
    heights = [bar.get_height() for bar in axes.containers[0]]
    assert heights == [*usual[-29:], 9]
    hatched = [bar.get_hatch() is not None for bar in axes.containers[0]]
    # Weeks 18 to 47: holidays in 18, 24, 25 and 44.
    assert np.flatnonzero(hatched).tolist() == [0, 6, 7, 26]
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert said == ["det vanliga, av de 26 veckorna före", "helgvecka", "röd"]
    assert axes.get_title(loc="left") == "Aby: klotter"
    assert axes.get_ylabel() == "händelser per vecka"
    english = found.plot(language="en", ax=plt.figure().add_subplot())
    assert english.get_title(loc="left") == "all areas: all categories"
    with pytest.raises(InputError, match=r"`district_id` 'q' is not in the table. It has: a"):
        found.plot(district_id="q")
    with pytest.raises(InputError, match="`category` 'q' is not in the table"):
        found.plot(category="q")
    plt.close("all")


REAL = Path(__file__).parents[2] / "shared" / "data" / "polisen_events_stockholms_lan.csv.gz"


@pytest.mark.skipif(not REAL.exists(), reason="the real events are not part of the project")
def test_real_events_of_a_year():
    from real_deviations import read

    incidents = read(str(REAL))
    towns = incidents[~incidents["district_id"].str.endswith("län")]
    options = {"since": "2023-04-03", "weeks": 52, "views": ["week", "four_weeks"]}
    chance = eg.deviations(towns, as_of="2025-W52", **options).chance.groupby("view").sum()
    for view in ("week", "four_weeks"):
        # About as many red as chance gives, which is few.
        assert chance.loc[view, "red"] <= 3 * chance.loc[view, "red_by_chance"]
        assert 1 < chance.loc[view, "red_by_chance"] < 14
    # In January 2026 places began to be written as whole counties.
    found = eg.deviations(incidents, as_of="2026-W33", **options)
    red = found.table[found.table["signal"] == "red"]
    first = red.loc[red["district"] == "Stockholms län", "period"].min()
    assert first == "2026-W04"
    assert red["district"].str.endswith("län").mean() > 0.8


@pytest.mark.parametrize("years", [0, 2])
def test_chance_alone_in_invented_municipalities(years):
    from calibrate_deviations import WORLDS, false_reds

    for name in WORLDS:
        found = false_reds(name, 2_000, n=12, years=years, seed=11)
        # What is red by a burst is a burst: nothing else has changed there, but that has.
        most = {"bursts as of police stops": 20, "many bursts": 25}.get(name, 14)
        assert 2 < found["est_geo"].mean() < most, name
        assert found["est_geo"].mean() - found["of bursts"].mean() < 14, name
        # The usual rules, on the same counts.
        assert found["EARS"].mean() > 2 * found["est_geo"].mean(), name
        assert found["Poisson"].mean() > found["est_geo"].mean(), name


def test_what_the_table_says_of_chance_is_about_what_chance_gives():
    from calibrate_deviations import told

    for name in ("equal", "season and holidays", "over-dispersed weeks"):
        for red, said in told(name, n=12, seed=4).values():
            assert said / 2.5 < red < 2 * said, name


def test_a_planted_tripling_is_found():
    from calibrate_deviations import power

    found = power(3, 2, 4, n=60, seed=2)
    assert found["est_geo"] >= 0.6
    assert power(1, 2, 4, n=60, seed=2)["est_geo"] < 0.1
