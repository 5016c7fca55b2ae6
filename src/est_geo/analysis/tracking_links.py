"""From the places of one period to those of the next: who is whose heir."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

# The difference of two square roots of Poisson counts has a standard deviation of √½.
_MORE_THAN_CHANCE = 1.96 * math.sqrt(0.5)


@dataclass(frozen=True)
class Track:
    """A place that is followed, as it was last seen.

    Attributes
    ----------
    sites : str
        Its sites, separated by spaces.
    n : int
        Incidents in that period.
    name, district : str or float
        As in that period; NaN where missing.
    living : bool
        Whether it was there in the last period.
    """

    sites: str
    n: int
    name: Any
    district: Any
    living: bool


def tracks_of(history: pd.DataFrame) -> dict[str, Track]:
    """Take up where a history ends."""
    tracks: dict[str, Track] = {}
    there = history[history["change"] != "gone"].drop_duplicates("track_id", keep="last")
    last = there.set_index("track_id")
    gone = history.drop_duplicates("track_id", keep="last").set_index("track_id")["change"]
    for track_id in history["track_id"].drop_duplicates():
        row = last.loc[track_id]
        tracks[str(track_id)] = Track(
            str(row["site_ids"]),
            int(row["n"]),
            row["name"],
            row["district"],
            bool(gone[track_id] != "gone"),
        )
    return tracks


def shared_sites(before: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Count the sites that places of two tables share.

    Parameters
    ----------
    before, now : Series of text
        Sites of each place, separated by spaces.

    Returns
    -------
    DataFrame
        `before` and `now` (positions), `shared` (sites) and `part`, of the sites of the smaller
        one; pairs that share none are left out. Sorted.
    """
    first, second = _exploded(before), _exploded(now)
    pairs = first.merge(second, on="site", suffixes=("_before", "_now"))
    counts = pairs.groupby(["place_before", "place_now"]).size().reset_index(name="shared")
    sizes = [
        np.bincount(table["place"], minlength=len(places))
        for table, places in ((first, before), (second, now))
    ]
    smaller = np.minimum(
        sizes[0][counts["place_before"].to_numpy(dtype=np.int64)],
        sizes[1][counts["place_now"].to_numpy(dtype=np.int64)],
    )
    return pd.DataFrame(
        {
            "before": counts["place_before"].to_numpy(dtype=np.int64),
            "now": counts["place_now"].to_numpy(dtype=np.int64),
            "shared": counts["shared"].to_numpy(dtype=np.int64),
            "part": counts["shared"].to_numpy(dtype=np.int64) / np.maximum(smaller, 1),
        }
    )


