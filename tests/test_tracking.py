import html
import itertools
import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from est_geo.analysis.tracking_links import shared_sites
from est_geo.schema import CHANGES, KIND_DTYPE, TRACKING, names

mpl.use("Agg")


def places(*rows):
    """Make a table of places from (sites, n) pairs."""
    return pd.DataFrame(
        {
            "place_id": range(1, len(rows) + 1),
            "name": pd.Series([f"Plats {sites}" for sites, _ in rows], dtype="str"),
            "n": pd.Series([n for _, n in rows], dtype="int64"),
            "district": pd.Series(["Ett"] * len(rows), dtype="str"),
            "site_ids": pd.Series([" ".join(sites) for sites, _ in rows], dtype="str"),
        }
    )


def changes(tracking):
    """(period, id, change, related) of every row, the year left out."""
    return [
        (row.period[5:], row.track_id[5:], row.change, row.related)
        if isinstance(row.related, str)
        else (row.period[5:], row.track_id[5:], row.change)
        for row in tracking.history.itertuples()
    ]


def test_new_remains_grows_shrinks_gone_and_back():
    tracking = eg.track_places(
        {
            "2026-W01": places(("abc", 9)),
            "2026-W02": places(("abd", 12)),  # √12 - √9 is 0.46: no more than chance
            "2026-W03": places(("bdf", 30)),
            "2026-W04": places(("bdf", 10), ("xyz", 5)),
            "2026-W05": places(("xyz", 5)),
            "2026-W06": places(("xyz", 5)),
            "2026-W07": places(("xyz", 5), ("bd", 4)),
        }
    )
    assert changes(tracking) == [
        ("W01", "W01-1", "new"),
        ("W02", "W01-1", "remains"),
        ("W03", "W01-1", "grows"),
        ("W04", "W01-1", "shrinks"),
        ("W04", "W04-2", "new"),
        ("W05", "W04-2", "remains"),
        ("W05", "W01-1", "gone"),
        ("W06", "W04-2", "remains"),
        ("W07", "W04-2", "remains"),
        ("W07", "W01-1", "back"),
    ]
    history = tracking.history
    assert history.columns.tolist() == names(TRACKING)
    assert {c.name: str(history[c.name].dtype) for c in TRACKING} == {
        c.name: KIND_DTYPE[c.kind] for c in TRACKING
    }
    gone = history[history["change"] == "gone"].iloc[0]
    assert (gone["n"], gone["n_before"], gone["sites"], gone["site_ids"]) == (0, 10, 0, "b d f")
    back = history.iloc[-1]
    assert (back["n"], back["n_before"], back["shared"]) == (4, 0, 2)
    assert tracking.counts("2026-W01-1").tolist() == [9, 12, 30, 10, 0, 0, 4]
    assert tracking.latest()["track_id"].tolist() == ["2026-W04-2", "2026-W01-1"]


def test_a_place_that_splits_keeps_its_id_in_the_larger_part():
    tracking = eg.track_places(
        {"2026-01": places(("abcdef", 20)), "2026-02": places(("ab", 9), ("cdef", 11))}
    )
    assert changes(tracking) == [
        ("01", "01-1", "new"),
        ("02", "02-1", "split", "2026-01-1"),
        ("02", "01-1", "split", "2026-02-1"),
    ]


def test_places_that_merge_go_on_under_the_id_of_the_larger():
    tracking = eg.track_places(
        {
            "2026-01": places(("ab", 9), ("cdef", 11)),
            "2026-02": places(("abcdef", 20)),
            "2026-03": places(("cdef", 11), ("ab", 9)),
        }
    )
    assert changes(tracking) == [
        ("01", "01-1", "new"),
        ("01", "01-2", "new"),
        ("02", "01-2", "merged", "2026-01-1"),
        ("02", "01-1", "gone", "2026-01-2"),
        ("03", "01-2", "split", "2026-01-1"),
        ("03", "01-1", "back", "2026-01-2"),
    ]


