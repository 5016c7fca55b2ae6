import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.geocoding.counts import percent
from est_geo.geocoding.quality import assess
from est_geo.schema import MATCH_LEVELS

NO_POINT = {"district", "ambiguous", "none"}


def geocoded(rows):
    """Geocoded incidents of (level, district, street, source), and what else `assess` takes."""
    table = pd.DataFrame(rows, columns=["match_level", "district", "street", "source"], dtype="str")
    points = [
        None
        if row.match_level in NO_POINT
        else shapely.Point(*((0, 0) if row.match_level == "null_island" else (667_000, 6_590_000)))
        for row in table.itertuples()
    ]
    incidents = gpd.GeoDataFrame(
        table[["match_level", "district", "source"]].assign(
            matched_address=table["street"].where(table["match_level"] == "exact"),
            category="klotter",
        ),
        geometry=gpd.GeoSeries(points, crs=3006),
    )
    tied = table["match_level"] == "ambiguous"
    candidates = (table["street"] + " (Viby); " + table["street"] + " (Rotebro)").where(tied)
    return incidents, {
        "asked": (table["match_level"] != "coordinates").to_numpy(dtype=bool),
        "street": table["street"],
        "candidates": candidates,
        "max_uncertainty_m": 100,
    }


def assessed(rows):
    incidents, rest = geocoded(rows)
    return assess(incidents, **rest)


def many(n, level, district=None, street=None, source="polis"):
    return [(level, district, street, source)] * n


TABLE = [
    *many(5, "coordinates", "Viby"),
    *many(60, "exact", "Viby", "Malmvägen"),
    *many(20, "exact", "Edsberg", "Edsvägen", "vakt"),
    *many(4, "district", "Viby", "Viby"),
    *many(3, "ambiguous", None, "Storgatan", "vakt"),
    *many(1, "ambiguous", "Viby", "STORGATAN"),
    *many(6, "none", None, "Fabriksgatan"),
    *many(2, "none", None, "fabriks gatan", "vakt"),
    *many(2, "district", "Edsberg", "Okända gränd"),
    *many(1, "null_island", None, "Okända gränd"),
    *many(2, "none"),
]


def test_every_row_is_in_the_account():
    quality = assessed(TABLE)
    assert (quality.rows, quality.given, quality.asked) == (106, 5, 101)
    assert (quality.placed, quality.district_only, quality.unplaced) == (80, 7, 14)
    assert quality.unnamed == 2
    assert quality.hit_rate == 80 / 101
    assert str(quality) == (
        "106 rows = 5 with coordinates + 101 asked; of those 80 placed (79 %) + 7 with a district "
        "only + 14 without either"
    )


def test_levels_come_in_the_order_of_the_schema():
    levels = assessed(TABLE).levels
    assert levels["level"].tolist() == [
        "coordinates", "exact", "district", "ambiguous", "null_island", "none",
    ]  # fmt: skip
    assert levels["n"].tolist() == [5, 80, 6, 4, 1, 10]
    # 0, 0 is a point in the file, and no place.
    assert levels["placed"].tolist() == [5, 80, 0, 0, 0, 0]
    assert levels["share"].sum() == pytest.approx(1)


def test_groups_sum_to_the_whole_and_have_a_column_for_each_level():
    quality = assessed(TABLE)
    assert quality.by_source.to_dict("list") == {
        "group": ["polis", "vakt"], "rows": [81, 25], "asked": [76, 25], "placed": [60, 20],
        "hit_rate": [60 / 76, 20 / 25], "coordinates": [5, 0], "exact": [60, 20],
        "district": [6, 0], "ambiguous": [1, 3], "null_island": [1, 0], "none": [8, 2],
    }  # fmt: skip
    by_district = quality.by_district
    assert by_district["group"].tolist()[:2] == ["Viby", "Edsberg"]
    assert by_district["group"].isna().tolist() == [False, False, True]
    assert by_district["rows"].tolist() == [70, 22, 14]
    assert quality.by_category["placed"].tolist() == [80]


def test_rows_without_a_group_come_last_whatever_their_number():
    by_source = assessed([*many(9, "none", source=None), *many(1, "exact", "Viby")]).by_source
    assert by_source["rows"].tolist() == [1, 9]
    assert by_source["group"].isna().tolist() == [False, True]


def test_spellings_of_a_street_are_one_and_the_hit_rate_if_fixed_adds_up():
    unmatched = assessed(TABLE).unmatched
    # Viby is what its rows say, and where they are; nothing in them can be mended.
    assert unmatched["street"].tolist() == ["Fabriksgatan", "Okända gränd"]
    assert unmatched["n"].tolist() == [8, 3]
    assert unmatched["hit_rate_if_fixed"].tolist() == [88 / 101, 91 / 101]


def test_equally_frequent_streets_come_by_name():
    rows = [("none", None, street, "polis") for street in ("Cgatan", "Agatan", "Bgatan")]
    assert assessed(rows).unmatched["street"].tolist() == ["Agatan", "Bgatan", "Cgatan"]


def test_ambiguous_streets_are_listed_with_their_candidates():
    ambiguous = assessed([*TABLE, *many(1, "ambiguous", None, "storgatan")]).ambiguous
    first = ambiguous.iloc[0]
    assert (first["street"], first["n"]) == ("Storgatan", 3)
    assert first["candidates"] == "Storgatan (Viby); Storgatan (Rotebro)"
    assert ambiguous["n"].sum() == 5


