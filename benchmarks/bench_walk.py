"""From a file to a map: 100 000 and 1 000 000 incidents, each in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data import town, write_csv

WALK = Path(__file__).with_name("walk.py")


def walk(file, out):
    command = [sys.executable, WALK, file, out]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("n", [100_000, 1_000_000])
def bench_walk(benchmark, tmp_path, n):
    file = write_csv(town(n), tmp_path / "incidents.csv")
    benchmark.group = f"read to map, {n} incidents"
    result = benchmark.pedantic(walk, args=(file, tmp_path / "map.html"), rounds=3, warmup_rounds=1)
    assert result["incidents"] == n
    benchmark.extra_info.update(result)
    print(f"\n{n} incidents: {result}")