def follow(
    key: str, table: pd.DataFrame, tracks: dict[str, Track], *, min_overlap: float
) -> tuple[list[dict[str, Any]], dict[str, Track]]:
    """Give the rows of one period, and the tracks after it.

    Parameters
    ----------
    key : str
        The period.
    table : DataFrame of places
        Of that period.
    tracks : dict of Track
        As they were, by id.
    min_overlap : float
        Shared sites as a part of those of the smaller place.
    """
    places = table.sort_values("place_id", kind="stable").reset_index(drop=True)
    ids = sorted(tracks)
    sites = pd.Series([tracks[track].sites for track in ids], dtype=object)
    links = shared_sites(sites, places["site_ids"])
    links = links[links["part"] >= min_overlap].sort_values(
        ["shared", "part", "before", "now"], ascending=[False, False, True, True]
    )
    pairs = [
        (ids[track], int(place)) for track, place in zip(links["before"], links["now"], strict=True)
    ]
    shared = dict(zip(pairs, links["shared"].tolist(), strict=True))
    living = [pair for pair in pairs if tracks[pair[0]].living]
    heir = _greedy(living)
    kept = set(heir.values())
    dormant = [pair for pair in pairs if not tracks[pair[0]].living and pair[1] not in kept]
    own = {place: track for track, place in (heir | _greedy(dormant)).items()}
    names = [
        own.get(place, f"{key}-{number}")
        for place, number in enumerate(places["place_id"].tolist())
    ]
    tracks_at, places_of = _both_ways(living)
    rows, after = [], dict(tracks)
    for place, row in enumerate(places.to_dict("records")):
        track_id, n = names[place], int(row["n"])
        old = tracks.get(track_id)
        related = tracks_at.get(place, set()) - {track_id}
        absorbed = {other for other in related if other not in heir}
        parts = {names[other] for other in places_of.get(track_id, set()) - {place} - kept}
        was_there = old is not None and old.living
        text = str(row["site_ids"])
        rows.append(
            {
                "period": key,
                "track_id": track_id,
                "place_id": int(row["place_id"]),
                "change": _change(old, n, related=related, absorbed=absorbed, parts=parts),
                "n": n,
                "n_before": old.n if old is not None and was_there else 0,
                "sites": len(set(text.split())),
                "shared": shared.get((track_id, place), 0),
                "related": _joined((absorbed if was_there else related) | parts),
                "name": row["name"],
                "district": row["district"],
                "site_ids": text,
            }
        )
        after[track_id] = Track(text, n, row["name"], row["district"], living=True)
    for track_id in ids:
        track = tracks[track_id]
        if track.living and track_id not in heir:
            into = {names[place] for place in places_of.get(track_id, set())}
            rows.append(_gone(key, track_id, track, into))
            after[track_id] = replace(track, living=False)
    return rows, after


def _change(
    old: Track | None, n: int, *, related: set[str], absorbed: set[str], parts: set[str]
) -> str:
    """Say in a word what happened to a place that is there."""
    if old is None:
        return "split" if related else "new"
    if not old.living:
        return "back"
    if absorbed:
        return "merged"
    if parts:
        return "split"
    step = math.sqrt(n) - math.sqrt(old.n)
    if abs(step) < _MORE_THAN_CHANCE:
        return "remains"
    return "grows" if step > 0 else "shrinks"


def _gone(key: str, track_id: str, track: Track, into: set[str]) -> dict[str, Any]:
    """Make the row of a place that is no longer there; `into` has taken its sites."""
    return {
        "period": key,
        "track_id": track_id,
        "place_id": 0,
        "change": "gone",
        "n": 0,
        "n_before": track.n,
        "sites": 0,
        "shared": 0,
        "related": _joined(into),
        "name": track.name,
        "district": track.district,
        "site_ids": track.sites,
    }


def _greedy(pairs: list[tuple[str, int]]) -> dict[str, int]:
    """Give each track one place and each place one track, best pairs first."""
    taken: dict[str, int] = {}
    places: set[int] = set()
    for track, place in pairs:
        if track not in taken and place not in places:
            taken[track] = place
            places.add(place)
    return taken


def _both_ways(pairs: list[tuple[str, int]]) -> tuple[dict[int, set[str]], dict[str, set[int]]]:
    """Tracks of each place, and places of each track."""
    tracks_at: dict[int, set[str]] = {}
    places_of: dict[str, set[int]] = {}
    for track, place in pairs:
        tracks_at.setdefault(place, set()).add(track)
        places_of.setdefault(track, set()).add(place)
    return tracks_at, places_of


def _joined(ids: set[str]) -> str | float:
    return "; ".join(sorted(ids)) if ids else math.nan


def _exploded(places: pd.Series) -> pd.DataFrame:
    """List the sites of places, one a row, each once."""
    lists = places.astype(object).fillna("").astype(str).str.split().to_list()
    lengths = [len(sites) for sites in lists]
    flat = [site for sites in lists for site in sites]
    table = pd.DataFrame(
        {"place": np.repeat(np.arange(len(lists)), lengths), "site": pd.Series(flat, dtype=object)}
    )
    return table.drop_duplicates()