def test_two_streets_with_the_same_candidates_are_two():
    incidents, rest = geocoded([*many(2, "ambiguous", None, "Storgattan"),
                                *many(1, "ambiguous", None, "Storgatan")])  # fmt: skip
    same = pd.Series(["Storgatan (Viby); Storgatan (Rotebro)"] * 3, dtype="str")
    ambiguous = assess(incidents, **rest | {"candidates": same}).ambiguous
    assert ambiguous["street"].tolist() == ["Storgattan", "Storgatan"]
    assert ambiguous["n"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("found", "missed", "streets", "hit_rate"),
    [
        (90, 3, 3, 1.0),  # fewer than five are all of them
        (90, 9, 5, 95 / 99),  # reached already: five
        (40, 20, 11, 51 / 60),  # eleven until 85 %
        (10, 40, 15, 25 / 50),  # out of reach: fifteen
    ],
)
def test_what_to_mend_first(found, missed, streets, hit_rate):
    rows = [*many(found, "exact"), *(("none", None, f"Gata{n}gatan", "p") for n in range(missed))]
    assert assessed(rows).fixes == (streets, pytest.approx(hit_rate))


def test_nothing_to_mend():
    assert assessed(many(3, "exact", "Viby", "Malmvägen")).fixes is None


def test_low_hit_rates_are_warned_of_and_small_groups_are_not_judged():
    warnings = assessed([*TABLE, *many(4, "none", source="fritid")]).warnings
    assert warnings == (
        "all: 76 % of 105 rows asked placed, below 85 %",
        "source 'polis': 78 % of 76 rows asked placed, below 85 %",
        "source 'vakt': 80 % of 25 rows asked placed, below 85 %",
        "source: 1 more below 85 %, each with fewer than 20 rows asked, too few to judge",
        "category 'klotter': 76 % of 105 rows asked placed, below 85 %",
        # Edsberg has 20 of 22; the rows without a district are the misses, and are no group.
    )


def test_no_warning_at_85_percent_and_few_rows_are_said_to_be_few():
    assert assessed([*many(17, "exact", "Viby"), *many(3, "none")]).warnings == ()
    few = assessed([*many(1, "exact", "Viby"), *many(2, "none")]).warnings
    assert few[0] == "all: 1 of 3 rows asked placed, too few rows to judge"
    assert len(few) == 3


def test_columns_that_are_not_there_leave_empty_tables():
    incidents, rest = geocoded(TABLE)
    quality = assess(incidents.drop(columns=["source", "category"]), **rest)
    assert len(quality.by_source) == len(quality.by_category) == 0
    assert "hit_rate" in quality.by_source
    assert quality.placed == 80


@pytest.mark.parametrize("rows", [[], many(2, "coordinates", "Viby")])
def test_nothing_asked(rows):
    quality = assessed(rows)
    assert np.isnan(quality.hit_rate)
    assert quality.asked == len(quality.unmatched) == len(quality.ambiguous) == 0
    assert quality.fixes is None
    assert quality.warnings == ()
    assert quality.levels["n"].sum() == len(rows)
    assert "(–)" in str(quality)
    assert "Rätta" not in quality._repr_html_()


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.8499999, "84 %"), (0.85, "85 %"), (0.29, "29 %"), (1.0, "100 %"), (0.9999, "99 %")],
)
def test_percent_is_never_rounded_up(share, text):
    assert percent(share) == text


def test_a_notebook_reads_swedish_and_text_from_data_is_inert():
    hostile = "<img src=x onerror=alert(1)>gatan"
    rows = [
        *many(8, "exact", "Viby", "Malmvägen"),
        *many(2, "none", None, hostile, source="<b>polis</b>"),
        *many(1, "ambiguous", "<i>Viby</i>", hostile),
    ]
    drawn = assessed(rows)._repr_html_()
    assert "<img" not in drawn
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "&lt;img src=x" in drawn
    assert "Träffandelen är under 85\N{NO-BREAK SPACE}%. Kartan kan vilseleda." in drawn
    assert "Rätta den översta så nås 90\N{NO-BREAK SPACE}%." in drawn
    assert "exakt adress" in drawn


def test_a_long_list_is_cut_in_a_notebook_and_its_length_said():
    rows = [("none", None, f"Gata{n}gatan", "polis") for n in range(17)]
    drawn = assessed(rows)._repr_html_()
    assert drawn.count("gatan</td>") == 15
    assert "… och 2 till" in drawn
    assert "Rätta de 15 översta så nås 88\N{NO-BREAK SPACE}%." in drawn


def test_a_representation_holds_no_address():
    assert "Fabriks" not in repr(assessed(TABLE)) + str(assessed(TABLE))


ROWS = st.lists(
    st.tuples(
        st.sampled_from(MATCH_LEVELS),
        st.sampled_from([None, "Viby", "Edsberg"]),
        st.sampled_from([None, "Malmvägen", "malm vägen", "Viby", "Storgatan"]),
        st.sampled_from([None, "polis", "vakt"]),
    ),
    max_size=30,
)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_sums_hold_and_the_order_of_rows_is_nothing(rows, random):
    quality = assessed(rows)
    assert quality.rows == len(rows) == quality.given + quality.asked
    assert quality.asked == quality.placed + quality.district_only + quality.unplaced
    assert quality.levels["n"].sum() == len(rows)
    for table in (quality.by_source, quality.by_category, quality.by_district):
        assert table["rows"].sum() == len(rows)
        assert table["asked"].sum() == quality.asked
        assert table["placed"].sum() == quality.placed
        levels = [level for level in MATCH_LEVELS if level in table]
        assert table[levels].to_numpy().sum() == len(rows)
    missed = quality.asked - quality.placed
    assert quality.unmatched["n"].sum() + quality.ambiguous["n"].sum() <= missed
    assert quality.unmatched["hit_rate_if_fixed"].is_monotonic_increasing
    shuffled = random.sample(rows, len(rows))
    again = assessed(shuffled)
    assert str(again) == str(quality)
    assert again.warnings == quality.warnings
    assert again._repr_html_() == quality._repr_html_()
