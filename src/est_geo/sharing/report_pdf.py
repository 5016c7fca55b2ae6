"""A report as PDF, by WeasyPrint, which may fetch nothing from a network or a disk."""

from __future__ import annotations

from typing import Any, Never

from est_geo.errors import FileRefused


def pdf_bytes(page: str) -> bytes:
    """Lay a page out on A4.

    Raises
    ------
    ImportError
        If WeasyPrint is not installed.
    FileRefused
        If the page asks for anything outside itself.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - felt only where used
        from weasyprint.urls import URLFetcher  # noqa: PLC0415 - the same
    except (ImportError, OSError) as error:  # OSError: its own libraries are missing
        raise ImportError(
            "A PDF needs WeasyPrint: pip install 'est_geo[pdf]'. Or open the HTML file in a "
            "browser and print it."
        ) from error
    asked: list[str] = []

    class Refusing(URLFetcher):
        """Fetches nothing."""

        def fetch(self, url: str, headers: Any = None) -> Never:  # noqa: ANN401, ARG002 - theirs
            asked.append(url)
            raise FileRefused("A report fetches nothing.")

    content: bytes = HTML(string=page, url_fetcher=Refusing()).write_pdf()
    if asked:
        raise FileRefused(
            f"The report asks for {asked[0][:80]!r}, which is outside it. It was not written. "
            "Leave it out of the template, or draw it there as SVG."
        )
    return content
