"""Looks through the bytes of files for anything of the incidents: texts, and coordinates however
written.

Not only for numbers as they stand: whole columns of numbers are read as coordinates in any order,
in metres and in degrees, in whole millionths, from the south-west corner, as steps from one to the
next, packed in base64, and in the letters that a map's sites are written in.
"""

from __future__ import annotations

import base64
import html
import io
import re
import zipfile

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

NEAR_M = 0.75  # half the diagonal of the metre that sites are rounded to, and a little
_NUMBERS = re.compile(rb"-?\d+(?:\.\d+)?(?:[,;\s\[\]]+-?\d+(?:\.\d+)?)+")
_CODED = re.compile(rb'"([A-Za-z0-9_-]{4,})"')
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PACKED = re.compile(rb'"([A-Za-z0-9+/]{16,}={0,2})"')


def opened(content: bytes) -> list[bytes]:
    """Give a file's own bytes, and those of the files packed inside it."""
    if not content.startswith(b"PK"):
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [content, *(archive.read(member) for member in archive.namelist())]


def without_lines_of(other: bytes, content: bytes) -> bytes:
    """Leave out lines that are also in a file of other incidents: they cannot tell of these."""
    same = set(other.split(b"\n"))
    return b"\n".join(line for line in content.split(b"\n") if line not in same)


def texts_in(content: bytes, texts: set[str]) -> set[str]:
    """Find texts, also as JSON and HTML escape them and in other encodings."""
    plain = content.decode("utf-8", errors="replace")
    unescaped = re.sub(
        r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), html.unescape(plain)
    )
    wide = content.decode("utf-16-le", errors="replace")
    found = set()
    for searched in (plain, unescaped, wide):
        # By their first letters, which thousands of texts share: where those are not, none is.
        begins = {text[:5] for text in texts}
        there = {begin for begin in begins if begin in searched}
        found |= {text for text in texts if text[:5] in there and text in searched}
    return found


