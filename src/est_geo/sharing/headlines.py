"""Headlines: three to five sentences made from the numbers, each with its place and its doubt.

Nothing is worked out here that the tables do not hold, and no cause is named. What may be chance is
said to be so in the sentence itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from est_geo.sharing.headings import swedish_order
from est_geo.sharing.report_values import (
    capital,
    category,
    clock,
    count,
    expected_range,
    joined,
    rows_of,
    share,
    spelt,
    table_of,
    times,
)
from est_geo.sharing.report_words import report_words
from est_geo.sharing.wording import number, short_number

RECURS = ("recurring_long", "recurring_new")
_NAMED = 3
_REDS = 2
_YELLOWS = 2
_FEWEST = 5  # incidents that a sentence on hours needs
_SURE = 0.05
_MUCH = 0.15  # of the incidents, without a sure location
_VIEW_OF = {"week": "week", "month": "month", "tertial": "tertial"}


class Headline(NamedTuple):
    """One sentence, or two that belong together, and which section it comes from."""

    text: str
    section: str


def headlines(picture: Any, language: str) -> list[Headline]:  # noqa: ANN401 - any picture
    """Say what matters most, most important first.

    Parameters
    ----------
    picture : Picture
        Finished tables; those that are missing are passed over.
    language : {"sv", "en"}
        Of the sentences.

    Returns
    -------
    list of Headline
        At least one; at most seven.
    """
    say = report_words(language)
    said = [
        *_recurring(picture, say, language),
        *_deviating(picture, say, language),
        *_when(picture, say, language),
        *_unplaced(picture, say, language),
    ]
    return said or [Headline(say["say_nothing"], "quality")]


def view_shown(deviations: object, kind: str | None) -> str | None:
    """Choose the view of a picture: that of its period, else the first there is."""
    table = table_of(deviations)
    if table is None:
        return None
    views = [str(view) for view in table["view"].unique()]
    wished = _VIEW_OF.get(kind or "")
    return wished if wished in views else views[0]


def cells_of(deviations: object, view: str) -> list[dict[str, Any]]:
    """Take the cells of the last period of a view: of districts, reds first."""
    table = table_of(deviations)
    if table is None:
        return []
    of = table[table["view"] == view]
    last = of[of["period"] == of["period"].max()]
    if "place_id" in last.columns:
        last = last[last["place_id"].isna()]
    return rows_of(last)


def chance_of(picture: Any, view: str) -> dict[str, Any] | None:  # noqa: ANN401 - any picture
    """Take what chance alone gives in a view, where the picture says so."""
    rows = [
        row
        for row in rows_of(table_of(getattr(picture, "deviation_chance", None)))
        if row.get("view") == view and row.get("rows", "district") == "district"
    ]
    return max(rows, key=lambda row: str(row.get("period"))) if rows else None


def _recurring(picture: Any, say: dict[str, str], language: str) -> list[Headline]:  # noqa: ANN401
    rows = [
        row
        for row in rows_of(table_of(getattr(picture, "addresses", None)))
        if row.get("kind", "address") == "address"
    ]
    if not rows or "verdict" not in rows[0]:
        return []
    found = [row for row in rows if row["verdict"] in RECURS]
    chance = sum(row["verdict"] == "may_be_chance" for row in rows)
    doubt = []
    if chance == 1:
        doubt.append(say["say_chance_one"])
    elif chance:
        doubt.append(capital(say["say_chance"].format(spelt(chance, say, language))))
    if not found:
        return [Headline(" ".join([say["none_recurring"], *doubt]), "recurring")]
    exact = getattr(picture, "audience", "internal") == "internal"
    if len(found) == 1:
        subject = say["say_one_address" if exact else "say_one_square"]
    else:
        many = say["say_addresses" if exact else "say_squares"]
        subject = capital(many.format(spelt(len(found), say, language)))
    named = found[:_NAMED]
    districts = {row.get("district") for row in found} - {None}
    alone = len(districts) == 1
    if alone:
        subject = say["say_in"].format(subject, next(iter(districts)))
    listed = joined(
        [
            _with_weeks(_name(row, say, exact=exact, place=not alone), row, say, language)
            for row in named
        ],
        say["say_and"],
    )
    form = "say_recurs_one" if len(found) == 1 else "say_recurs"
    if len(found) > _NAMED:
        form = "say_recurs_top"
    one_source = [
        _name(row, say, exact=exact, place=False) for row in named if row.get("only_one_source")
    ]
    if one_source:
        of = capital(joined(one_source, say["say_and"]))
        doubt.insert(0, say["say_one_source"].format(of))
    return [Headline(" ".join([say[form].format(subject, listed), *doubt]), "recurring")]


def _name(row: dict[str, Any], say: dict[str, str], *, exact: bool, place: bool) -> str:
    """Name an address; a square, which has coordinates for a name, by its number on the map."""
    name = str(row.get("address")) if exact else say["say_number"].format(row.get("rank"))
    if place and row.get("district") is not None:
        return say["say_in"].format(name, row["district"])
    return name


def _with_weeks(name: str, row: dict[str, Any], say: dict[str, str], language: str) -> str:
    weeks = row.get("weeks")
    if weeks is None:
        return name
    at_least = row.get("at_least_times")
    if at_least is None:
        return say["say_weeks"].format(name, count(weeks, language))
    return say["say_weeks_times"].format(name, count(weeks, language), times(at_least, language))


def _deviating(picture: Any, say: dict[str, str], language: str) -> list[Headline]:  # noqa: ANN401
    deviations = getattr(picture, "deviations", None)
    period = getattr(picture, "period", None)
    view = view_shown(deviations, getattr(period, "kind", None))
    if view is None:
        return []
    cells = cells_of(deviations, view)
    red = [cell for cell in cells if cell.get("signal") == "red"]
    said = [
        Headline(
            " ".join(
                [
                    capital(say["say_above"].format(*_figures(cell, say, language))),
                    *_by_reporter(cell, say, language),
                ]
            ),
            "deviating",
        )
        for cell in red[:_REDS]
    ]
    if said:
        tail = [said[-1].text]
        if len(red) > _REDS:
            rest = spelt(len(red) - _REDS, say, language)
            tail.append(say["say_more_red"].format(rest))
        chance = chance_of(picture, view)
        if chance is not None and chance.get("red_by_chance") is not None:
            expected = short_number(round(float(chance["red_by_chance"]), 1), language)
            cells_text = count(chance.get("cells"), language)
            tail.append(say["say_red_chance"].format(expected, cells_text))
        said[-1] = Headline(" ".join(tail), "deviating")
    yellow = [cell for cell in cells if cell.get("signal") == "yellow"]
    if yellow:
        said.append(Headline(_watched(yellow, say, language), "deviating"))
    marked = {cell.get("district") for cell in cells if cell.get("signal") in {"red", "yellow"}}
    calm = {cell.get("district") for cell in cells} - marked - {None}
    if not marked:
        return [Headline(say["none_deviates"], "deviating")]
    if calm:
        named = joined(sorted(map(str, calm), key=swedish_order), say["say_and"])
        said.append(Headline(say["say_calm"].format(named), "deviating"))
    return said


def _figures(cell: dict[str, Any], say: dict[str, str], language: str) -> tuple[object, ...]:
    """Give a cell's category and district, how many there were, and how many were expected."""
    return (
        category(cell.get("category"), language),
        cell.get("district"),
        count(cell.get("n"), language, say["suppressed"]),
        expected_range(cell, language),
    )


