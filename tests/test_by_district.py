import numpy as np
import pandas as pd
import pytest

import est_geo as eg
from builders import box_area, incidents_at

AREA = pd.concat(
    [
        box_area(0, 0, 100, 100).assign(district_id="b", district="Häggvik"),
        box_area(100, 0, 200, 100).assign(district_id="a", district="Edsberg"),
    ],
    ignore_index=True,
)


def some(ids, **columns):
    names = {"a": "Edsberg", "b": "Häggvik", None: None}
    table = incidents_at([(1, 1)] * len(ids), **columns)
    return table.assign(
        district_id=pd.Series(ids, dtype="str"),
        district=pd.Series([names[one] for one in ids], dtype="str"),
    )


def test_all_that_have_a_district_count_once_with_or_without_a_point():
    table = some(["b", "b", "b", None, "b"], weight=[1.0, 2.0, 0.5, 9.0, 7.0])
    table["duplicate_of"] = [None, None, None, None, "0"]
    table.loc[[1, 3], "geometry"] = None
    counts = eg.count_by_district(table)
    assert counts.to_dict("records") == [
        {"district_id": "b", "district": "Häggvik", "n": 3, "placed": 2, "weight": 3.5}
    ]


def test_districts_without_incidents_are_listed_where_districts_are_given():
    counts = eg.count_by_district(some(["b"]), AREA)
    assert counts["district"].tolist() == ["Edsberg", "Häggvik"]
    assert counts["n"].tolist() == [0, 1]
    assert eg.count_by_district(some([None]), AREA)["n"].sum() == 0


def test_bad_tables_are_refused():
    with pytest.raises(eg.InputError, match="`incidents` lacks 2 column"):
        eg.count_by_district(incidents_at([(1, 1)]))
    with pytest.raises(eg.InputError, match="negative `weight`"):
        eg.count_by_district(some(["b"], weight=[-1.0]))


def test_incidents_count_at_the_address_of_the_register_but_not_at_a_neighbours():
    table = some(["b"] * 4, address=["Malmv 12", "malmvägen 12", "Malmvägen 14", "Malmvägen 12"])
    table["occurred_from"] = pd.to_datetime(
        ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    )
    table["matched_address"] = ["Malmvägen 12", "Malmvägen 12", "Malmvägen 12", np.nan]
    table["match_level"] = ["exact", "street_corrected", "nearest_number", "coordinates"]
    found = eg.recurring_addresses(table, as_of="2026-04-05")
    assert found[["address", "n"]].to_numpy().tolist() == [["Malmvägen 12", 3]]
    assert eg.to_sites(table)["address"].tolist() == ["Malmvägen 12"]