def series_in(content: bytes) -> list[np.ndarray]:
    """Find every run of numbers in a file, written out or packed."""
    # Decimal commas as decimal points: no coordinate is missed for how it is written.
    runs = [
        np.array(re.findall(rb"-?\d+(?:\.\d+)?", match[0]), dtype=float)
        for text in (content, content.replace(b",", b".").replace(b";", b" "))
        for match in _NUMBERS.finditer(text)
    ]
    for match in _PACKED.finditer(content):
        try:
            packed = base64.b64decode(match[1], validate=True)
        except ValueError:
            continue
        for kind in ("<i2", "<i4", "<f4", "<f8"):
            size = np.dtype(kind).itemsize
            values = np.frombuffer(packed[: len(packed) // size * size], dtype=kind)
            runs.append(values[np.isfinite(values)].astype(float))
    runs += [decoded(match[1]) for match in _CODED.finditer(content)]
    return [run for run in runs if len(run) > 1]


def decoded(letters: bytes) -> np.ndarray:
    """Read a text as whole numbers of either sign, five bits a letter, the lowest first."""
    numbers, value, shift = [], 0, 0
    for letter in letters:
        digit = _LETTERS.index(letter)
        value += (digit % 32) << shift
        shift += 5
        if digit < 32:
            numbers.append(value // 2 if value % 2 == 0 else -(value + 1) // 2)
            value = shift = 0
    return np.array([n for n in numbers if abs(n) < 2**53], dtype=float)


def pairs_of(run: np.ndarray) -> np.ndarray:
    """Read a run as pairs in every way: as it stands, by steps, either parity."""
    every = []
    for start in (0, 1):
        part = run[start:]
        part = part[: len(part) // 2 * 2].reshape(-1, 2)
        if len(part):
            every += [part, np.cumsum(part, axis=0)]
    steps = np.cumsum(run)
    every.append(np.column_stack([steps[:-1], steps[1:]]))
    return np.vstack(every)


def points_in(content: bytes, *, crs) -> np.ndarray:
    """Read every pair of numbers as a point in metres, in every unit and order."""
    pairs = [pairs_of(run) for run in series_in(content)]
    if not pairs:
        return np.empty((0, 2))
    pairs = np.vstack(pairs)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    metres, degrees = [pairs, pairs[:, ::-1]], []
    for scale in (1.0, 1e-5, 1e-6, 1e-7):
        for first, second in (pairs.T, pairs.T[::-1]):
            lat, lon = first * scale, second * scale
            inside = (lat > 54) & (lat < 70) & (lon > 10) & (lon < 25)
            degrees.append(np.column_stack([lon[inside], lat[inside]]))
    lonlat = np.unique(np.vstack(degrees), axis=0)
    projected = gpd.GeoSeries(shapely.points(lonlat), crs=4326).to_crs(crs)
    return np.vstack([*metres, shapely.get_coordinates(np.asarray(projected.array))])


def near_points(content: bytes, secret: np.ndarray, *, crs) -> np.ndarray:
    """Give the secret points that some pair of numbers in the file lies on."""
    found = points_in(content, crs=crs)
    if len(found) == 0 or len(secret) == 0:
        return np.empty((0, 2))
    distance, _ = cKDTree(found).query(secret, distance_upper_bound=NEAR_M)
    return secret[np.isfinite(distance)]


def more_than_chance(content: bytes, secret: np.ndarray, *, crs) -> tuple[int, int]:
    """Count the secret points that numbers lie on, and the most of as many points beside them.

    Outlines of districts and contours have tens of thousands of vertices, each read in twenty ways:
    some lie on any point. What is written of the incidents would lie on them far more often than on
    the same points moved by a few metres.
    """
    found = points_in(content, crs=crs)
    if len(found) == 0 or len(secret) == 0:
        return 0, 0
    tree = cKDTree(found)
    rng = np.random.default_rng(0)
    moves = [np.zeros(2), *(rng.uniform(4, 40, (20, 2)) * rng.choice([-1, 1], (20, 2)))]
    hits = [
        int(np.isfinite(tree.query(secret + move, distance_upper_bound=NEAR_M)[0]).sum())
        for move in moves
    ]
    return hits[0], max(hits[1:])


def off_the_squares(points: np.ndarray, *, cell_m: float) -> np.ndarray:
    """Leave out points that are themselves corners or middles of squares: those may be shown."""
    half = cell_m / 2
    from_corner = np.abs(points - np.round(points / half) * half)
    return points[(from_corner > 2).any(axis=1)]


def off_mixed_corners(points: np.ndarray, *, crs, cell_m: float) -> np.ndarray:
    """Leave out points where the longitude of one corner meets the latitude of another.

    Numbers are read in every order, and a square in metres stands a little askew in degrees: up to
    a twentieth of its side from its corners there are such points, which no file means.
    """
    if len(points) == 0:
        return points
    kept = np.ones(len(points), dtype=bool)
    steps = np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), axis=-1).reshape(-1, 2)
    each, other = (index.ravel() for index in np.indices((len(steps), len(steps))))
    for half in cell_m / 2 * 2.0 ** np.arange(4):  # squares are made wider where few live
        around = np.round(points / half)[:, None] * half + steps * half
        corners = gpd.GeoSeries(shapely.points(around.reshape(-1, 2)), crs=crs).to_crs(4326)
        lon, lat = shapely.get_coordinates(np.asarray(corners.array)).T.reshape(2, len(points), -1)
        mixed = gpd.GeoSeries(
            shapely.points(lon[:, each].ravel(), lat[:, other].ravel()), crs=4326
        ).to_crs(crs)
        metres = shapely.get_coordinates(np.asarray(mixed.array)).reshape(len(points), -1, 2)
        apart = np.hypot(*np.moveaxis(metres - points[:, None], -1, 0))
        kept &= (apart > NEAR_M + 0.1).all(axis=1)  # degrees are rounded to a decimetre
    return points[kept]


def leaks_in(files, *, texts: set[str], points: np.ndarray, crs, cell_m: float) -> list[str]:
    """List what is found of some texts and points in files, by name."""
    secret = off_the_squares(np.asarray(points, dtype=float).reshape(-1, 2), cell_m=cell_m)
    secret = off_mixed_corners(secret, crs=crs, cell_m=cell_m)
    found = []
    for name, content in files.items():
        for part in opened(content):
            found += [f"{name}: {text}" for text in sorted(texts_in(part, texts))]
            found += [f"{name}: {point}" for point in near_points(part, secret, crs=crs)]
    return found
