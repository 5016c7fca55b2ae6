"""The demo's weekly and tertial pictures in a few numbers, to be read in review.

``python tests/golden_pictures.py --write`` writes them anew; ``… --checksums`` prints what every
file of them hashes to.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import est_geo as eg
from est_geo.scheduled.outputs import files_of_picture
from est_geo.scheduled.settings import Settings

PERIODS = ("2026-W47", "2026-T2")
FILE = Path(__file__).with_name("golden") / "demo_pictures.json"
_TOP = 5


@cache
def demo_picture(period: str) -> eg.Picture:
    """Build one picture of the demo, from its files."""
    example = eg.make_example()
    with tempfile.TemporaryDirectory() as folder:
        intake = eg.read_incidents(example.write(folder)["incidents"], crs=3006)
    return eg.build_picture(
        intake.incidents,
        example.districts,
        period=period,
        gazetteer=example.register,
        outside="keep",
    )


def checksums(*, fresh: bool = False) -> dict[str, str]:
    """Hash every file of both pictures for every audience."""
    if fresh:
        demo_picture.cache_clear()
    settings = Settings.model_validate(
        {"districts": {"bundled": ["sollentuna"]}, "sources": [{"files": ["x"]}]}
    )
    return {
        f"{period} {audience} {name}": hashlib.sha256(content).hexdigest()
        for period in PERIODS
        for audience in ("internal", "partner", "public")
        for name, content in files_of_picture(
            demo_picture(period).for_audience(audience), settings, pd.DataFrame()
        ).items()
    }


def summary(picture: eg.Picture) -> dict[str, object]:
    """Give the numbers of a picture that a reader would look at first."""
    values = picture.density.values
    red = picture.deviations[picture.deviations["signal"].isin(["red", "yellow"])]
    profile = picture.time_profile[picture.time_profile["place_id"].isna()]
    return {
        "counts": picture.counts,
        "parameters": {name: picture.parameters[name] for name in sorted(picture.parameters)},
        "chosen_for_you": sorted(picture.chosen_for_you),
        "rows": {
            name: len(getattr(picture, name))
            for name in (
                *("sites", "places", "addresses", "deviations", "priority", "when_and_where"),
                *("need", "concentration", "tracking", "quality"),
            )
        },
        "density": [_short(np.nanmean(values)), _short(np.nanmax(values))],
        "districts": dict(
            zip(picture.district_counts["district"], picture.district_counts["n"], strict=True)
        ),
        "verdicts": picture.addresses["verdict"].value_counts().sort_index().to_dict(),
        "verdicts_of_places": None
        if picture.recurring_places is None
        else picture.recurring_places["verdict"].value_counts().sort_index().to_dict(),
        "addresses": _rows(picture.addresses, "address", "n", "weeks", "expected", "q"),
        "places": _rows(picture.places, "name", "n", "sites", "hours"),
        "deviating": _rows(red, "view", "district", "category", "n", "expected", "p", "signal"),
        "when": _rows(picture.when_and_where, "name", "weekday", "from_hour", "to_hour", "weight"),
        "need": _rows(picture.need, "name", "n", "trend", "score"),
        "next": _rows(picture.priority, "district", "n", "score"),
        "half_of_all": _short(picture.concentration["share_50"].iloc[0]),
        "busiest_hour": profile.nlargest(1, "weight")[["weekday", "hour"]].iloc[0].tolist(),
    }


def golden() -> dict[str, object]:
    """Give both pictures in numbers, and what partners see less."""
    numbers: dict[str, object] = {period: summary(demo_picture(period)) for period in PERIODS}
    for audience in ("partner", "public"):
        shown = demo_picture(PERIODS[0]).for_audience(audience)
        numbers[f"{PERIODS[0]} {audience}"] = {
            "sites": [len(shown.sites), int(shown.sites["n"].sum())],
            "hidden": int(shown.deviations["n"].isna().sum()),
            "addresses": _rows(shown.addresses, "address", "weeks"),
            "places": _rows(shown.places, "name", "n"),
        }
    return numbers


def as_text(numbers: dict[str, object]) -> str:
    """Write numbers so that a change of one is a change of one line."""
    return json.dumps(numbers, ensure_ascii=False, indent=1, default=_plain) + "\n"


def _rows(table: pd.DataFrame, *columns: str) -> list[str]:
    top = table.head(_TOP)
    return [
        " · ".join(str(_short(value)) for value in row)
        for row in top[list(columns)].itertuples(index=False)
    ]


def _short(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else str(value)


if __name__ == "__main__":
    if "--write" in sys.argv:
        FILE.write_text(as_text(golden()), encoding="utf-8")
    else:
        print(json.dumps(checksums()))  # noqa: T201 - what it is for
