"""What a report accounts for: changes, need, quality of the data, and how everything was made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from est_geo.schema import CHANGES
from est_geo.sharing.facts import parameter_rows
from est_geo.sharing.headings import heading
from est_geo.sharing.report_values import (
    DASH,
    capital,
    category,
    count,
    day,
    joined,
    more_rows,
    rows_of,
    share,
    table_of,
    text,
)
from est_geo.sharing.report_words import report_words
from est_geo.sharing.wording import date_range, number, short_number

_TOP = 10
_MOST_ROWS = 40
_CHANGES = 15
_COUNTED = ("inside", "duplicates", "outside", "district_only", "unplaced", "rejected")
_SHARES = {"share", "hit_rate", "cumulative_share"}
_UNREAD = {"geometry", "site_ids", "district_id", "place_id"}


def changes(picture: Any, language: str) -> dict[str, Any] | None:  # noqa: ANN401 - any picture
    """Places that are new, remain or are gone, the efforts made and what followed them."""
    tracking, efforts, follow_up = (
        getattr(picture, name, None) for name in ("tracking", "efforts", "follow_up")
    )
    if tracking is None and efforts is None and follow_up is None:
        return None
    say = report_words(language)
    first = "previous" in picture.parameters and picture.parameters["previous"] is None
    rows = [] if first else rows_of(table_of(tracking))
    last = max((str(row.get("period")) for row in rows), default="")
    rows = [row for row in rows if str(row.get("period")) == last]
    # What only remains is no news.
    rows.sort(key=lambda row: row.get("change") == "remains")
    lines = [
        {
            **_changed_place(row, say),
            "status": say.get(f"change_{row.get('change')}", text(row.get("change"))),
            "status_key": text(row.get("change"), ""),
            "n": count(row.get("n"), language),
            "before": count(row.get("n_before"), language),
        }
        for row in rows[:_CHANGES]
    ]
    return {
        "rows": lines,
        "more": more_rows(len(rows) - _CHANGES, say, language),
        "message": say["no_changes"] if not rows else "",
        "total": _changes_in_all(rows, say, language),
        "tables": [{"heading": say["efforts"], **plain_table(table_of(efforts), language)}]
        if table_of(efforts) is not None
        else [],
        "followed": [_followed(row, say, language) for row in rows_of(table_of(follow_up))],
    }


def _changed_place(row: dict[str, Any], say: dict[str, str]) -> dict[str, str]:
    """Name a place and its district; one that is gone may have no name that can be shown."""
    name, district = row.get("name"), row.get("district")
    if name is None and district is not None:
        return {"name": say["change_unnamed"].format(district), "district": ""}
    return {"name": text(name), "district": text(district, "")}


def _followed(row: dict[str, Any], say: dict[str, str], language: str) -> dict[str, Any]:
    """Write what followed an effort, and whether that can be told from chance."""
    first, last = row.get("start"), row.get("end")
    change = DASH
    if row.get("wdd") is not None and row.get("low") is not None and row.get("high") is not None:
        change = say["follow_change"].format(
            *(_signed(row[name], language) for name in ("wdd", "low", "high"))
        )
    days = DASH
    if first is not None and last is not None:
        days = date_range(first, last, language)
    return {
        "name": text(row.get("effort_id")),
        "days": days,
        "before": count(row.get("before"), language, say["suppressed"]),
        "after": count(row.get("after"), language, say["suppressed"]),
        "change": change,
        "verdict": say.get(f"follow_{row.get('verdict')}", text(row.get("verdict"))),
        "verdict_key": text(row.get("verdict"), ""),
        "told": row.get("verdict") in {"fewer", "more"},
        "detectable": DASH
        if row.get("detectable") is None
        else number(math.ceil(row["detectable"]), language),
    }


def _signed(value: float, language: str) -> str:
    """Write a change with its sign: −12, +3, 0."""
    rounded = number(abs(value), language)
    sign = "" if rounded == "0" else "+" if value > 0 else "\u2212"
    return sign + rounded


def _changes_in_all(rows: list[dict[str, Any]], say: dict[str, str], language: str) -> str:
    """Say how many places are new, gone and so on, in the order of `CHANGES`."""
    said = [str(row.get("change")) for row in rows]
    parts = [
        f"{say[f'change_{change}']} {number(said.count(change), language)}"
        for change in CHANGES
        if change in said
    ]
    return capital(" · ".join(parts))


def need(picture: Any, language: str) -> dict[str, Any] | None:  # noqa: ANN401 - any picture
    """Districts or places by need and influence, with the weights that rank them."""
    table = table_of(getattr(picture, "need", None))
    if table is None:
        return None
    say = report_words(language)
    weights = table.attrs.get("need", {}).get("weights", {})
    of_need = joined(
        [
            say["weight_of"].format(say[name].lower(), short_number(float(weights[name]), language))
            for name in ("burden", "trend", "share")
            if weights.get(name)
        ],
        say["say_and"],
    )
    rows = rows_of(table)
    return {
        "rows": [
            {
                "rank": count(row.get("rank"), language),
                "name": text(row.get("name")),
                "n": count(row.get("n"), language, say["suppressed"]),
                "share": share(row.get("share"), language),
                "earlier": count(row.get("earlier"), language),
                "actors": count(row.get("actors"), language),
                "need": _score(row.get("need"), language),
                "influence": _score(row.get("influence"), language),
                "score": _score(row.get("score"), language),
            }
            for row in rows[:_TOP]
        ],
        "note": say[
            "need_note" if any(row.get("actors") is not None for row in rows) else "need_note_bare"
        ].format(of_need)
        if of_need
        else "",
        "earlier": any(row.get("earlier") is not None for row in rows),
        "actors": any(row.get("actors") is not None for row in rows),
    }


def concentration(picture: Any, language: str) -> str:  # noqa: ANN401 - any picture
    """Say in one sentence how few addresses hold half; nothing where that is not known."""
    rows = rows_of(table_of(getattr(picture, "concentration", None)))
    whole = next((row for row in rows if row.get("district_id") is None), None)
    if whole is None or whole.get("share_50") is None:
        return ""
    form = "concentration_seen" if whole.get("inflated") else "concentration_all"
    return report_words(language)[form].format(
        share(whole["share_50"], language),
        count(whole.get("units_50"), language),
        count(whole.get("units"), language),
    )


def priority(picture: Any, language: str) -> dict[str, Any] | None:  # noqa: ANN401 - any picture
    """Cells to begin with."""
    table = table_of(getattr(picture, "priority", None))
    if table is None:
        return None
    say = report_words(language)
    used = table.attrs.get("priority", {})
    note = ""
    if {"cell_m", "area_used", "share"} <= set(used):
        note = say["priority_note"].format(
            short_number(float(used["cell_m"]), language),
            share(float(used["area_used"]), language),
            share(float(used["share"]), language),
        )
    rows = rows_of(table)
    return {
        "rows": [
            {
                "rank": count(row.get("rank"), language),
                "name": text(row.get("address")),
                "district": text(row.get("district")),
                "n": count(row.get("n"), language, say["suppressed"]),
            }
            for row in rows[:_TOP]
        ],
        "more": more_rows(len(rows) - _TOP, say, language),
        "note": note,
        "named": any(row.get("address") is not None for row in rows[:_TOP]),
    }


def quality(picture: Any, language: str) -> dict[str, Any]:  # noqa: ANN401 - any picture
    """Account for every row read, as a sum, and show what is known of the data's quality."""
    say = report_words(language)
    counts: dict[str, int] = dict(getattr(picture, "counts", None) or {})
    parts = [
        {"n": number(counts[name], language), "what": say[f"rows_{name}"]}
        for name in _COUNTED
        if counts.get(name) or (name == "inside" and name in counts)
    ]
    total = ""
    if "read" in counts:
        total = number(counts["read"] + counts.get("rejected", 0), language)
    notes = [
        say[f"rows_{name}"].format(number(counts[key], language))
        for name, key in (("without_time", "without_time"), ("null_island", "at_null_island"))
        if counts.get(key)
    ]
    given = getattr(picture, "quality", None)
    tables = given if isinstance(given, dict) else {"": given}
    shown = [
        {"heading": str(name), **plain_table(table_of(table), language)}
        for name, table in tables.items()
        if table_of(table) is not None
    ]
    return {"total": total, "parts": parts, "notes": notes, "tables": shown}


