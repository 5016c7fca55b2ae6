"""A background of tiles from the municipality's own server: an address that is given, never ours.

A page with tiles asks that server for pictures while it is read. It is the only thing a page of
this library ever asks for, and only when its maker named the server.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from est_geo.errors import InputError

_LOG = logging.getLogger(__name__)

_LONGEST_URL = 2_000
_LONGEST_ATTRIBUTION = 300
_HIGHEST_PORT = 65_535
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
# Printed ASCII, less what could end an attribute, a policy's source or the address itself.
_URL = re.compile(
    rf"(?P<origin>(?i:https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[0-9]{{1,5}}))?)"
    r"(?P<rest>/(?:(?![\"'<>\\^`|#])[!-~])*)"
)
_PLACEHOLDERS = ("{x}", "{y}", "{z}")


@dataclass(frozen=True)
class Tiles:
    """A server of tiles in Web Mercator, checked; made by `tiles_from`.

    Attributes
    ----------
    url : str
        With ``{z}``, ``{x}`` and ``{y}`` where the zoom, column and row of a tile go.
    attribution : str
        Whose map it is; shown as text.
    origin : str
        Scheme, host and port: what the page's policy names.
    """

    url: str
    attribution: str
    origin: str


def tiles_from(url: str, *, attribution: str | None = None) -> Tiles:
    """Check the address of a server of tiles.

    Parameters
    ----------
    url : str
        ``https://karta.example.se/{z}/{x}/{y}.png``, or a WMTS address with the same placeholders
        for its TILEMATRIX, TILECOL and TILEROW; tiles in Web Mercator (EPSG:3857).
    attribution : str, optional
        Whose map it is, such as "© Sollentuna kommun"; by default the name of the server.

    Returns
    -------
    Tiles

    Raises
    ------
    InputError
        If the address is not http or https, holds a user name or password, lacks one of the
        placeholders or holds others.
    """
    if not isinstance(url, str) or len(url) > _LONGEST_URL:
        raise InputError(
            "`tiles` must be the address of a server of tiles, such as "
            "'https://karta.example.se/{z}/{x}/{y}.png'."
        )
    found = _URL.fullmatch(url)
    if "@" in url.split("//", 1)[-1].split("/", 1)[0]:
        # Not shown again: what stands before the @ may be a password.
        raise InputError(
            "`tiles` holds a user name or password, which everyone with the page could read. Give "
            "an address that the page's readers may use without one."
        )
    if found is None or int(found["port"] or 0) > _HIGHEST_PORT:
        raise InputError(
            f"`tiles` is not an address of tiles: {url[:80]!r}. Write it as "
            "'https://karta.example.se/{z}/{x}/{y}.png', with other letters than a–z in %XX form "
            "(a host's in xn-- form)."
        )
    rest = found["rest"]
    wrong = [part for part in _PLACEHOLDERS if rest.count(part) != 1]
    if wrong:
        raise InputError(
            f"`tiles` must hold each of {{z}}, {{x}} and {{y}} once; {wrong[0]} is there "
            f"{rest.count(wrong[0])} times."
        )
    for part in _PLACEHOLDERS:
        rest = rest.replace(part, "")
    if "{" in rest or "}" in rest:
        other = re.search(r"\{[^}]*\}?|\}", rest)
        raise InputError(
            f"`tiles` holds a placeholder that is not known: {other[0] if other else ''}. Only "
            "{z}, {x} and {y} are filled in; write the address without {s} and {r}."
        )
    text = found["host"] if attribution is None else attribution
    if not isinstance(text, str) or len(text) > _LONGEST_ATTRIBUTION:
        raise InputError(
            f"`tiles_attribution` must be a text of at most {_LONGEST_ATTRIBUTION} letters."
        )
    _LOG.info(
        "the page asks %s for its background while it is read: that server sees which part of the "
        "map is looked at",
        found["host"],
    )
    return Tiles(url=url, attribution=text, origin=found["origin"].lower())


def tiles_for(url: str | None, attribution: str | None) -> Tiles | None:
    """Check what a public function was given for `tiles` and `tiles_attribution`."""
    if url is None:
        if attribution is not None:
            raise InputError("`tiles_attribution` is for `tiles`, which is not given.")
        return None
    return tiles_from(url, attribution=attribution)
