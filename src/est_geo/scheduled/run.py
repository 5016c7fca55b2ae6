"""One scheduled run: read, build, write for each audience, and leave what the next one needs."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from est_geo.errors import InputError
from est_geo.periods import parse_period, period_of
from est_geo.picture import build_picture
from est_geo.picture.presets import known_until
from est_geo.scheduled import history
from est_geo.scheduled.locking import locked
from est_geo.scheduled.manifest import NAME, is_current, made_from, manifest_text
from est_geo.scheduled.outputs import clear_away, files_of_picture, point_latest, put_in_place
from est_geo.scheduled.reading import Read, checksums, files_of, read_all
from est_geo.scheduled.settings import read_settings
from est_geo.sharing.outgoing import check_outgoing

if TYPE_CHECKING:
    from est_geo.periods import Period
    from est_geo.picture import Picture
    from est_geo.picture.previous import Previous
    from est_geo.scheduled.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """What a run did.

    Attributes
    ----------
    period : Period
        Of the pictures.
    written : tuple of Path
        Folders that were written.
    unchanged : tuple of Path
        Folders that were as they would have become.
    rows, rejected : int
        Rows read, and those that could not become incidents; 0 where nothing had to be read.
    """

    period: Period
    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    rows: int = 0
    rejected: int = 0


def run_scheduled(
    settings_file: str | Path,
    *,
    period: str | None = None,
    audiences: list[str] | None = None,
    out: str | Path | None = None,
) -> Run:
    """Make the pictures of a period as a file of settings says.

    Parameters
    ----------
    settings_file : str or Path
        See `read_settings`.
    period : str, optional
        Which; by default the last one that the incidents cover. There is no clock in it.
    audiences : list of str, optional
        For whom, instead of those in the settings.
    out : str or Path, optional
        Where, instead of where the settings say.

    Returns
    -------
    Run
        Where nothing has changed since the last run, nothing is read again or written.

    Raises
    ------
    Locked
        If another run is writing there.
    EstGeoError
        As reading, building and writing raise it. Folders are then as they were.
    """
    path = Path(settings_file)
    settings = read_settings(path)
    home = path.absolute().parent
    asked = None if period is None else parse_period(period)
    wanted = list(dict.fromkeys(audiences or settings.audiences.make))
    target = (home / settings.out) if out is None else Path(out)
    target.mkdir(parents=True, exist_ok=True)
    with locked(target):
        inputs = checksums(files_of(settings, home))
        stated = hashlib.sha256(path.read_bytes()).hexdigest()
        read = None
        if asked is None:
            read = read_all(settings, home)
            asked = last_covered(read, settings)
            _LOG.info("%s chosen: the last %s that is covered", asked.key, asked.kind)
        clear_away(target / asked.key)
        previous, left = history.before(target, asked)
        sources = {
            name: made_from(inputs, stated, period=asked.key, audience=name, before=checksums(left))
            for name in wanted
        }
        folders = {name: target / asked.key / name for name in wanted}
        stale = [name for name in wanted if not is_current(folders[name], sources[name])]
        unchanged = tuple(folders[name] for name in wanted if name not in stale)
        if not stale:
            return Run(asked, (), unchanged)
        read = read_all(settings, home) if read is None else read
        picture = _build(read, settings, asked, previous, inputs)
        rows = {"read": read.rows, "rejected": len(read.rejected), "incidents": len(read.incidents)}
        for name in stale:
            shown = _shown_to(picture, settings, name)
            files = files_of_picture(shown, settings, read.rejected)
            text = manifest_text(sources[name], shown, files, rows=rows)
            check_outgoing(NAME, text)
            put_in_place(folders[name], files | {NAME: text.encode()}, last=NAME)
            _LOG.info("%s written for %s: %d files", asked.key, name, len(files) + 1)
        history.leave(target, picture)
        _point(target, asked)
    written = tuple(folders[name] for name in stale)
    return Run(asked, written, unchanged, read.rows, len(read.rejected))


def last_covered(read: Read, settings: Settings) -> Period:
    """Give the last period that the incidents cover to its end."""
    times = read.incidents["occurred_from"]
    latest = times.max()
    if latest != latest:  # noqa: PLR0124 - NaT is not itself
        raise InputError(
            f"The sources have no time in any of {len(times)} incidents. Name a period: --period."
        )
    period = period_of(latest, kind=settings.analysis.period)
    return period if known_until(times, period) >= period.last else period.previous()


def _build(
    read: Read,
    settings: Settings,
    period: Period,
    previous: Previous | None,
    inputs: dict[str, str],
) -> Picture:
    asked = settings.analysis
    picture = build_picture(
        read.incidents,
        read.districts,
        period=period,
        preset=asked.preset,
        gazetteer=read.register,
        previous=previous,
        efforts=read.efforts,
        outside=settings.districts.outside,
        bandwidth_m=asked.bandwidth_m,
        cell_m=asked.cell_m,
        eps_m=asked.eps_m,
        min_incidents=asked.min_incidents,
    )
    provenance = picture.provenance
    return replace(
        picture, provenance=None if provenance is None else replace(provenance, inputs=inputs)
    )


def _shown_to(picture: Picture, settings: Settings, name: str) -> Picture:
    if name == "partner":
        rules = settings.audiences.partner
        return picture.for_audience("partner", k=rules.k, cell_m=rules.cell_m)
    if name == "public":
        rules = settings.audiences.public
        return picture.for_audience("public", k=rules.k, cell_m=rules.cell_m)
    return picture.for_audience("internal")


def _point(out: Path, period: Period) -> None:
    """Let `latest` follow the latest period, not the latest run."""
    link = out / "latest"
    there = link.readlink().name if link.is_symlink() else None
    if there is not None and (out / there).is_dir():
        try:
            if parse_period(there).end > period.end:
                return
        except InputError:
            _LOG.info("latest pointed at no period and now does")
    point_latest(out, period.key)
