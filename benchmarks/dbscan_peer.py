"""Cluster one table of points in a process of its own, as we do or as a peer does.

Run as ``python benchmarks/dbscan_peer.py WHO POINTS.npy EPS MIN_SAMPLES ROUNDS``, where WHO is
est_geo, dbscan (the C++ one), scikit-learn, "scikit-learn on sites" or hdbscan. Prints the median
of the seconds, the memory above that of the points, and what was found. Nothing is timed the first
time.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np


def est_geo(points, eps, min_samples):
    from est_geo import SpatialDBSCAN

    model = SpatialDBSCAN(eps, min_samples=min_samples).fit(points)
    return model.labels_, len(model.core_sample_indices_)


def cpp(points, eps, min_samples):
    import dbscan

    labels, core = dbscan.DBSCAN(points, eps=eps, min_samples=min_samples)
    return labels, int(core.sum())


def scikit_learn(points, eps, min_samples):
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
    return model.labels_, len(model.core_sample_indices_)


def scikit_learn_on_sites(points, eps, min_samples):
    """Collapse with pandas, by two columns at once, which is faster than `numpy.unique`."""
    import pandas as pd
    from sklearn.cluster import DBSCAN

    grouped = pd.DataFrame(points, columns=["x", "y"]).groupby(["x", "y"], sort=False)
    site, weight = grouped.ngroup().to_numpy(), grouped.size()
    sites = np.column_stack([weight.index.get_level_values(c) for c in "xy"])
    model = DBSCAN(eps=eps, min_samples=min_samples).fit(sites, sample_weight=weight)
    core = np.zeros(len(sites), dtype=bool)
    core[model.core_sample_indices_] = True
    return model.labels_[site], int(core[site].sum())


def hdbscan(points, eps, min_samples):
    """Another method, for reference: it needs no eps."""
    del eps
    from hdbscan import HDBSCAN

    model = HDBSCAN(min_cluster_size=int(min_samples), algorithm="boruvka_kdtree").fit(points)
    return model.labels_, 0


CALLS = {
    "est_geo": est_geo,
    "dbscan": cpp,
    "scikit-learn": scikit_learn,
    "scikit-learn on sites": scikit_learn_on_sites,
    "hdbscan": hdbscan,
}


def memory_mb(key: str) -> float:
    # Not getrusage, which counts what the process that started this one held at that time.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{key}:")[2].split(maxsplit=1)[0]) / 1024


def begin_peak() -> float:
    """Let the peak start here, and tell the memory in use."""
    before = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return before


def main(who: str, path: str, eps: str, min_samples: str, rounds: str) -> None:
    call = CALLS[who]
    points = np.load(path)
    call(points[:1000].copy(), float(eps), int(min_samples))  # imports and compiles
    before = begin_peak()
    times = []
    labels = None
    for _ in range(int(rounds)):
        del labels
        began = time.perf_counter()
        labels, cores = call(points, float(eps), int(min_samples))
        times.append(time.perf_counter() - began)
    print(
        json.dumps(
            {
                "seconds": round(median(times), 4),
                "peak_mb": round(memory_mb("VmHWM") - before),
                "clusters": int(labels.max()) + 1,
                "noise": int((labels < 0).sum()),
                "cores": cores,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
