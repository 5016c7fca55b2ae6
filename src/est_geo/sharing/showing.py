"""A map that shows itself: as a file, in a notebook, and in a report of one's own."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import folium

from est_geo.checks import check_number
from est_geo.errors import InputError
from est_geo.files import write_atomic
from est_geo.sharing import area_layers
from est_geo.sharing.escaping import html_text, safe_json
from est_geo.sharing.html import Page, make_page, write_page
from est_geo.sharing.outgoing import check_outgoing
from est_geo.sharing.static_features import plain
from est_geo.sharing.static_map import static_png
from est_geo.sharing.tiles import tiles_from
from est_geo.sharing.wording import words

if TYPE_CHECKING:
    from collections.abc import Collection

    from est_geo.sharing.background import Background
    from est_geo.sharing.tiles import Tiles

_HEIGHT = 640
# Its own scripts, and the dialogue of its button for printing; no page, form or pop-up of others.
_RIGHTS = "allow-scripts allow-modals"
_NARROWEST, _WIDEST = 400, 6_000
_FALLBACK_WIDTH = 1_000
_EDGE = "border:1px solid #9a9a9a"


class OfflineMap(folium.Map):
    """A folium map that is one page without a network wherever it is shown.

    Attributes
    ----------
    data : dict
        What the page draws: plain lists, dicts, texts and numbers.
    heading : str
        Title of the page, and name of its frame for those who cannot see it.
    language : str
        "sv" or "en".
    tiles : Tiles or None
        Background that the page's maker asked for.
    """

    data: dict[str, Any]
    heading: str = ""
    language: str = "sv"
    tiles: Tiles | None = None

    def with_background(self, background: Background) -> Self:
        """Lay a background from files of one's own under everything on the map.

        Parameters
        ----------
        background : Background
            As from `est_geo.read_background`.

        Returns
        -------
        OfflineMap
            This map.
        """
        layer = area_layers.background(background.features(), language=self._language())
        # Over the districts' white, under everything that is told.
        self.data["layers"].insert(1, layer.data)
        return self

    def with_tiles(self, url: str, *, attribution: str | None = None) -> Self:
        """Lay tiles of the municipality's own server under the map.

        Parameters
        ----------
        url : str
            ``https://karta.example.se/{z}/{x}/{y}.png``, or a WMTS address with the same
            placeholders; tiles in Web Mercator. The page then asks that server, and no other, for
            pictures while it is read; without an answer the rest of the map works as before.
        attribution : str, optional
            Whose map it is; by default the name of the server.

        Returns
        -------
        OfflineMap
            This map.

        Raises
        ------
        InputError
            If the address is not http or https, holds a user name or password, lacks one of the
            placeholders or holds others.
        """
        self.tiles = tiles_from(url, attribution=attribution)
        say = words(self.language)
        told = say["method_tiles"].format(self.tiles.origin.split("//")[1])
        self.data["method"] = [
            told if sentence == say["method_background"] else sentence
            for sentence in self.data["method"]
        ]
        return self

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

    def to_png(self, width: int = 1600) -> bytes:
        """Draw the map as a picture for Word: title, period, map, legend and source.

        Parameters
        ----------
        width : int
            Width in pixels, from 400 to 6 000. Text keeps its size beside the map: in Word, 16 cm
            wide, 1600 pixels are 250 to the inch.

        Returns
        -------
        bytes
            A PNG, the same for the same map. It shows what the page shows when it is opened, but no
            tiles, and no layer that was added from folium.

        Raises
        ------
        InputError
            If `width` is not a whole number from 400 to 6 000.
        ImportError
            If matplotlib is not installed.
        """
        check_number(width, name="width", at_least=_NARROWEST, whole=True)
        if width > _WIDEST:
            raise InputError(f"`width` must be at most {_WIDEST} pixels, not {width}.")
        return static_png(self.data, width=width)

    def save_png(self, path: str | Path, *, width: int = 1600) -> Path:
        """Write the picture that `to_png` draws.

        Parameters
        ----------
        path : str or Path
            File to write. An existing file is replaced only when the new one is complete.
        width : int
            Width in pixels, from 400 to 6 000.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        PersonalDataFound
            If a text that the map is drawn from looks like personal data; nothing is then written.
        """
        # What is drawn cannot be read back: its texts are searched where it is drawn from.
        check_outgoing("page.json", safe_json(self.data), called=Path(path).name)
        picture = self.to_png(width)
        check_outgoing("page.png", picture, called=Path(path).name)
        return write_atomic(path, picture)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Give a notebook the map as HTML, and as a picture for when it is printed as a PDF."""
        wanted = {"text/html", "image/png", "text/plain"} if include is None else set(include)
        wanted -= set(exclude or ())
        picture = self._fallback() if wanted & {"text/html", "image/png"} else None
        bundle: dict[str, Any] = {"text/plain": f"{type(self).__name__}: {plain(self.heading)}"}
        if "text/html" in wanted:
            bundle["text/html"] = self._shown(picture)
        if picture is not None:
            bundle["image/png"] = base64.b64encode(picture).decode("ascii")
        return {kind: content for kind, content in bundle.items() if kind in wanted}

    def _repr_html_(self, **_kwargs: Any) -> str:  # noqa: ANN401 - folium's signature
        """Show the map in a notebook that asks for HTML only."""
        return self._shown(self._fallback())

    def _fallback(self) -> bytes | None:
        """Draw the standing picture; None where matplotlib is not installed."""
        try:
            return self.to_png(_FALLBACK_WIDTH)
        except ImportError:
            return None

    def _shown(self, picture: bytes | None) -> str:
        """Write the page in a frame that cannot reach the notebook, and a picture under it.

        Where a notebook takes the frame away because it is not trusted, the picture is seen, and
        how to get the map.
        """
        source = "" if picture is None else base64.b64encode(picture).decode("ascii")
        under = (
            f'<img src="data:image/png;base64,{source}" alt="{html_text(self.heading)}" '
            f'style="max-width:100%;max-height:{_HEIGHT - 60}px">'
            if source
            else ""
        )
        return (
            f'<div style="position:relative;width:100%;height:{_HEIGHT}px;overflow:hidden">'
            f"<p>{html_text(words(self.language)['not_trusted'])}</p>{under}"
            + self._frame(
                "position:absolute;left:0;top:0;width:100%;height:100%;box-sizing:border-box;"
                f"background:#f4f4f2;{_EDGE}"
            )
            + "</div>"
        )

    def _language(self) -> Literal["sv", "en"]:
        return "en" if self.language == "en" else "sv"

    def _frame(self, style: str) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.to_html())}" sandbox="{_RIGHTS}" '
            f'title="{html_text(self.heading)}" style="{style}"></iframe>'
        )