def test_too_little_in_common_is_another_place():
    tables = {"2026-01": places(("abcd", 9)), "2026-02": places(("dxyz", 9))}
    assert changes(eg.track_places(tables))[1:] == [
        ("02", "02-1", "new"),
        ("02", "01-1", "gone"),
    ]
    assert changes(eg.track_places(tables, min_overlap=0.25))[1:] == [("02", "01-1", "remains")]


def test_shared_sites_are_counted_once_and_held_against_the_smaller():
    found = shared_sites(pd.Series(["a b c", "d"]), pd.Series(["b c x y z", "", "d d q"]))
    assert found.to_numpy().tolist() == [[0, 0, 2, 2 / 3], [1, 2, 1, 1.0]]


SITES = "abcdefghij"


@st.composite
def years(draw):
    """Up to nine weeks of places: sets of sites that do not overlap."""
    weeks = {}
    for week in range(draw(st.integers(1, 9))):
        owner = draw(st.lists(st.integers(-1, 3), min_size=len(SITES), max_size=len(SITES)))
        groups = {}
        for site, place in zip(SITES, owner, strict=True):
            if place >= 0:
                groups.setdefault(place, []).append(site)
        weeks[f"2026-W{week + 1:02d}"] = places(
            *(("".join(sites), draw(st.integers(3, 40))) for sites in groups.values())
        )
    return weeks


@settings(max_examples=60, deadline=None)
@given(years(), st.randoms(use_true_random=False))
def test_week_by_week_gives_the_same_as_once_over_the_year(weeks, random):
    once = eg.track_places(weeks)
    history = None
    for key, table in weeks.items():
        rows = table.iloc[random.sample(range(len(table)), len(table))]
        step = eg.track_places({key: rows}, history=history)
        history = step.history
    pd.testing.assert_frame_equal(history, once.history)
    shuffled = dict(random.sample(list(weeks.items()), len(weeks)))
    pd.testing.assert_frame_equal(eg.track_places(shuffled).history, once.history)


@settings(max_examples=60, deadline=None)
@given(years())
def test_what_holds_of_every_history(weeks):
    history = eg.track_places(weeks).history
    assert set(history["change"]) <= set(CHANGES)
    # Every place of every period stands in it once, under an id that no other has then.
    there = history[history["change"] != "gone"]
    assert there.groupby("period").size().reindex(list(weeks), fill_value=0).tolist() == [
        len(table) for table in weeks.values()
    ]
    assert not history.duplicated(["period", "track_id"]).any()
    for _, own in history.groupby("track_id"):
        words = own["change"].tolist()
        assert words[0] in {"new", "split"}
        assert "new" not in words[1:]
        for before, word in itertools.pairwise(words):
            # After gone only back, and back only after gone.
            assert (before == "gone") == (word == "back")


def test_a_written_history_is_taken_up_again(tmp_path):
    weeks = {f"2026-W{w:02d}": places(("abc", 9), ("xy", 4 + w)) for w in range(1, 6)}
    first = eg.track_places(dict(list(weeks.items())[:3]))
    first.history.to_csv(tmp_path / "historik.csv", index=False)
    read = pd.read_csv(tmp_path / "historik.csv").iloc[::-1]
    again = eg.track_places(dict(list(weeks.items())[3:]), history=read).history
    once, again = (
        table.sort_values(["period", "track_id"], ignore_index=True)
        for table in (eg.track_places(weeks).history, again)
    )
    pd.testing.assert_frame_equal(again, once)


def test_a_week_that_is_run_again_replaces_itself(caplog):
    weeks = {f"2026-W{w:02d}": places(("abc", 9)) for w in range(1, 5)}
    whole = eg.track_places(weeks)
    with caplog.at_level("INFO"):
        again = eg.track_places({"2026-W03": weeks["2026-W03"]}, history=whole.history)
    assert "history: 2 rows from 2026-W03 on are replaced" in caplog.text
    assert [period.key for period in again.periods] == ["2026-W01", "2026-W02", "2026-W03"]
    pd.testing.assert_frame_equal(
        again.history, eg.track_places(dict(list(weeks.items())[:3])).history
    )


