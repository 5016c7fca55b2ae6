"""The picture of a period: what is in it, and that nothing after the period is."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.periods import parse_period
from est_geo.picture.presets import PRESETS, known_until, preset_of, window_start
from est_geo.schema import QUALITY, RECURRING_PLACES, names
from golden_pictures import demo_picture

WEST, SOUTH = 667_000, 6_591_000
AREA = box_area(WEST, SOUTH, WEST + 2000, SOUTH + 2000)


def history(*, seed=3, n=900, days=500, last="2026-11-22"):
    """Chance over a square, and one address that comes back every week."""
    rng = np.random.default_rng(seed)
    points = np.vstack(
        [
            np.array([WEST, SOUTH]) + rng.uniform(100, 1900, (n, 2)).round(1),
            np.tile([WEST + 513.2, SOUTH + 611.7], (days // 7, 1)),
        ]
    )
    end = pd.Timestamp(last) + pd.Timedelta(1, "D")
    ago = np.concatenate([rng.uniform(0, days, n), np.arange(days // 7) * 7 + 0.3])
    times = (end - pd.to_timedelta(ago, unit="D")).floor("min").astype("datetime64[us]")
    return incidents_at(
        points,
        incident_id=[f"i{i}" for i in range(len(points))],
        occurred_from=pd.Series(times),
        category=rng.choice(["klotter", "brand"], len(points)),
        source=rng.choice(["polis", "kommun"], len(points)),
        address=[f"Gatan {i}" for i in range(n)] + ["Hemvägen 1"] * (days // 7),
    )


def register_of(incidents):
    """Every address, once, with 1 dwelling each; and 600 at which nothing happened."""
    rng = np.random.default_rng(9)
    first = incidents.drop_duplicates("address")
    points = np.array([WEST, SOUTH]) + rng.uniform(100, 1900, (600, 2)).round(1)
    others = incidents_at(points, address=[f"Stilla gatan {i}" for i in range(600)])
    both = pd.concat([first[["address", "geometry"]], others[["address", "geometry"]]])
    return gpd.GeoDataFrame(both.reset_index(drop=True), crs=AREA.crs)


def tables_of(picture):
    return {
        name: getattr(picture, name)
        for name in (
            *("sites", "places", "addresses", "district_counts", "time_profile", "when_and_where"),
            *("concentration", "need", "priority", "quality"),
        )
    }


def test_a_week_has_every_table_and_says_what_was_chosen():
    incidents = history()
    picture = eg.build_picture(incidents, AREA, period="2026-W47", gazetteer=register_of(incidents))
    assert picture.period.key == "2026-W47"
    assert picture.parameters["preset"] == "week"
    assert picture.parameters["window_from"] == "2026-07-27"  # 17 weeks
    assert picture.parameters["window_to"] == "2026-11-22"
    assert picture.parameters["baseline"] == "2026-03-30 to 2026-07-26"
    assert picture.parameters["min_incidents"] == 5
    assert picture.parameters["period_complete"] is True
    assert {"bandwidth_m", "min_incidents", "preset", "baseline"} == picture.chosen_for_you
    assert picture.addresses["address"].iloc[0] == "Hemvägen 1"
    assert picture.addresses["verdict"].iloc[0] == "recurring_long"
    assert picture.time_profile["weight"][:168].sum() == picture.counts["inside"]
    assert len(picture.priority) > 0
    assert picture.provenance.versions["est_geo"] == eg.__version__
    counts = picture.counts
    assert counts["read"] == counts["inside"] + counts["duplicates"] + counts["outside"]
    assert 0 < counts["in_period"] < counts["inside"]


def test_nothing_after_the_period_is_looked_at():
    whole = history()
    until = whole[whole["occurred_from"] < "2026-10-19"]
    pictures = [
        eg.build_picture(incidents, AREA, period="2026-W42", min_incidents=5)
        for incidents in (whole, until.sample(frac=1, random_state=1))
    ]
    assert pictures[0].parameters == pictures[1].parameters
    assert pictures[0].counts == pictures[1].counts
    for name, table in tables_of(pictures[0]).items():
        assert_frame_equal(table, tables_of(pictures[1])[name], obj=name)
    np.testing.assert_array_equal(pictures[0].density.values, pictures[1].density.values)


@pytest.mark.parametrize(
    ("period", "preset", "start"),
    [
        ("2026-W47", "week", "2026-07-27"),
        ("2026-11", "month", "2026-08-01"),
        ("2026-T3", "tertial", "2026-09-01"),
        ("2026-Q3", "tertial", "2026-07-01"),
        ("2026", "year", "2026-01-01"),
    ],
)
def test_each_kind_of_period_has_its_preset(period, preset, start):
    chosen = preset_of(parse_period(period), "auto")
    assert chosen is PRESETS[preset]
    assert window_start(parse_period(period), chosen) == dt.date.fromisoformat(start)


def test_two_years_begin_with_the_year_before():
    chosen = preset_of(parse_period("2026"), "two_years")
    assert window_start(parse_period("2026"), chosen) == dt.date(2025, 1, 1)
    with pytest.raises(eg.InputError, match="`preset` must be one of week"):
        eg.build_picture(history(), AREA, period="2026", preset="decade")


def test_a_period_whose_end_is_not_known_yet_is_marked(caplog):
    unfinished = history(last="2026-11-17")
    picture = eg.build_picture(unfinished, AREA, period="2026-W47")
    assert picture.parameters["period_complete"] is False
    assert picture.parameters["known_until"] == "2026-11-17"
    assert "is not complete" in caplog.text


def test_a_silence_no_longer_than_usual_is_no_end():
    week = parse_period("2026-W47")
    sparse = pd.Series(pd.to_datetime(["2026-11-01", "2026-11-08", "2026-11-15", "2026-11-19"]))
    assert known_until(sparse, week) == dt.date(2026, 11, 22)
    dense = pd.Series(pd.date_range("2026-09-01", "2026-11-18", freq="D"))
    assert known_until(dense, week) == dt.date(2026, 11, 18)
    later = pd.concat([dense, pd.Series(pd.to_datetime(["2026-12-01"]))])
    assert known_until(later, week) == dt.date(2026, 11, 22)


def test_several_municipalities_in_one_picture():
    east = box_area(WEST + 2000, SOUTH, WEST + 4000, SOUTH + 2000).assign(
        district_id="b", district="B", municipality="Östby"
    )
    both = pd.concat([AREA.assign(municipality="Västby"), east], ignore_index=True)
    first = history()
    moved = history(seed=4)
    moved = moved.set_geometry(moved.translate(2000, 0)).assign(
        incident_id=[f"j{i}" for i in range(len(moved))]
    )
    incidents = gpd.GeoDataFrame(pd.concat([first, moved], ignore_index=True), crs=AREA.crs)
    picture = eg.build_picture(incidents, both, period="2026-T3")
    assert set(picture.district_counts["district_id"]) == {"a", "b"}
    assert (picture.district_counts["n"] > 0).all()
    assert set(picture.addresses["district_id"]) == {"a", "b"}


def test_the_quality_counts_every_row_of_the_window():
    incidents = history()
    incidents.loc[incidents.index[-3:], "geometry"] = None
    picture = eg.build_picture(incidents, AREA, period="2026-T3")
    assert list(picture.quality.columns) == names(QUALITY)
    assert picture.quality["incidents"].sum() == picture.counts["read"]
    assert picture.quality["weeks"].max() <= 18
    without = eg.build_picture(incidents.drop(columns="source"), AREA, period="2026-T3")
    assert without.quality["source"].isna().tolist() == [True]


def test_a_period_without_incidents_and_a_previous_for_others_are_refused():
    with pytest.raises(eg.InputError, match="none of its 971 rows before the end of 2020-W01"):
        eg.build_picture(history(), AREA, period="2020-W01")
    gap = history()
    gap = gap[(gap["occurred_from"] < "2026-01-01") | gap["occurred_from"].isna()]
    with pytest.raises(eg.InputError, match=r"in the time of 2026-W47: the last is of 2025-12-3"):
        eg.build_picture(gap, AREA, period="2026-W47")
    first = eg.build_picture(history(), AREA, period="2026-W46")
    with pytest.raises(eg.InputError, match="`previous` must be an internal picture of a period"):
        eg.build_picture(history(), AREA, period="2026-W47", previous=first.for_audience("partner"))
    second = eg.build_picture(history(), AREA, period="2026-W47", previous=first)
    assert second.parameters["previous"] == "2026-W46"


def test_places_keep_their_ids_from_picture_to_picture():
    incidents, picture, ids = history(), None, []
    for week in ("2026-W44", "2026-W45", "2026-W46", "2026-W47"):
        picture = eg.build_picture(incidents, AREA, period=week, previous=picture)
        here = picture.tracking[picture.tracking["site_ids"].str.contains("659161200667513")]
        ids.append((here["track_id"].iloc[0], here["change"].iloc[0]))
    assert [name for name, _ in ids] == ["2026-W44-1"] * 4
    assert [change for _, change in ids] == ["new", "remains", "remains", "remains"]
    assert picture.followed["period"].nunique() == 4


def test_a_notebook_shows_the_headlines_and_the_map_and_no_markup_from_the_data():
    incidents = history()
    incidents["address"] = incidents["address"].replace("Hemvägen 1", "<b onclick=x>Hemvägen 1")
    picture = eg.build_picture(incidents, AREA, period="2026-W47", gazetteer=register_of(incidents))
    shown = picture._repr_html_()
    headline, _, rest = shown.partition("</ul>")
    assert "&lt;b onclick=x&gt;Hemvägen 1" in headline
    assert "<b onclick" not in shown
    assert "<iframe srcdoc=" in rest
    assert "Hemvägen 1" in picture.report().html


def test_places_that_recur_have_the_numbers_of_the_map():
    picture = demo_picture("2026-T2")
    found = picture.recurring_places
    assert list(found.columns) == names(RECURRING_PLACES)
    assert (found["verdict"] == "recurring_long").sum() >= 5
    sites = picture.places.set_index("place_id")["site_ids"].str.split()
    own = found.dropna(subset="place_id")
    assert len(own) >= 5
    for number, members in zip(own["place_id"], own["site_ids"], strict=True):
        shared = {place: len(set(members.split()) & set(there)) for place, there in sites.items()}
        assert shared[number] == max(shared.values()) > 0
    rest = found[found["place_id"].isna()]
    elsewhere = set(" ".join(rest["site_ids"]).split())
    assert not elsewhere & set(sites.explode())
    assert demo_picture("2026-W47").recurring_places is None, "of a week the addresses are enough"


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_others_see_of_places_that_recur_what_they_see_of_places(audience):
    picture = demo_picture("2026-T2")
    shown = picture.for_audience(audience)
    again, places = shown.recurring_places, shown.places.set_index("place_id")
    assert 0 < len(again) < len(picture.recurring_places)
    # Of 52 weeks, beside those of the tertial: the difference would be a small number.
    hidden = ["n", "weight", "share", "expected", "q", "score"]
    assert again[hidden].isna().all(axis=None)
    assert (again["at_least_times"] % 1 == 0).all()
    for row in again.itertuples():
        place = places.loc[row.place_id]
        assert (row.name, row.geometry) == (place["name"], place["geometry"])
        assert str((row.hours, row.categories)) == str((place["hours"], place["categories"]))
    assert again[["site_ids", "addresses", "months_seen"]].isna().all(axis=None)
    assert (again["first"].dt.normalize() == again["first"]).all()
    if audience == "public":
        assert again["reporters"].isna().all()
        assert (again["sources"] == 0).all()


def test_a_report_lists_places_that_recur_under_the_addresses():
    page = demo_picture("2026-T2").report(with_map=False).html
    section = page[page.index('id="recurring"') : page.index('id="deviating"')]
    assert section.count("<table") == 2
    group = section[section.index("Platser, med sina nummer") :]
    first = demo_picture("2026-T2").recurring_places.iloc[0]
    assert f'<td class="n rank">{first["place_id"]}</td>' in group
    assert first["name"] in group
    assert "Ekoxeringen 18, Ekoxeringen 19 och 4 till</span>" in group, "its addresses"
    for_others = demo_picture("2026-T2").for_audience("partner").report(with_map=False).html
    others = for_others[for_others.index("Platser, med sina nummer") :]
    others = others[: others.index("</table>")]
    assert others.count(f'<td class="n" data-label="Veckor">{first["weeks"]}</td>') == 1
    assert "Händelser" not in others
    assert "visas inte" not in others
    assert "till har flera händelser, men så många kan uppstå av en slump" in group
    weekly = demo_picture("2026-W47").report(with_map=False).html
    assert "Platser, med sina nummer" not in weekly


def test_places_that_recur_are_found_and_kept_as_asked(monkeypatch):
    incidents, given = history(days=800), []
    found = eg.recurring_places

    def recorded(*args, **options):
        given.append(options)
        return found(*args, **options)

    monkeypatch.setattr("est_geo.picture.analyses.recurring_places", recorded)
    before = eg.build_picture(incidents, AREA, period="2026-09", eps_m=80)
    eg.build_picture(incidents, AREA, period="2026-10", previous=before)
    assert [options["eps_m"] for options in given] == [80, 50]
    assert given[0]["previous"] is None
    assert given[1]["previous"] is before.recurring_places


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_others_are_told_weeks_of_an_address_and_not_its_incidents(audience):
    """Those are of a year: less what its square had lately, they could be one or two."""
    shown = demo_picture("2026-W47").for_audience(audience)
    assert len(shown.addresses) > 10
    assert shown.addresses["n"].isna().all()
    assert (shown.addresses["weeks"] > 0).all()
    page = shown.report(with_map=False).html
    section = page[page.index('id="recurring"') : page.index('id="deviating"')]
    assert "Händelser" not in section
    assert section.count(">Veckor<") == 1
    drawn = {
        feature["size"] for feature in eg.layers.addresses(shown.addresses, top=9).data["features"]
    }
    assert len(drawn) == 1, "no ring tells by its size"
