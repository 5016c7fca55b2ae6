"""When and where: charts of weeks and hours, and the table that staffing is planned from."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from est_geo.periods import parse_period
from est_geo.sharing.charts import RAMP, Week, week_line, week_strip
from est_geo.sharing.report_values import (
    DASH,
    clock,
    count,
    more_rows,
    rows_of,
    share,
    table_of,
    text,
)
from est_geo.sharing.report_words import report_words
from est_geo.sharing.wording import number, short_number

_TOP = 10
_STRIPS = 3
_BINS, _HOURS = 168, 24


def weekly(picture: Any, language: str) -> Markup | None:  # noqa: ANN401 - any picture
    """Chart of counts by week, where the picture has them: `week`, `n`, `low`, `high`."""
    rows = rows_of(table_of(getattr(picture, "weekly", None)))
    if not rows or not {"week", "n"} <= set(rows[0]):
        return None
    say = report_words(language)
    weeks = [
        Week(
            str(parse_period(str(row["week"])).part),
            float(row["n"] or 0),
            row.get("low"),
            row.get("high"),
            bool(row.get("complete", True)),
        )
        for row in rows
    ]
    last = next((week for week in reversed(weeks) if week.complete), weeks[-1])
    says = say["weekly_band"].format(last.label, count(last.n, language))
    return Markup(week_line(weeks, says=says))  # noqa: S704 - made by us, text escaped there


def when_and_where(picture: Any, language: str) -> dict[str, Any] | None:  # noqa: ANN401
    """Hours of the week for the area and its top places, and the table staffing is planned from."""
    profile = getattr(picture, "time_profile", None)
    table = getattr(picture, "when_and_where", None)
    if profile is None and table is None:
        return None
    say = report_words(language)
    strips = _strips(rows_of(table_of(profile)), say, language)
    rows = rows_of(table_of(table))
    counted = any(row.get("weight") is not None for row in rows)
    notes = []
    known = getattr(table_of(profile), "attrs", {}).get("time_profile")
    if isinstance(known, dict) and "known" in known:
        unknown = sum(
            int(known.get(reason, 0))
            for reason in (
                *("without_time", "week_only", "longer_than_a_week"),
                *("day_only", "midnight"),
            )
        )
        if unknown:
            notes.append(
                say["time_unknown"].format(
                    number(int(known["known"]), language), number(unknown, language)
                )
            )
    chosen = getattr(table_of(table), "attrs", {}).get("when_and_where")
    if isinstance(chosen, dict):
        places = bool(rows) and "place_id" in rows[0]
        notes.append(
            say["blocks"].format(
                number(chosen["blocks"], language),
                number(chosen["blocks_in_all"], language),
                chosen["block_hours"],
                share(chosen["hold"], language),
                say["in_places" if places else "in_districts"],
            )
        )
        if counted:
            notes.append(say["blocks_note"])
    days = say["weekdays"].split()
    return {
        "strips": strips,
        "rows": [
            {
                "name": text(row.get("name")),
                "day": days[int(row["weekday"])],
                "clock": say["clock_span"].format(
                    *clock(int(row["from_hour"]), int(row["to_hour"])).split(DASH)
                ),
                "n": count(row.get("weight"), language, say["suppressed"]),
                "own": share(row.get("share_of_own"), language),
                "elsewhere": share(row.get("share_elsewhere"), language),
            }
            for row in rows[:_TOP]
        ],
        "more": more_rows(len(rows) - _TOP, say, language),
        "message": "" if strips or rows else say["no_times"],
        "hidden": say["strip_hidden"] if any(strip["hidden"] for strip in strips) else "",
        "counted": counted,
        "own": any(row.get("share_of_own") is not None for row in rows),
        "elsewhere": any(row.get("share_elsewhere") is not None for row in rows),
        "notes": notes,
    }


def _strips(rows: list[dict[str, Any]], say: dict[str, str], language: str) -> list[dict[str, Any]]:
    """Charts of the whole area and of the first three places."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row.get("place_id"), row.get("name")), []).append(row)
    whole = [key for key in groups if key[0] is None]
    places = [key for key in groups if key[0] is not None][:_STRIPS]
    days = say["weekdays"].split()
    strips = []
    for key in [*whole[:1], *places]:
        weights: list[float | None] = [0.0] * _BINS
        for row in groups[key]:
            bin_ = int(row["weekday"]) * _HOURS + int(row["hour"])
            if 0 <= bin_ < _BINS:
                weights[bin_] = None if row["weight"] is None else float(row["weight"])
        if key[0] is not None and not any(weights) and None in weights:
            continue  # nothing of it may be shown: an empty grid would only take room
        hidden = None in weights
        most = max((weight for weight in weights if weight is not None), default=0.0)
        says = say["suppressed"] if hidden else say["strip_none"]
        if most > 0:
            day, hour = divmod(weights.index(most), _HOURS)
            says = say["strip"].format(days[day], f"{hour:02d}", f"{hour + 1:02d}")
        chart = week_strip(weights, days=say["weekdays_short"].split(), says=says)
        strips.append(
            {
                "name": say["whole_area"] if key[0] is None else text(key[1]),
                "rank": "" if key[0] is None else count(key[0], language),
                "chart": Markup(chart),  # noqa: S704 - made by us, text escaped there
                "says": says,
                "most": say["at_most"].format(short_number(most, language)) if most > 0 else says,
                "hidden": hidden,
                "ramp": RAMP,
            }
        )
    return strips