def test_trends_over_ten_periods():
    rising = [3, 4, 4, 6, 7, 8, 8, 10, 12, 15]
    months = {
        f"2026-{m:02d}": places(("ab", rising[m - 1]), ("cd", 5), ("ef", 16 - m))
        for m in range(1, 11)
    }
    trends = eg.track_places(months).trends().set_index("name")["trend"]
    assert trends.to_dict() == {"Plats ab": "rising", "Plats cd": "", "Plats ef": "falling"}
    months.pop("2026-10")
    assert (eg.track_places(months).trends()["trend"] == "").all()


def test_the_history_of_a_place_can_be_drawn():
    months = {f"2026-{m:02d}": places(("ab", 3 + m)) for m in range(1, 5)}
    months["2026-04"] = places()
    months["2026-05"] = places(("ab", 3)).assign(name="$\\frac{$ <b>")
    tracking = eg.track_places(months)
    axes = tracking.plot("2026-01-1")
    assert [bar.get_height() for bar in axes.patches] == [4, 5, 6, 0, 3]
    assert [text.get_text() for text in axes.texts] == ["ny", "borta", "åter"]
    assert axes.get_ylabel() == "Händelser"
    assert axes.get_title(loc="left") == "$\\frac{$ <b>"
    axes.figure.canvas.draw()  # and it is not read as a formula
    assert axes.get_xticklabels()[0].get_text() == "januari 2026"
    other = tracking.plot("2026-01-1", language="en", ax=axes.figure.add_subplot())
    assert [text.get_text() for text in other.texts] == ["new", "gone", "back"]
    with pytest.raises(eg.InputError, match="`language` must be one of sv, en, not 'fi'"):
        tracking.plot("2026-01-1", language="fi")
    with pytest.raises(eg.InputError, match="`track_id` '2026-01-9' is none of the 1 places"):
        tracking.plot("2026-01-9")
    assert html.escape("$\\frac{$ <b>") in tracking._repr_html_()
    assert "Platser som följs: maj 2026" in tracking._repr_html_()


def test_nothing_to_follow():
    nothing = eg.track_places({})
    assert len(nothing.history) == 0
    assert nothing.history.columns.tolist() == names(TRACKING)
    assert "inga perioder" in nothing._repr_html_()
    assert len(nothing.latest()) == len(nothing.trends()) == 0
    empty = eg.track_places({"2026-W01": places()})
    assert (len(empty.history), len(empty.periods)) == (0, 1)


def test_bad_tables_are_refused():
    with pytest.raises(eg.InputError, match="`tables` lacks 1 column\\(s\\) in 2026-01: site_ids"):
        eg.track_places({"2026-01": places(("a", 1)).drop(columns="site_ids")})
    with pytest.raises(eg.InputError, match="1 of 2 rows in 2026-01 whose `place_id` another"):
        eg.track_places({"2026-01": places(("a", 1), ("b", 1)).assign(place_id=1)})
    with pytest.raises(eg.InputError, match="`tables` has the period 2026-01 twice"):
        eg.track_places({"2026-01": places(), "januari 2026": places()})
    with pytest.raises(eg.InputError, match="periods of 2 kinds with those of `history`: month, w"):
        eg.track_places({"2026-01": places(), "2026-W09": places()})
    with pytest.raises(eg.InputError, match="`history` lacks 12 column"):
        eg.track_places({}, history=pd.DataFrame())
    for overlap in (0, 1.5, math.nan):
        with pytest.raises(eg.InputError, match="`min_overlap` must be"):
            eg.track_places({}, min_overlap=overlap)


def test_places_of_the_library_are_followed():
    rng = np.random.default_rng(8)
    example = eg.make_example()
    planted = example.planted[example.planted["kind"] == "place"]
    points = [point for place in planted.geometry for point in place.geoms]
    tables = {}
    for tertial in ("2026-T1", "2026-T2"):
        at = [points[i] for i in rng.integers(0, len(points), 300)]
        table = example.register.iloc[[0] * 300].set_geometry(at, crs=example.register.crs)
        table = table.assign(occurred_from=pd.Timestamp("2026-02-01"))
        tables[tertial] = eg.problem_places(eg.to_sites(table), min_incidents=15)
    latest = eg.track_places(tables).latest()
    assert (latest["change"].isin({"remains", "grows", "shrinks"})).sum() == 5
