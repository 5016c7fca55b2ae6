"""What keeps coming back and what deviates: tables of a picture as lines to print.

Every section is a dict of plain texts and of charts, for a template; None where there is nothing to
say. Nothing is worked out here that a table does not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from est_geo.periods import parse_period
from est_geo.sharing.charts import month_squares
from est_geo.sharing.headings import swedish_order
from est_geo.sharing.headlines import RECURS, cells_of, chance_of, view_shown
from est_geo.sharing.report_values import (
    DASH,
    capital,
    category,
    count,
    expected_range,
    more_rows,
    rows_of,
    table_of,
    text,
    times,
)
from est_geo.sharing.report_words import report_words
from est_geo.sharing.wording import number, short_number

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTED = (*RECURS, "calm_now")
_TOP = 10
_SIX = 6
_MEMBERS = 2  # addresses of a place, beside the one it is named by
_BLOCK = 4
_SIGNS = {"red": "▲", "yellow": "●", "grey": DASH, "none": ""}
_FOUR_WEEKS = 3  # before the last


def recurring(picture: Any, language: str) -> dict[str, Any] | None:  # noqa: ANN401 - any picture
    """Addresses that come back, above a line; those that may be chance, below it."""
    if getattr(picture, "addresses", None) is None:
        return None
    say = report_words(language)
    rows = rows_of(table_of(picture.addresses))
    tested = bool(rows) and "verdict" in rows[0]
    of_kind = {
        kind: [row for row in rows if row.get("kind", "address") == kind]
        for kind in ("address", "place")
    }
    groups = []
    for kind, heading in (("address", ""), ("place", say["squares_stations"])):
        own = of_kind[kind]
        sure = [r for r in own if not tested or r["verdict"] in _LISTED]
        chance = [r for r in own if tested and r["verdict"] == "may_be_chance"]
        shown = sure[:_TOP]
        below = chance[: max(0, _TOP - len(shown))]
        if shown or below:
            groups.append(
                {
                    "heading": heading,
                    "counted": any(row.get("n") is not None for row in own),
                    "rows": [_address(row, say, language) for row in shown],
                    "below": [_address(row, say, language) for row in below],
                    "more": _more_of(
                        len(sure) - len(shown), len(chance) - len(below), say, language
                    )
                    if tested
                    else more_rows(len(own) - len(shown), say, language),
                }
            )
    groups += _places_that_recur(picture, say, language)
    message = ""
    if not rows:
        message = say["no_addresses"]
    elif not tested:
        message = say["no_test"]
    elif not any(row["verdict"] in RECURS for row in of_kind["address"]):
        message = say["none_recurring"]
    squares = any(row.get("months_seen") is not None for row in rows)
    return {
        "groups": groups,
        "message": message,
        "tested": tested,
        "squares": squares,
        "reporters": any(row.get("sources") for row in rows),
        "note": " ".join(
            [
                *([say["window_note"]] if rows and "window_weeks" in rows[0] else []),
                *([say["squares_note"]] if squares else []),
            ]
        ),
    }


def _places_that_recur(
    picture: Any,  # noqa: ANN401 - any picture
    say: dict[str, str],
    language: str,
) -> list[dict[str, Any]]:
    """Problem places that come back, by their number on the map; how many more that may be chance.

    One that is no place in the picture's own time has no number.
    """
    rows = rows_of(table_of(getattr(picture, "recurring_places", None)))
    sure = [row for row in rows if row["verdict"] in _LISTED]
    chance = sum(row["verdict"] == "may_be_chance" for row in rows)
    if not sure:
        return []
    shown = [row | {"address": row["name"], "rank": row["place_id"]} for row in sure[:_TOP]]
    return [
        {
            "heading": say["problem_places"],
            # Others get no counts, here and of addresses: it is the weeks that are shown.
            "counted": any(row["n"] is not None for row in shown),
            "rows": [
                _address(row, say, language) | {"members": _members(row, say)} for row in shown
            ],
            "below": [],
            "more": _more_of(len(sure) - len(shown), chance, say, language),
        }
    ]


def _members(row: dict[str, Any], say: dict[str, str]) -> str:
    """List the addresses of a place, largest first, but for the one that it is named by."""
    others = [
        address
        for address in text(row.get("addresses"), "").split("; ")
        if address and address != row["name"]
    ]
    listed = ", ".join(others[:_MEMBERS])
    rest = len(others) - _MEMBERS
    return f"{listed} {say['more'].format(rest)}" if rest > 0 else listed


def _address(row: dict[str, Any], say: dict[str, str], language: str) -> dict[str, Any]:
    verdict = row.get("verdict")
    sources = count(row.get("sources"), language) if row.get("sources") else DASH
    return {
        "rank": count(row.get("rank"), language),
        "name": text(row.get("address")),
        "members": "",
        "district": text(row.get("district"), ""),
        "n": count(row.get("n"), language, say["suppressed"]),
        "weeks": count(row.get("weeks"), language),
        "months": count(row.get("months"), language),
        "squares": _squares(row.get("months_seen"), say),
        "times": DASH
        if row.get("at_least_times") is None
        else say["at_least"].format(times(row["at_least_times"], language)),
        "verdict": "" if verdict is None else say.get(f"verdict_{verdict}", str(verdict)),
        "verdict_key": text(verdict, ""),
        "category": category(row.get("category"), language) if row.get("category") else "",
        "hours": _hours(row.get("hours"), say),
        "sources": say["one_source_only"] if row.get("only_one_source") else sources,
    }


def _squares(seen: object, say: dict[str, str]) -> Markup | None:
    """Six squares of "110010", oldest first, each of four weeks."""
    if not isinstance(seen, str) or not seen:
        return None
    filled = [mark == "1" for mark in seen[-_SIX:]]
    texts = [
        say["month_square" if mark else "month_square_none"].format(_weeks_ago(len(filled) - i))
        for i, mark in enumerate(filled)
    ]
    return Markup(month_squares(filled, texts))  # noqa: S704 - made by us, text escaped there


def _weeks_ago(block: int) -> str:
    """Name a block of four weeks counted back from 1, the latest: 0–3."""
    return f"{_BLOCK * (block - 1)}{DASH}{_BLOCK * block - 1}"


def _hours(value: object, say: dict[str, str]) -> str:
    """Write '20-02' as kl. 20–02."""
    if not isinstance(value, str) or "-" not in value:
        return DASH
    first, _, last = value.partition("-")
    return say["clock_span"].format(first, last)


def _more_of(sure: int, chance: int, say: dict[str, str], language: str) -> str:
    """Say how many more there are, and how many of them that may be chance."""
    parts = []
    if sure > 0:
        parts.append(say["more_recurring"].format(number(sure, language)))
    if chance > 0:
        parts.append(say["more_chance"].format(number(chance, language)))
    return " ".join(parts)


def deviating(picture: Any, language: str) -> dict[str, Any] | None:  # noqa: ANN401 - any picture
    """Red and yellow cells as a list, all of them as a small table, and what chance gives."""
    deviations = getattr(picture, "deviations", None)
    if deviations is None:
        return None
    say = report_words(language)
    kind = getattr(getattr(picture, "period", None), "kind", None)
    shown = view_shown(deviations, kind)
    table = table_of(deviations)
    if shown is None or table is None:
        return {"lines": [], "message": say["say_nothing"], "notes": [], "matrix": None}
    views = [shown, *(str(v) for v in table["view"].unique() if str(v) != shown)]
    lines, notes = [], []
    for view in views:
        cells = cells_of(deviations, view)
        marked = [cell for cell in cells if cell.get("signal") in {"red", "yellow"}]
        lines += [_deviation(cell, view, say, language) for cell in marked]
        chance = chance_of(picture, view)
        if chance is not None:
            notes.append(
                f"{capital(_view_label(view, cells, say, language))}: "
                + say["by_chance"].format(
                    count(chance.get("cells"), language),
                    _rough(chance.get("red_by_chance"), language),
                    _rough(chance.get("yellow_by_chance"), language),
                )
            )
    of_shown = cells_of(deviations, shown)
    if any(cell.get("holiday") for cell in of_shown):
        notes.append(say["holiday_note"])
    if any(cell.get("preliminary") for cell in of_shown):
        notes.append(say["preliminary_note"])
    return {
        "lines": lines,
        "message": "" if lines else say["none_deviates"],
        "reporting": any(line["reporting"] for line in lines),
        "red_at": any(line["red_at"] != DASH for line in lines),
        "notes": notes,
        "matrix": _matrix(of_shown, say, language),
        "period": _view_label(shown, of_shown, say, language),
    }


def _deviation(
    cell: dict[str, Any], view: str, say: dict[str, str], language: str
) -> dict[str, Any]:
    signal = str(cell["signal"])
    return {
        "sign": _SIGNS[signal],
        "signal": signal,
        "signal_text": say[f"signal_{signal}"],
        "district": text(cell.get("district")),
        "category": category(cell.get("category"), language),
        "view": say.get(f"view_{view}", view),
        "n": count(cell.get("n"), language, say["suppressed"]),
        "expected": expected_range(cell, language),
        "red_at": count(cell.get("red_at"), language),
        "reporting": _reporting(cell, say),
        "holiday": bool(cell.get("holiday")),
    }


def _reporting(cell: dict[str, Any], say: dict[str, str]) -> str:
    kind, source = cell.get("reporting"), cell.get("source")
    if kind not in {"changed", "new"}:
        return ""
    bare = say[f"reporting_{kind}_bare"]
    return bare if source is None else say[f"reporting_{kind}"].format(source)


def _matrix(
    cells: list[dict[str, Any]], say: dict[str, str], language: str
) -> dict[str, Any] | None:
    """District by category, in Swedish order; each cell its sign, number and what was expected."""
    if not cells:
        return None
    districts = sorted({text(c.get("district")) for c in cells}, key=swedish_order)
    kinds = {text(c.get("category")): category(c.get("category"), language) for c in cells}
    columns = sorted(kinds, key=lambda kind: swedish_order(kinds[kind]))
    at = {(text(c.get("district")), text(c.get("category"))): c for c in cells}
    rows = []
    for district in districts:
        row = []
        for kind in columns:
            cell = at.get((district, kind))
            signal = str(cell.get("signal", "none")) if cell else "grey"
            row.append(
                {
                    "sign": _SIGNS.get(signal, ""),
                    "signal": signal,
                    "signal_text": say.get(f"signal_{signal}", signal),
                    "n": count(cell.get("n"), language, say["suppressed"]) if cell else DASH,
                    "expected": expected_range(cell, language) if cell else "",
                    "changed": bool(cell and cell.get("reporting")),
                    "holiday": bool(cell and cell.get("holiday")),
                }
            )
        rows.append({"district": district, "cells": row})
    return {"columns": [_breakable(kinds[kind]) for kind in columns], "rows": rows}


def _breakable(heading: str) -> str:
    """Say where the longest of our own words may be broken in a narrow column."""
    return heading.replace("ordningsstörning", "ordnings\u00adstörning")


def _view_label(
    view: str, cells: Sequence[dict[str, Any]], say: dict[str, str], language: str
) -> str:
    """Name the period of a view: vecka 47, 16–22 november 2026; fyra veckor: 44–47 2026."""
    name = say.get(f"view_{view}", view)
    if not cells or not isinstance(cells[0].get("period"), str):
        return name
    period = parse_period(cells[0]["period"])
    if view != "four_weeks":
        return period.label(language)
    first = period.previous(_FOUR_WEEKS)
    return f"{name}, {first.part}{DASH}{period.part} {period.year}"


def _rough(value: object, language: str) -> str:
    """Write an expected number roughly: 0,5; 3."""
    return (
        short_number(round(float(value), 1), language) if isinstance(value, int | float) else DASH
    )