def _watched(yellow: list[dict[str, Any]], say: dict[str, str], language: str) -> str:
    """Name what is worth an eye: no alarm, and told from one."""
    parts = [
        say["say_watched"].format(*_figures(cell, say, language)) for cell in yellow[:_YELLOWS]
    ]
    if len(yellow) > _YELLOWS:
        parts.append(say["say_watch_more"].format(spelt(len(yellow) - _YELLOWS, say, language)))
    return say["say_watch"].format(joined(parts, say["say_and"]))


def _by_reporter(cell: dict[str, Any], say: dict[str, str], language: str) -> list[str]:
    """Say so where a rise is one reporter's, and how much of it where that may be shown."""
    kind, source, brought = (cell.get(name) for name in ("reporting", "source", "source_n"))
    if kind is None:
        return []
    if source is None:
        return [say["say_changed_bare"]]
    if brought is not None and cell.get("n") is not None:
        form = say["say_new_of" if kind == "new" else "say_changed_of"]
        parts = (spelt(int(value), say, language) for value in (brought, cell["n"]))
        return [capital(form.format(*parts, source))]
    if kind == "new":
        return [capital(say["reporting_new"].format(source)) + "."]
    return [say["say_changed"].format(source)]


def _when(picture: Any, say: dict[str, str], language: str) -> list[Headline]:  # noqa: ANN401
    rows = rows_of(table_of(getattr(picture, "when_and_where", None)))
    rows = [row for row in rows if (row.get("weight") or 0) >= _FEWEST]
    if not rows or rows[0].get("share_of_own") is None:
        return []
    top = rows[0]
    key = "place_id" if "place_id" in top else "district_id"
    sure = _is_sure(top)
    same = [
        row
        for row in rows
        if row.get(key) == top.get(key)
        and (row["from_hour"], row["to_hour"]) == (top["from_hour"], top["to_hour"])
        and (row is top or (sure and _is_sure(row)))
    ]
    same.sort(key=lambda row: int(row["weekday"]))
    days = say["weekdays"].split()
    here = sum(float(row["share_of_own"]) for row in same)
    text = say["say_when"].format(
        top.get("name"),
        share(here, language),
        joined([days[int(row["weekday"])] for row in same], say["say_and"]),
        clock(int(top["from_hour"]), int(top["to_hour"])),
    )
    shares = [row.get("share_elsewhere") for row in same]
    if all(value is not None for value in shares):
        elsewhere = sum(float(value) for value in shares if value is not None)
        form = "say_when_own" if sure else "say_when_chance"
        text += " " + say[form].format(share(elsewhere, language))
    return [Headline(text, "when")]


def _is_sure(row: dict[str, Any]) -> bool:
    return row.get("p") is not None and row["p"] <= _SURE


def _unplaced(picture: Any, say: dict[str, str], language: str) -> list[Headline]:  # noqa: ANN401
    counts = getattr(picture, "counts", None) or {}
    read = counts.get("read")
    lost = counts.get("district_only", 0) + counts.get("unplaced", 0)
    if not read or lost < _MUCH * read:
        return []
    text = say["say_unplaced"].format(number(lost, language), number(read, language))
    return [Headline(text, "quality")]
