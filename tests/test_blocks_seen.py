"""In which of the last six blocks of four weeks an address had an incident."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import est_geo as eg
from builders import incidents_at
from est_geo.analysis.recurring_windows import blocks_seen


def test_oldest_first_and_older_than_24_weeks_is_not_shown():
    address = np.array([0, 0, 0, 1, 1, 2])
    ago = np.array([0, 3, 23, 4, 24, 51])
    assert blocks_seen(address, ago, count=4).tolist() == ["100001", "000010", "000000", "000000"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 51)), max_size=30))
def test_it_is_what_looking_week_by_week_gives(rows):
    address, ago = (np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 1))
    expected = [
        "".join(
            str(int(any(a == n and w // 4 == block for a, w in rows))) for block in range(5, -1, -1)
        )
        for n in range(4)
    ]
    assert blocks_seen(address, ago, count=4).tolist() == expected


def test_the_table_of_addresses_has_it_without_repeated_reports():
    weeks = [0, 5, 9, 40]
    times = pd.Timestamp("2026-11-18 12:00") - pd.to_timedelta(np.array(weeks) * 7, unit="D")
    incidents = incidents_at(
        [(0, 0)] * 4,
        occurred_from=pd.Series(times),
        address="Testvägen 1",
        district_id="a",
        district="A",
        incident_id=["1", "2", "3", "4"],
        duplicate_of=pd.Series([None, None, "2", None], dtype="str"),
    )
    table = eg.recurring_addresses(incidents, min_incidents=1, as_of="2026-W47")
    assert table["months_seen"].tolist() == ["000011"]
