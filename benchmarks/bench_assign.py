"""Incidents to districts beside geopandas.sjoin, each in a process of its own.

``EST_GEO_BENCH=full`` takes a million incidents.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MANY = 1_000_000 if os.environ.get("EST_GEO_BENCH") == "full" else 100_000
PEER = Path(__file__).with_name("assign_peer.py")


def measure(who, districts, *, repeats, rounds):
    command = [sys.executable, PEER, who, str(MANY), str(districts), str(int(repeats)), str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("repeats", [True, False], ids=["repeats", "distinct"])
@pytest.mark.parametrize("districts", [9, 100])
def bench_assign(districts, repeats):
    ours = measure("est_geo", districts, repeats=repeats, rounds=9)
    columns = measure("est_geo-columns", districts, repeats=repeats, rounds=9)
    assert columns["counts"] == ours["counts"]
    join = measure("geopandas.sjoin", districts, repeats=repeats, rounds=3)
    # `within` leaves out what lies on a border: so few that rounding coordinates to .1 m makes.
    off = sum(ours["counts"]) - sum(join["counts"])
    assert 0 <= off <= 1e-4 * MANY
    print(
        f"\n{MANY} {'repeated' if repeats else 'distinct'} incidents onto {districts} districts: "
        f"est_geo {ours['seconds']} s, {ours['peak_mb']} MB; from columns {columns['seconds']} s, "
        f"{columns['peak_mb']} MB; geopandas.sjoin of points {join['seconds']} s, "
        f"{join['peak_mb']} MB: {join['seconds'] / ours['seconds']:.1f} and "
        f"{join['seconds'] / columns['seconds']:.1f} times, "
        f"{ours['peak_mb'] / max(join['peak_mb'], 1):.2f} and "
        f"{columns['peak_mb'] / max(join['peak_mb'], 1):.2f} of the memory"
    )
