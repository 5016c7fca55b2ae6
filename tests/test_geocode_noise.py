"""How many noisy addresses are matched, how many of those rightly, and what must change nothing.

Three rates, always together: a loose matcher has the first, a timid one the other two.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from est_geo.geocoding.gazetteer.reading import read_gazetteer
from est_geo.geocoding.geocode import geocode
from est_geo.geography.bundled import load_districts
from noise import (
    MATCHED,
    RATES,
    UNLISTED,
    answers_of,
    as_incidents,
    corrupt,
    judge,
    noisy_addresses,
    rates,
)
from registers import VOCABULARIES, fold, make_register

NOISY, ABSENT = 6000, 3000
SLIPS = {"neighbour", "doubled", "dropped", "swapped"}


@cache
def gazetteer_of(vocabulary):
    return read_gazetteer(make_register(vocabulary, absent=200).table)


def locate(texts, gazetteer):
    return geocode(as_incidents(texts), gazetteer, load_districts("sollentuna")).incidents


@cache
def measure(vocabulary, *, heavy):
    register, gazetteer = make_register(vocabulary, absent=200), gazetteer_of(vocabulary)
    noisy = noisy_addresses(register.truth, NOISY, seed=11, heavy=heavy, unlisted=register.unlisted)
    astray = noisy_addresses(register.absent, ABSENT, seed=12, heavy=heavy)
    judged = judge(noisy, answers_of(locate(noisy["text"], gazetteer)), register.truth)
    return judged, rates(judged, locate(astray["text"], gazetteer))


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_noisy_addresses_find_their_house_and_absent_streets_none(vocabulary):
    register = make_register(vocabulary, absent=200)
    assert register.truth["street"].nunique() >= 300
    assert len(register.truth) >= 30_000
    judged, said = measure(vocabulary, heavy=False)
    print(f"\n{vocabulary}: {said}")  # noqa: T201 - the rates are what this test is for
    wrong = judged[judged["matched"] & ~judged["right"] & judged["decided"]]
    shown = wrong[["street", "number", "letter", "text", "level", "at_street"]].head(20).to_string()
    assert said.n >= 5000
    assert said.matched >= 0.95, f"{said}"
    assert said.right >= 0.997, f"{said}\n{shown}"
    assert said.absent <= 0.01, f"{said}"
    assert said.drawn_by_lot == 0, f"{said}"
    assert said.undecided > 20


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_harsher_noise_costs_matches_and_not_their_truth(vocabulary):
    _, said = measure(vocabulary, heavy=True)
    print(f"\n{vocabulary}, harsher: {said}")  # noqa: T201 - as above
    assert said.matched >= 0.85, f"{said}"
    assert said.right >= 0.997, f"{said}"
    assert said.absent <= 0.01, f"{said}"
    assert said.drawn_by_lot == 0, f"{said}"


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_clean_addresses_are_matched_exactly(vocabulary):
    truth = make_register(vocabulary, absent=200).truth
    clean = truth[~truth["double"]].sample(3000, random_state=5).reset_index(drop=True)
    text = clean["street"] + " " + clean["number"].astype("str") + clean["letter"]
    found = answers_of(locate(text, gazetteer_of(vocabulary)))
    assert (found["match_level"] == "exact").all()
    assert (
        np.hypot(found["easting"] - clean["easting"], found["northing"] - clean["northing"]).max()
        < 1
    )


def _columns(found):
    return pd.DataFrame(found.drop(columns="geometry")).assign(
        easting=found.geometry.x.to_numpy(), northing=found.geometry.y.to_numpy()
    )


@pytest.fixture(scope="module")
def some():
    """Noisy texts of every sort, some of them on absent streets, and what they give."""
    register = make_register("town", absent=200)
    noisy = noisy_addresses(register.truth, 700, seed=3, heavy=True, unlisted=register.unlisted)
    double = noisy_addresses(register.truth[register.truth["double"]], 150, seed=6)
    astray = noisy_addresses(register.absent, 150, seed=4, heavy=True)
    texts = pd.concat([noisy["text"], double["text"], astray["text"]], ignore_index=True)
    found = _columns(locate(texts, gazetteer_of("town")))
    assert {*MATCHED, "ambiguous", "none"} <= set(found["match_level"])
    return texts, found


def test_order_of_incidents_changes_nothing(some):
    texts, found = some
    order = np.random.default_rng(8).permutation(len(texts))
    incidents = as_incidents(texts).iloc[order]
    again = geocode(incidents, gazetteer_of("town"), load_districts("sollentuna")).incidents
    assert again["incident_id"].tolist() == incidents["incident_id"].tolist()
    pd.testing.assert_frame_equal(_columns(again).sort_index(), found)


def test_order_of_the_register_changes_nothing(some):
    texts, found = some
    table = make_register("town", absent=200).table.sample(frac=1, random_state=9)
    again = locate(texts, read_gazetteer(table.reset_index(drop=True)))
    pd.testing.assert_frame_equal(_columns(again), found)


def test_repeated_rows_get_the_same_answer_and_all_stay(some):
    texts, found = some
    thrice = pd.concat([texts, texts, texts], ignore_index=True)
    again = _columns(locate(thrice, gazetteer_of("town")))
    assert again["incident_id"].tolist() == as_incidents(thrice)["incident_id"].tolist()
    expected = pd.concat([found] * 3, ignore_index=True).drop(columns="incident_id")
    pd.testing.assert_frame_equal(again.drop(columns="incident_id"), expected)


def test_repeated_entries_of_the_register_change_nothing(some):
    texts, found = some
    table = make_register("town", absent=200).table
    twice = pd.concat([table, table.sample(3000, random_state=2)], ignore_index=True)
    again = locate(texts, read_gazetteer(twice))
    pd.testing.assert_frame_equal(_columns(again), found)


def test_same_question_same_answer(some):
    texts, found = some
    pd.testing.assert_frame_equal(_columns(locate(texts, gazetteer_of("town"))), found)


def test_what_is_read_is_what_was_written():
    register = make_register("town", absent=200)
    read = gazetteer_of("town").entries
    columns = ["street", "number", "letter", "postcode", "district"]
    told, true = (
        frame.assign(e=frame.geometry.x.round(1), n=frame.geometry.y.round(1))
        .sort_values(["e", "n"], ignore_index=True)[columns]
        .fillna("")
        for frame in (read, register.entries)
    )
    pd.testing.assert_frame_equal(pd.DataFrame(told), pd.DataFrame(true), check_dtype=False)


# The harness itself: a generator without noise, or a judge that sees no fault, proves nothing.


@pytest.mark.parametrize("heavy", [False, True])
def test_noise_is_as_frequent_as_said(heavy):
    register = make_register("suburb", absent=200)
    truth = register.truth
    noisy = noisy_addresses(truth, 6000, seed=1, heavy=heavy, unlisted=register.unlisted)
    slips = noisy["did"].map(lambda did: sum(kind in SLIPS for kind in did))
    assert (slips > 0).mean() == pytest.approx(RATES["typing"][heavy], abs=0.02)
    long = noisy["street"].str.count(r"\w") >= 9
    whole = noisy["did"].map(lambda did: "abbreviation" not in did)
    assert (slips[long & whole] == 2).mean() == pytest.approx(
        RATES["second_typing"][heavy], abs=0.02
    )
    assert (slips[~long] <= 1).all()
    for kind in ("district", "flat", "prefix", "trailing"):
        share = noisy["did"].map(lambda did, kind=kind: kind in did).mean()
        assert share == pytest.approx(RATES[kind][heavy], abs=0.02)
    assert (~noisy["listed"]).mean() == pytest.approx(UNLISTED, abs=0.001)
    assert noisy["text"].nunique() > 5900


def test_noise_is_the_same_for_the_same_seed():
    row = next(make_register("town", absent=200).truth.itertuples())
    texts = [
        [corrupt(row, rng).text for _ in range(50)]
        for rng in (np.random.default_rng(s) for s in (1, 1, 2))
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_absent_streets_are_absent(vocabulary):
    register = make_register(vocabulary, absent=200)
    there = {fold(street) for street in register.truth["street"].unique()}
    gone = {fold(street) for street in register.absent["street"].unique()}
    assert len(gone) == 200
    assert not there & gone
    assert register.truth.loc[register.truth["double"], "street"].nunique() >= 5
    assert "Storgatan" in set(register.truth.loc[register.truth["double"], "street"])
    sides = register.truth.groupby("street")["number"].agg(lambda n: n.mod(2).nunique())
    assert (sides == 2).mean() > 0.99


def test_judge_tells_right_from_wrong():
    register = make_register("town", absent=200)
    truth = register.truth
    noisy = noisy_addresses(truth, 300, seed=7)
    told = noisy[["easting", "northing"]].assign(match_level="exact")
    assert judge(noisy, told, truth)["right"].all()
    aside = told.assign(easting=told["easting"] + 2)
    lost = noisy["did"].map(lambda did: "missing_letter" in did)
    assert not judge(noisy, aside, truth)["right"][~lost].any()
    nowhere = told.assign(easting=np.nan, northing=np.nan)
    assert not judge(noisy, nowhere, truth)["matched"].any()
    assert not judge(noisy, told.assign(match_level="street"), truth)["matched"].any()
    gone = noisy_addresses(register.unlisted, 100, seed=7).assign(listed=False)
    at = gone[["easting", "northing"]].assign(match_level="nearest_number")
    assert not judge(gone, at, truth)["right"].any()  # no entry stands there
