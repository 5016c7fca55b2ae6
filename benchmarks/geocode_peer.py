"""Find the register's address for each noisy text, in a process of its own.

Run as ``python benchmarks/geocode_peer.py rapidfuzz|est_geo suburb|town``. Prints addresses a
second of processor time (of one core, whatever else the machine does) beside the three rates,
without which a speed means nothing.

Or ``python benchmarks/geocode_peer.py register FILE``: noisy copies of a real register's addresses
against itself, and against four fifths of its streets.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from noise import PLACED, Rates, answers_of, as_incidents, judge, noisy_addresses, rates
from registers import fold, make_register

DISTINCT, SAMPLE, ROWS, REPEATED = 30_000, 200, 1_000_000, 20_000
CUTOFFS = (80, 86, 90)


def texts_of(vocabulary: str):
    """Make the register, 30 000 distinct noisy texts, and some on streets it lacks."""
    register = make_register(vocabulary, absent=200)
    noisy = noisy_addresses(register.truth, 32_000, seed=21, unlisted=register.unlisted)
    noisy = noisy.drop_duplicates("text").sample(DISTINCT, random_state=1).reset_index(drop=True)
    return register, noisy, noisy_addresses(register.absent, 3000, seed=22)


def run_peer(vocabulary: str) -> None:
    """Take the nearest whole text of the register, as one would without a geocoder."""
    from rapidfuzz import fuzz, process, utils

    register, noisy, absent = texts_of(vocabulary)
    truth = register.truth
    written = truth["street"] + " " + truth["number"].astype("str") + truth["letter"]
    choices = [utils.default_process(text) for text in written]
    noisy, absent = noisy.head(SAMPLE), absent.head(SAMPLE)
    for scorer in (fuzz.WRatio, fuzz.ratio):
        began = time.process_time()
        found, astray = (
            [
                process.extractOne(utils.default_process(text), choices, scorer=scorer)
                for text in table["text"]
            ]
            for table in (noisy, absent)
        )
        speed = 2 * SAMPLE / (time.process_time() - began)
        for cutoff in CUTOFFS:
            said = rates(
                judge(noisy, _cut(found, truth, cutoff), truth), _cut(astray, truth, cutoff)
            )
            _tell(f"rapidfuzz {scorer.__name__} from {cutoff}", speed, said)


def _cut(found, truth: pd.DataFrame, cutoff: float) -> pd.DataFrame:
    near = np.array([score >= cutoff for _, score, _ in found])
    at = truth[["easting", "northing"]].iloc[[row for *_, row in found]].reset_index(drop=True)
    at.loc[~near] = np.nan
    return at.assign(match_level=np.where(near, "exact", "none"))


def run_ours(vocabulary: str) -> None:
    """Geocode 30 000 distinct texts, then a million rows that repeat 20 000 of them."""
    from est_geo.geocoding.gazetteer.reading import read_gazetteer
    from est_geo.geocoding.geocode import geocode
    from est_geo.geography.bundled import load_districts

    register, noisy, absent = texts_of(vocabulary)
    began = time.process_time()
    gazetteer, districts = read_gazetteer(register.table), load_districts("sollentuna")
    read = time.process_time() - began
    astray = geocode(as_incidents(absent["text"]), gazetteer, districts).incidents
    incidents = as_incidents(noisy["text"])
    began = time.process_time()
    found = geocode(incidents, gazetteer, districts).incidents
    seconds = time.process_time() - began
    said = rates(judge(noisy, answers_of(found), register.truth), answers_of(astray))
    _tell(f"est_geo, read in {read:.1f} s", len(noisy) / seconds, said)
    drawn = np.random.default_rng(3).integers(0, REPEATED, ROWS)
    incidents = as_incidents(noisy["text"].iloc[drawn])
    began = time.process_time()
    again = geocode(incidents, gazetteer, districts).incidents
    seconds = time.process_time() - began
    same = again["matched_address"].isna().to_numpy() == found["matched_address"].isna()[drawn]
    assert same.all()
    _tell(f"est_geo, {ROWS} rows, {seconds:.1f} s", ROWS / seconds, said)


def run_register(path: str, *, times: int = 10) -> None:
    """Hold a real register against noisy copies of itself; a fifth of its streets are held out."""
    from est_geo.geocoding.gazetteer.reading import read_gazetteer
    from est_geo.geocoding.geocode import geocode

    entries = read_gazetteer(path).entries
    entries = entries[entries["kind"] == "address"].to_crs(3006).reset_index(drop=True)
    truth = pd.DataFrame(entries.drop(columns="geometry"))
    text = ["letter", "district", "postcode", "post_town"]
    truth[text] = truth[text].astype("str").where(truth[text].notna(), "")
    truth = truth.assign(easting=entries.geometry.x, northing=entries.geometry.y)
    # An address in two places of the file cannot be judged.
    key = ["street", "number", "letter"]
    truth = truth[~truth.duplicated(key, keep=False) | ~_is_double(truth, key)]
    truth = truth.drop_duplicates(key).assign(double=False)
    entries = entries.loc[truth.index].reset_index(drop=True)
    truth = truth.reset_index(drop=True)
    folded = truth["street"].map(fold)  # one street may be written in two ways
    streets = np.sort(folded.unique())
    out = folded.isin(np.random.default_rng(5).permutation(streets)[: len(streets) // 5])
    for heavy in (False, True):
        noisy = noisy_addresses(truth, times * len(truth), seed=31, heavy=heavy)
        astray = noisy_addresses(truth[out], times * int(out.sum()), seed=32, heavy=heavy)
        began = time.process_time()
        found = geocode(as_incidents(noisy["text"]), entries).incidents
        seconds = time.process_time() - began
        lost = geocode(as_incidents(astray["text"]), entries[~out]).incidents
        judged = judge(noisy, answers_of(found), truth)
        _tell(
            f"{Path(path).name}{', harsher' * heavy}",
            len(noisy) / seconds,
            rates(judged, answers_of(lost)),
        )
        wrong = judged[judged["matched"] & ~judged["right"]]
        print(wrong[["street", "number", "letter", "text", "level", "at_street"]].to_string())
        missed = judged[~judged["matched"] & judged["decided"]]
        print(missed[["street", "number", "text", "level"]].head(30).to_string())
        placed = lost["match_level"].isin(PLACED)
        print(lost.loc[placed, ["address", "match_level", "matched_address"]].head(30).to_string())


def _is_double(truth: pd.DataFrame, key: list[str]) -> pd.Series:
    return (truth.groupby(key)[["easting", "northing"]].transform("nunique") > 1).any(axis=1)


def _tell(who: str, speed: float, said: Rates) -> None:
    print(json.dumps({"who": who, "a_second": round(speed), "rates": str(said)}))


if __name__ == "__main__":
    what, which = sys.argv[1:]
    {"rapidfuzz": run_peer, "est_geo": run_ours, "register": run_register}[what](which)
