"""The report: one file that reads on a screen, on a phone and on paper, and asks for nothing.

What it says is made in `report_sections`, `report_account` and `headlines`; the template only lays
it out. Text from data reaches the page through the template's escaping and in no other way.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, DictLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from est_geo.errors import FileRefused, InputError
from est_geo.files import write_atomic
from est_geo.sharing.escaping import SURROGATE
from est_geo.sharing.facts import audience_word
from est_geo.sharing.headlines import headlines
from est_geo.sharing.outgoing import check_outgoing
from est_geo.sharing.packaged import read_asset
from est_geo.sharing.policy import policy_of
from est_geo.sharing.report_account import changes, concentration, method, need, priority, quality
from est_geo.sharing.report_hours import weekly, when_and_where
from est_geo.sharing.report_map import still_map
from est_geo.sharing.report_pdf import pdf_bytes
from est_geo.sharing.report_sections import deviating, recurring
from est_geo.sharing.report_values import joined
from est_geo.sharing.report_words import report_words
from est_geo.sharing.wording import date, date_range, number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from est_geo.sharing.html import Page

_NAME = "report.html"
_TOWNS = 4
_REPORTERS = 8
_PLAIN = re.compile(r"[^A-Za-z0-9]")
_HEIGHT = 760


@dataclass(frozen=True)
class Report:
    """A finished report, as text; in a notebook it shows itself."""

    html: str = field(repr=False)
    title: str

    def _repr_html_(self) -> str:
        """Show the report in a frame that cannot reach the notebook."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" '
            f'title="{html.escape(self.title)}" '
            f'style="width:100%;height:{_HEIGHT}px;border:1px solid #9a9a9a"></iframe>'
        )


def write_report(
    picture: Any,  # noqa: ANN401 - a Picture, or what has its parts
    path: str | Path | None = None,
    *,
    title: str | None = None,
    language: str = "sv",
    made_on: dt.date | None = None,
    template: str | Path | None = None,
    with_map: bool | Page = True,
) -> Path | Report:
    """Write a picture as a report of one file.

    Parameters
    ----------
    picture : Picture
        Finished tables of one period, of the audience that the report is for. A table that is None
        has no section.
    path : str or Path, optional
        A name ending in .html, or .pdf (needs the extra `pdf`). Without it nothing is written.
    title : str, optional
        Heading; by default "Lägesbild" and the municipality.
    language : {"sv", "en"}
        Of everything but the data.
    made_on : date, optional
        Day to print as the day it was made; without it none is printed, as no clock is read.
    template : str or Path, optional
        A Jinja file of your own, which may extend "report.html" and replace its blocks. What it is
        given stands in docs/report.md. It is run in a sandbox, and everything in it is escaped.
    with_map : bool or Page
        Whether to hold the map that moves; the still one is always there, for paper. The page of a
        map that is drawn already, ``picture.map().page()``, is held as it is.

    Returns
    -------
    Path or Report
        The file written; without a path the report itself, which a notebook shows.

    Raises
    ------
    InputError
        If the path ends otherwise, the language is another, or the template is at fault.
    PersonalDataFound
        If a text in the report looks like personal data; nothing is then written.
    FileRefused
        If the template cannot be read or the file cannot be written.
    ImportError
        If a PDF is asked for and WeasyPrint is not installed.
    """
    report_words(language)  # a wrong language is refused before the work
    suffix = "" if path is None else Path(path).suffix.lower()
    if path is not None and suffix not in {".html", ".htm", ".pdf"}:
        raise InputError(f"`path` must end in .html or .pdf, not {Path(path).name!r}.")
    paper = suffix == ".pdf"
    content = report_content(
        picture,
        title=title,
        language=language,
        made_on=made_on,
        with_map=False if paper else with_map,
    )
    page = render(content | {"open_method": paper}, template)
    if path is None:
        return Report(page, content["title"])
    target = Path(path)
    # A PDF is searched for personal data as the page that it is laid out from.
    check_outgoing(f"{target.stem}.html", page)
    return write_atomic(target, pdf_bytes(page) if paper else page.encode())


def report_content(
    picture: Any,  # noqa: ANN401 - a Picture, or what has its parts
    *,
    title: str | None = None,
    language: str = "sv",
    made_on: dt.date | None = None,
    with_map: bool | Page = True,
) -> dict[str, Any]:
    """Gather everything that a report's template is given, as texts, lists and dicts."""
    say = report_words(language)
    period = _period(picture, language)
    heading = title or _heading(picture, say)
    audience = getattr(picture, "audience", "internal")
    for_whom = say["for_audience"].format(audience_word(audience, language))
    source = _source(picture, say)
    page = _map_page(picture, language) if with_map is True else with_map or None
    chart = weekly(picture, language)
    smallest = getattr(picture, "smallest", 1)
    foot = [heading, *([period] if period else []), for_whom, source]
    return {
        "say": say,
        "language": language,
        "title": f"{heading}, {period}" if period else heading,
        "heading": heading,
        "period": period,
        "audience": for_whom,
        "audience_key": audience,
        "meta": _meta(picture, say, language, made_on),
        "suppressed": say["suppressed_note"].format(smallest) if smallest > 1 else "",
        "policy": policy_of(
            () if page is None else page.hashes,
            pictures_from=() if page is None else page.origins,
        ),
        "style": Markup(read_asset("report.css")),  # noqa: S704 - our own
        "page_style": Markup(_page_style(foot, say)),  # noqa: S704 - text written as CSS escapes
        "headlines": headlines(picture, language),
        "frame": None if page is None else page.text,
        "still": _markup(still_map(picture, language)),
        "still_legend": say["still_legend"],
        "recurring": recurring(picture, language),
        "deviating": deviating(picture, language),
        "weekly": chart,
        "weekly_says": say["weekly_counts"] + ". " + say["weekly_band_is"] if chart else "",
        "when": when_and_where(picture, language),
        "changes": changes(picture, language),
        "need": need(picture, language),
        "concentration": concentration(picture, language),
        "priority": priority(picture, language),
        "quality": quality(picture, language),
        "method": method(picture, language),
        "foot": foot,
        "open_method": False,
    }


