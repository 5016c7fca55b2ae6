"""One weekly picture in a process of its own: files to every output. Prints seconds and memory.

Run as ``python benchmarks/picture_walk.py SETTINGS.toml PERIOD OUT [warm]``. "warm": twice, and the
second is told.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from est_geo.scheduled.run import run_scheduled
from walk import peak_mb


def main(settings: str, period: str, out: str, warm: str = "") -> None:
    """Time one run and print it as a line of JSON."""
    for number in range(2 if warm else 1):
        target = Path(out) / str(number)
        start, cpu = time.perf_counter(), time.process_time()
        run = run_scheduled(settings, period=period, out=target)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    size = sum(path.stat().st_size for path in run.written[0].iterdir())
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu_seconds": round(cpu_seconds, 2),
                "peak_mb": peak_mb(),
                "rows": run.rows,
                "files": len(list(run.written[0].iterdir())),
                "output_kb": size // 1024,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
