"""Noisy addresses against a register of 32 000, beside the nearest whole text by rapidfuzz.

Each in a process of its own, by processor time. A speed is printed only with the three rates:
matched, right among those, and put on a street though theirs is absent from the register. The peer
is so slow that it gets 200 texts of each sort; ours gets 30 000 distinct ones, and a million rows
that repeat 20 000, since equal addresses are matched once.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PEER = Path(__file__).with_name("geocode_peer.py")


def find(who, vocabulary):
    command = [sys.executable, PEER, who, vocabulary]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("vocabulary", ["suburb", "town"])
@pytest.mark.parametrize("who", ["rapidfuzz", "est_geo"])
def bench_geocode(benchmark, who, vocabulary):
    benchmark.group = f"geocode against 32 000 addresses, {vocabulary}"
    told = benchmark.pedantic(find, args=(who, vocabulary), rounds=1)
    for line in told:
        print(f"\n{vocabulary}, {line['who']}: {line['a_second']} a second, {line['rates']}")
    benchmark.extra_info["told"] = told