def method(picture: Any, language: str) -> dict[str, Any]:  # noqa: ANN401 - any picture
    """Every parameter, what words mean, versions and checksums."""
    say = report_words(language)
    given = {
        "recurring": ("addresses", ("define_recurring", "define_chance")),
        "deviating": ("deviations", ("define_deviating", "define_expected", "define_unseen")),
        "places": ("places", ("define_place",)),
        "time": ("time_profile", ("define_time",)),
    }
    definitions = [
        say[key]
        for table, keys in given.values()
        if getattr(picture, table, None) is not None
        for key in keys
    ]
    provenance = getattr(picture, "provenance", None)
    return {
        "parameters": parameter_rows(picture, language),
        "definitions": [*definitions, say["define_people"], say["not_legal_advice"]],
        "versions": sorted(getattr(provenance, "versions", {}).items()),
        "inputs": sorted(getattr(provenance, "inputs", {}).items()),
    }


def plain_table(table: pd.DataFrame | None, language: str) -> dict[str, Any]:
    """Show any table as it is: headings in the language, numbers and days as written in it."""
    if table is None:
        return {"columns": [], "numeric": [], "rows": [], "more": ""}
    shown = [str(name) for name in table.columns if name not in _UNREAD]
    rows = rows_of(table)
    return {
        "columns": [heading(name, language) for name in shown],
        "numeric": [pd.api.types.is_numeric_dtype(table[name]) for name in shown],
        "rows": [[_cell(row[name], name, language) for name in shown] for row in rows[:_MOST_ROWS]],
        "more": more_rows(len(rows) - _MOST_ROWS, report_words(language), language),
    }


def _cell(value: object, column: str, language: str) -> str:
    """Write one value by its kind and column."""
    said = DASH
    if isinstance(value, bool | np.bool_):
        said = report_words(language)["yes" if value else "no"]
    elif isinstance(value, pd.Timestamp):
        said = day(value, language)
    elif column in _SHARES:
        said = share(value, language)
    elif column == "category":
        said = category(value, language)
    elif isinstance(value, float):
        said = short_number(value, language)
    elif isinstance(value, int | np.integer):
        said = number(int(value), language)
    elif value is not None:
        said = str(value)
    return said


def _score(value: object, language: str) -> str:
    return number(float(value), language, decimals=2) if isinstance(value, int | float) else DASH
