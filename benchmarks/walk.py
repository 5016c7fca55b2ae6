"""One whole walk in a process of its own: read, analyse, draw, save. Prints seconds and memory.

Run as ``python benchmarks/walk.py FILE.csv MAP.html``.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise
from pathlib import Path

import est_geo as eg
from est_geo.sharing.map import draw_map


def peak_mb() -> int:
    """Give the most memory held; not by getrusage, which counts what the parent process held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) // 1024


def main(file: str, out: str) -> None:
    """Time the steps of the walk and print them as one line of JSON."""
    marks = [("start", time.perf_counter())]
    districts = eg.load_districts("sollentuna")
    incidents = eg.read_incidents(file, crs=3006).incidents
    marks.append(("read", time.perf_counter()))
    picture = eg.build_picture(incidents, districts, outside="keep")
    marks.append(("picture", time.perf_counter()))
    draw_map(picture).save(out)
    marks.append(("map", time.perf_counter()))
    steps = {name: round(now - before, 2) for (_, before), (name, now) in pairwise(marks)}
    print(
        json.dumps(
            {
                "seconds": round(marks[-1][1] - marks[0][1], 2),
                **steps,
                "peak_mb": peak_mb(),
                "incidents": len(incidents),
                "sites": len(picture.sites),
                "map_kb": Path(out).stat().st_size // 1024,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
