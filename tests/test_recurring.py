import collections

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import incidents_at
from est_geo.schema import ADDRESSES, KIND_DTYPE, names


def test_counts_months_weeks_and_reporters():
    # 29 December 2025 is in the same ISO week as 4 January 2026, in another month.
    times = ["2025-12-29 10:00", "2026-01-04 23:59", "2026-01-05 00:00", "2026-11-30", None]
    incidents = incidents_at(
        [(10, 10)] * 5,
        occurred_from=pd.to_datetime(pd.Series(times), format="mixed").astype("datetime64[us]"),
        address=[
            "Påhittade vägen 1",
            "påhittade  vägen 1",
            "Påhittade vägen 1",
            "Påhittade vägen 1",
            "PÅHITTADE VÄGEN 1",
        ],
        source=["polis", "kommun", "polis", None, "polis"],
        district_id=["1"] * 5,
        district=["Ett"] * 5,
    )
    table = eg.recurring_addresses(incidents)
    assert table.columns.tolist() == names(ADDRESSES)
    row = table.iloc[0]
    assert (row["rank"], row["address"], row["district"]) == (1, "Påhittade vägen 1", "Ett")
    assert (row["n"], row["months"], row["weeks"], row["sources"]) == (5, 3, 3, 2)
    assert (row["first"], row["last"]) == (
        pd.Timestamp("2025-12-29 10:00"),
        pd.Timestamp("2026-11-30"),
    )
    assert {c.name: str(table[c.name].dtype) for c in ADDRESSES} == {
        c.name: KIND_DTYPE[c.kind] for c in ADDRESSES
    }


def test_the_same_street_in_two_districts_is_two_addresses():
    incidents = incidents_at(
        [(0, 0), (9, 9)],
        address=["Storgatan 1"] * 2,
        district_id=["1", "2"],
        district=["Ett", "Två"],
    )
    table = eg.recurring_addresses(incidents, min_incidents=1, min_months=0)
    assert table["district"].tolist() == ["Ett", "Två"]


def test_without_an_address_the_site_is_the_address():
    incidents = incidents_at([(10.2, 10), (9.9, 10.4), (50, 50)], address=[None, None, None])
    table = eg.recurring_addresses(incidents, min_incidents=1, min_months=0)
    assert table["address"].tolist() == ["N 10, E 10", "N 50, E 50"]
    assert table["n"].tolist() == [2, 1]


def test_few_incidents_or_months_are_left_out():
    times = pd.to_datetime(
        ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-01", "2026-02-01", "2026-02-02"]
    )
    incidents = incidents_at(
        [(0, 0)] * 3 + [(9, 9)] * 3, occurred_from=times.astype("datetime64[us]")
    )
    assert eg.recurring_addresses(incidents)["address"].tolist() == ["N 9, E 9"]
    assert len(eg.recurring_addresses(incidents, min_months=1)) == 2
    empty = eg.recurring_addresses(incidents, min_incidents=4)
    assert len(empty) == 0
    assert empty.columns.tolist() == names(ADDRESSES)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 0.2, 0.4, 1, 2]),
            st.sampled_from(["A 1", "a 1", "B 2", None]),
            st.sampled_from(["x", "y", None]),
            st.one_of(
                st.none(), st.datetimes(pd.Timestamp("2025-12-20"), pd.Timestamp("2026-01-20"))
            ),
        ),
        min_size=1,
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_the_plain_count_in_any_row_order(rows, random):
    incidents = incidents_at(
        [(x, 0) for x, *_ in rows],
        address=pd.Series([r[1] for r in rows], dtype="str"),
        district_id=pd.Series([r[2] for r in rows], dtype="str"),
        occurred_from=pd.Series([r[3] for r in rows], dtype="datetime64[us]"),
    )
    groups = collections.defaultdict(list)
    for x, address, district, time in rows:
        groups[(address.casefold(), district) if address else (int(x),)].append(time)
    expected = sorted(
        (
            len(times),
            len({(t.year, t.month) for t in times if t}),
            len({t.isocalendar()[:2] for t in times if t}),
        )
        for times in groups.values()
    )
    table = eg.recurring_addresses(incidents, min_incidents=1, min_months=0)
    assert sorted(zip(table["n"], table["months"], table["weeks"], strict=True)) == expected
    assert table["n"].is_monotonic_decreasing
    order = random.sample(range(len(rows)), len(rows))
    again = eg.recurring_addresses(incidents.iloc[order], min_incidents=1, min_months=0)
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(table))


def test_unplaced_rows_are_left_out_and_bad_arguments_refused():
    incidents = incidents_at([(0, 0), (0, 0)])
    incidents.loc[0, "geometry"] = None
    assert eg.recurring_addresses(incidents, min_incidents=1, min_months=0)["n"].tolist() == [1]
    with pytest.raises(
        eg.InputError, match=r"`min_months` must be a whole number of at least 0, not 1\.5"
    ):
        eg.recurring_addresses(incidents, min_months=1.5)
    with pytest.raises(eg.InputError, match="lacks 1 column\\(s\\): occurred_from"):
        eg.recurring_addresses(incidents.drop(columns="occurred_from"))
