"""The files of one picture, and a folder that is either the old one or the whole new one."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from est_geo.errors import FileRefused
from est_geo.files import write_atomic
from est_geo.sharing.geofiles import geopackage_bytes
from est_geo.sharing.map import HotspotMap, draw_map
from est_geo.sharing.outgoing import check_outgoing
from est_geo.sharing.picture_tables import csv_files, layers_of, workbook_of
from est_geo.sharing.report import Report, write_report
from est_geo.sharing.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

    from est_geo.picture import Picture
    from est_geo.scheduled.settings import Settings

MAP, REPORT, WORKBOOK, LAYERS = "karta.html", "lagesbild.html", "tabeller.xlsx", "lager.gpkg"
REJECTED = "avvisade_rader.csv"
LATEST = "latest"


def files_of_picture(
    picture: Picture, settings: Settings, rejected: pd.DataFrame
) -> dict[str, bytes]:
    """Make every file that the settings ask for, and search each for personal data.

    Raises
    ------
    PersonalDataFound
        If any holds personal data.
    """
    language, title, wanted = settings.language, settings.title, settings.write
    files: dict[str, bytes | str] = {}
    if wanted.map or wanted.report:
        # Drawn once: the map within the report differs in its title alone, if in that.
        drawn = draw_map(picture, language=language)
        page = drawn.page()
    if wanted.map:
        titled = HotspotMap(drawn.data | {"title": title}) if title else None
        files[MAP] = page.text if titled is None else titled.to_html()
    if wanted.report:
        report = write_report(picture, title=title, language=language, with_map=page)
        files[REPORT] = report.html if isinstance(report, Report) else b""
    if wanted.workbook:
        files[WORKBOOK] = workbook_of(picture, language)
    if wanted.geopackage:
        files[LAYERS] = geopackage_bytes(layers_of(picture))
    if wanted.csv:
        files |= csv_files(picture, language)
    if picture.audience == "internal" and len(rejected):
        files[REJECTED] = csv_bytes(rejected)
    for name, content in files.items():
        check_outgoing(name, content)
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }


def put_in_place(folder: Path, files: dict[str, bytes], *, last: str) -> None:
    """Write files to a new folder beside the old one, and put it in its place.

    Parameters
    ----------
    folder : Path
        Where they shall be. What else is there goes.
    files : dict of bytes
        By name.
    last : str
        The one that is written last, and says that all are there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=".ny", dir=folder.parent))
        try:
            for name in [*(name for name in files if name != last), last]:
                write_atomic(staging / name, files[name])
            staging.chmod(0o755)
            _swap(staging, folder)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    except OSError as error:
        raise FileRefused(
            f"{folder.name!r} was not written: {error.strerror or type(error).__name__}. The old "
            "one, if there was one, is unchanged."
        ) from error


def _swap(staging: Path, folder: Path) -> None:
    """Put a folder in the place of another; killed between, `clear_away` puts the old one back."""
    old = folder.with_name(f".{folder.name}.gammal")
    if folder.exists():
        if old.exists():
            shutil.rmtree(old)
        folder.rename(old)
    staging.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def clear_away(parent: Path) -> None:
    """Mend what a killed run left: put an old folder back where no new one is, remove the rest."""
    if not parent.is_dir():
        return
    for old in parent.glob(".*.gammal"):
        folder = old.with_name(old.name[1:].removesuffix(".gammal"))
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for staging in parent.glob(".*.ny"):
        shutil.rmtree(staging, ignore_errors=True)


def point_latest(out: Path, key: str) -> None:
    """Let `latest` be a link to a period's folder, or else a file that names it."""
    beside = out / f".{LATEST}.ny"
    with suppress(OSError):
        beside.unlink(missing_ok=True)
    try:
        beside.symlink_to(key, target_is_directory=True)
        os.replace(beside, out / LATEST)  # noqa: PTH105 - replaces a link, not what it points to
    except (OSError, NotImplementedError):
        write_atomic(out / f"{LATEST}.txt", f"{key}\n")
