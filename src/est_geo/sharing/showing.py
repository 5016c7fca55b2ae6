"""A map that shows itself: as a file, in a notebook, and in a report of one's own."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import folium

from est_geo.checks import check_number
from est_geo.sharing.escaping import html_text
from est_geo.sharing.html import Page, make_page, write_page
from est_geo.sharing.wording import words

if TYPE_CHECKING:
    from pathlib import Path

    from est_geo.sharing.tiles import Tiles

_HEIGHT = 640
_EDGE = "border:1px solid #9a9a9a"


class OfflineMap(folium.Map):
    """A folium map that is one page without a network wherever it is shown.

    Attributes
    ----------
    heading : str
        Title of the page, and name of its frame for those who cannot see it.
    language : str
        "sv" or "en".
    tiles : Tiles or None
        Background that the page's maker asked for.
    """

    heading: str = ""
    language: str = "sv"
    tiles: Tiles | None = None

    def page(self) -> Page:
        """Return the page with the scripts it runs and the servers it asks."""
        return make_page(self, title=self.heading, language=self.language, tiles=self.tiles)

    def to_html(self) -> str:
        """Return the page, with everything it needs inside."""
        return self.page().text

    @property
    def size_bytes(self) -> int:
        """Size in bytes of the file that `save` writes."""
        return len(self.to_html().encode())

    def save(self, path: str | Path) -> Path:  # type: ignore[override]
        """Write the map as one file that opens without a network.

        Parameters
        ----------
        path : str or Path
            File to write. An existing file is replaced only when the new one is complete.

        Returns
        -------
        Path
            The file; its size is logged.

        Raises
        ------
        MissingAsset
            If something was added to the map that needs what does not come with the library.
        FileRefused
            If the file cannot be written; an old one is then as it was.
        """
        return write_page(self.page(), path, language=self.language)

    def to_iframe(self, *, height: int = _HEIGHT) -> str:
        """Return the map as a frame to paste into an HTML report.

        Parameters
        ----------
        height : int
            Height of the frame in pixels; it is as wide as the report.

        Returns
        -------
        str
            One element with the whole page inside. It can run its own scripts and reach nothing
            of the page around it. A report with a Content-Security-Policy of its own must allow
            ``page().hashes`` as scripts, and ``page().origins`` as pictures, because a frame obeys
            both policies.

        Raises
        ------
        InputError
            If `height` is not a whole number of at least 100.
        """
        check_number(height, name="height", at_least=100, whole=True)
        return self._frame(f"width:100%;height:{height}px;{_EDGE}")

    def _frame(self, style: str) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.to_html())}" sandbox="allow-scripts" '
            f'title="{html_text(self.heading)}" style="{style}"></iframe>'
        )

    def _repr_html_(self, **_kwargs: Any) -> str:  # noqa: ANN401 - folium's signature
        """Show the map in a notebook: the whole page in a frame that cannot reach the notebook.

        Where a notebook takes the frame away because it is not trusted, what lies under it is
        seen: how to get the map.
        """
        return (
            f'<div style="position:relative;width:100%;height:{_HEIGHT}px">'
            f"<p>{html_text(words(self.language)['not_trusted'])}</p>"
            + self._frame(
                "position:absolute;left:0;top:0;width:100%;height:100%;box-sizing:border-box;"
                f"background:#f4f4f2;{_EDGE}"
            )
            + "</div>"
        )