def render(content: Mapping[str, Any], template: str | Path | None = None) -> str:
    """Lay content out with the library's template or a user's own.

    Raises
    ------
    FileRefused
        If the template cannot be read.
    InputError
        If the template is at fault.
    """
    own: dict[str, str] = {}
    if template is not None:
        try:
            own["own"] = Path(template).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileRefused(
                f"The template {Path(template).name!r} cannot be read: {type(error).__name__}. "
                "Give a file of text in UTF-8."
            ) from error
    environment = _environment(own) if own else _our_environment()
    try:
        return environment.get_template("own" if own else _NAME).render(content)
    except TemplateError as error:
        raise InputError(
            f"`template` is at fault: {error} ({type(error).__name__}). What a template is given "
            "stands in docs/report.md."
        ) from error


def _environment(own: Mapping[str, str]) -> SandboxedEnvironment:
    """Make what reads templates: in a sandbox, escaping everything, refusing unknown names."""
    return SandboxedEnvironment(
        loader=ChoiceLoader([DictLoader(own), PackageLoader("est_geo.sharing", "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _our_environment() -> SandboxedEnvironment:
    return _environment({})


def _inert(value: object) -> object:
    """Escape a value so that a page gives back the very text; markup of ours is left as it is."""
    if isinstance(value, Markup):
        return value
    text = SURROGATE.sub("\ufffd", str(value)).replace("\0", "\ufffd")
    # A browser reads a bare CR as LF.
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped here


def _markup(text: str | None) -> Markup | None:
    return None if text is None else Markup(text)  # noqa: S704 - made by us, text escaped there


def _map_page(picture: Any, language: str) -> Page | None:  # noqa: ANN401 - a Picture
    """Draw the map that moves, where the picture has what it shows."""
    needed = ("districts", "places", "addresses", "density")
    if any(getattr(picture, part, None) is None for part in needed):
        return None
    from est_geo.sharing.map import draw_map  # noqa: PLC0415 - loads folium

    return draw_map(picture, language=language).page()  # type: ignore[arg-type]


def _heading(picture: Any, say: dict[str, str]) -> str:  # noqa: ANN401 - a Picture
    districts = getattr(picture, "districts", None)
    towns: list[str] = []
    if districts is not None and "municipality" in districts.columns:
        towns = sorted({str(town) for town in districts["municipality"].dropna()} - {""})
    if not 0 < len(towns) <= _TOWNS:
        return say["report_title_bare"]
    return say["report_title"].format(joined(towns, say["say_and"]))


def _period(picture: Any, language: str) -> str:  # noqa: ANN401 - a Picture
    period = getattr(picture, "period", None)
    if period is not None:
        return str(period.label(language))
    span = getattr(picture, "span", None)
    return "" if span is None else date_range(span[0], span[1], language)


def _meta(
    picture: Any,  # noqa: ANN401 - a Picture
    say: dict[str, str],
    language: str,
    made_on: dt.date | None,
) -> list[str]:
    """Say which days the incidents are from, where the period is not all of them, and when made."""
    span = getattr(picture, "span", None)
    parts = []
    if span is not None and getattr(picture, "period", None) is not None:
        parts.append(say["data_span"].format(date_range(span[0], span[1], language)))
        counted = (getattr(picture, "counts", None) or {}).get("in_period")
        if counted is not None:
            parts.append(say["in_period"].format(number(counted, language)))
        if (getattr(picture, "parameters", None) or {}).get("period_complete") is False:
            parts.append(say["not_complete"])
    if made_on is not None:
        parts.append(say["made_on"].format(date(made_on, language)))
    return parts


def _source(picture: Any, say: dict[str, str]) -> str:  # noqa: ANN401 - a Picture
    sources = tuple(getattr(picture, "sources", ()))
    named = [str(source) for source in sources[:_REPORTERS]]
    if len(sources) > _REPORTERS:
        named.append(say["more"].format(len(sources) - _REPORTERS))
    return say["source_line"].format(", ".join(named) or say["source_unknown"])


def _page_style(foot: list[str], say: dict[str, str]) -> str:
    """Style of printed pages: a footer on each, with its text as CSS escapes only."""
    line = _css_text(" · ".join(foot))
    page = _css_text(say["page_of"] + " ")
    small = "font: 8pt system-ui, sans-serif; color: #5f5f5f;"
    return (
        "@page { size: A4; margin: 15mm 14mm 18mm; "
        f'@bottom-left {{ content: "{line}"; {small} width: 85%; }} '
        f'@bottom-right {{ content: "{page}" counter(page); {small} }} }}'
    )


def _css_text(text: str) -> str:
    """Write text for a CSS string: everything but letters and digits as an escape."""
    clean = SURROGATE.sub("\ufffd", text).replace("\0", "\ufffd")
    return _PLAIN.sub(lambda match: f"\\{ord(match[0]):06x}", clean)
