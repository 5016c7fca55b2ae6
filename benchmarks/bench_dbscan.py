"""DBSCAN beside its peers, each in a process of its own, on the same points one after the other.

``EST_GEO_BENCH=full`` takes a million incidents and more, in some minutes. What is timed is from
the incidents to a label for each of them; the collapse to sites counts.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from density_peers import whole_metres

FULL = os.environ.get("EST_GEO_BENCH") == "full"
MANY = 1_000_000 if FULL else 50_000
PEER = Path(__file__).with_name("dbscan_peer.py")
MIN_SAMPLES = 15
SOUTH_WEST = (600_000, 6_500_000)


def town(n):
    """Incidents at 20 000 clustered addresses of one municipality, as towns have them."""
    return shapely.get_coordinates(np.asarray(whole_metres(n).geometry.array))


def county(n, *, seed=1):
    """Incidents at n / 5 addresses: towns of 5 000, each clustered, repeats by Zipf's law (1.1)."""
    rng = np.random.default_rng(seed)
    addresses = n // 5
    towns = rng.uniform(0, 10_000 * np.sqrt(addresses / 5000), (max(addresses // 5000, 1), 2))
    quarters = towns.repeat(25, axis=0) + rng.normal(0, 1500, (25 * len(towns), 2))
    at = quarters[rng.integers(0, len(quarters), addresses)]
    at = np.round(at + rng.normal(0, 250, at.shape)) + SOUTH_WEST
    share = np.arange(1, addresses + 1) ** -1.1
    return at[rng.choice(addresses, n, p=share / share.sum())]


def dense(n, *, seed=1):
    """Distinct points in 10 km x 10 km: seven of ten in 200 clusters, the others anywhere."""
    rng = np.random.default_rng(seed)
    clustered = rng.uniform(0, 10_000, (200, 2))[rng.integers(0, 200, n * 7 // 10)]
    clustered = clustered + rng.normal(0, 300, clustered.shape)
    points = np.vstack([clustered, rng.uniform(0, 10_000, (n - len(clustered), 2))])
    return points + SOUTH_WEST


def spread(n, *, seed=1):
    """Distinct points, about 2 000 a km² whatever their number."""
    points = np.random.default_rng(seed).uniform(0, np.sqrt(n / 2000) * 1000, (n, 2))
    return points + SOUTH_WEST


def measure(tmp_path, who, points, eps, rounds):
    path = tmp_path / "points.npy"
    np.save(path, np.ascontiguousarray(points))
    command = [sys.executable, PEER, who, path, str(eps), str(MIN_SAMPLES), str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"seconds": float("nan"), "failed": done.stderr.strip().splitlines()[-1][:80]}
    return json.loads(done.stdout)


def compare(tmp_path, title, points, eps, peers, *, rounds=5):
    ours = measure(tmp_path, "est_geo", points, eps, rounds)
    print(f"\n{title}, eps {eps} m: est_geo {ours}")
    for who in peers:
        peer = measure(tmp_path, who, points, eps, 1 if who == "scikit-learn" else 3)
        if "failed" in peer:
            print(f"  {who}: {peer['failed']}")
            continue
        if who != "hdbscan":
            found = ("clusters", "noise", "cores")
            assert [peer[key] for key in found] == [ours[key] for key in found]
        print(
            f"  {who} {peer['seconds']} s, {peer['peak_mb']} MB: "
            f"{peer['seconds'] / ours['seconds']:.1f} times, "
            f"{ours['peak_mb'] / max(peer['peak_mb'], 1):.2f} of the memory"
        )


@pytest.mark.parametrize("eps", [50, 100])
@pytest.mark.parametrize("points", [town, county])
def bench_repeats(tmp_path, points, eps):
    title = f"{MANY} incidents, {points.__name__}"
    compare(tmp_path, title, points(MANY), eps, ["dbscan", "scikit-learn on sites"])


@pytest.mark.parametrize("eps", [50, 100])
@pytest.mark.parametrize("points", [dense, spread])
def bench_distinct(tmp_path, points, eps):
    compare(tmp_path, f"{MANY} distinct points, {points.__name__}", points(MANY), eps, ["dbscan"])


@pytest.mark.parametrize("eps", [50, 100])
def bench_scikit_learn(tmp_path, eps):
    n = 200_000 if FULL else 20_000
    peers = ["scikit-learn"] if eps > 50 else ["scikit-learn", "hdbscan"]
    compare(tmp_path, f"{n} distinct points, dense", dense(n), eps, peers)


@pytest.mark.parametrize("points", [county, dense, spread])
def bench_growth(tmp_path, points):
    sizes = [10_000, 100_000, 1_000_000, 5_000_000] if FULL else [10_000, 50_000]
    per_site = []
    for n in sizes:
        table = points(n)
        sites = len(np.unique(table.view("c16")))
        seconds = measure(tmp_path, "est_geo", table, 50, 3)["seconds"]
        per_site.append(f"{n} points, {sites} sites: {1e6 * seconds / sites:.3f} µs a site")
    print(f"\ngrowth, {points.__name__}: {'; '.join(per_site)}")


def bench_first_call(tmp_path):
    """Time the first call of a process: with an empty cache, and with the one that it leaves."""
    code = (
        "import time, numpy as np; from est_geo import SpatialDBSCAN as S; "
        "from sklearn.cluster import DBSCAN; t = time.perf_counter(); "
        "S(1).fit(np.zeros((3, 2))); print(time.perf_counter() - t)"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", code]
    seconds = [
        float(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
        for _ in range(2)
    ]
    print(f"\nfirst call: compiled anew {seconds[0]:.1f} s, from the cache {seconds[1]:.2f} s")
