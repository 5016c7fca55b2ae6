"""What `Picture` gives others: its map, tables and report, hung onto it from this floor.

`eg.Picture` and `eg.build_picture` come by way of here. The modules that draw are loaded when they
are first asked for, so that a picture alone costs neither folium nor a template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from est_geo.picture import Picture, build_picture
from est_geo.picture.result import add_ways_out

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Picture", "build_picture"]


def _map(picture: Picture, **options: Any) -> Any:  # noqa: ANN401 - a HotspotMap
    from est_geo.sharing.map import draw_map  # noqa: PLC0415 - loads folium

    return draw_map(picture, **options)


def _tables(picture: Picture, path: str | Path, **options: Any) -> list[Path]:  # noqa: ANN401 - language
    from est_geo.sharing.picture_tables import write_tables  # noqa: PLC0415 - loads XlsxWriter

    return write_tables(picture, path, **options)


def _report(picture: Picture, path: str | Path | None = None, **options: Any) -> Any:  # noqa: ANN401 - a Path, or a report
    from est_geo.sharing.report import write_report  # noqa: PLC0415 - loads a template

    return write_report(picture, path, **options)


def _notebook(picture: Picture) -> str:
    """Show the headlines, as text, and the map in its frame."""
    from est_geo.sharing.escaping import html_text  # noqa: PLC0415
    from est_geo.sharing.headlines import headlines  # noqa: PLC0415 - the rest of the report is not

    lines = "".join(f"<li>{html_text(line.text)}</li>" for line in headlines(picture, "sv"))
    return f"<ul>{lines}</ul>{_map(picture)._repr_html_()}"


add_ways_out({"map": _map, "report": _report, "tables": _tables, "notebook": _notebook})
