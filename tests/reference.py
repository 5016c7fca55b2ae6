"""Slow, plain versions of the fast parts: the loops a reader can check by eye."""

from __future__ import annotations

import math

import numpy as np


def naive_density(points, weights, centres, *, kernel, radius):
    """Density at each centre, per unit of area, one pair of point and centre at a time.

    `radius` is one number, or one a point.
    """
    result = np.zeros(len(centres))
    radii = np.broadcast_to(radius, len(points))
    for c, (cx, cy) in enumerate(centres):
        terms = []
        for (px, py), weight, h in zip(points, weights, radii, strict=True):
            d2 = (px - cx) ** 2 + (py - cy) ** 2
            if kernel == "gaussian":
                sigma = h / math.sqrt(8)
                terms.append(weight * math.exp(-d2 / (2 * sigma**2)) / (2 * math.pi * sigma**2))
            elif d2 < h**2:
                t = 1 - d2 / h**2
                height = 3 * t**2 if kernel == "quartic" else 2 * t
                terms.append(weight * height / (math.pi * h**2))
        result[c] = math.fsum(terms)
    return result


def naive_adapted(points, weights, *, kernel, radius):
    """Radius of each point after Abramson: radius·√(g/f), g the geometric mean over incidents."""
    pilot = naive_density(points, weights, points, kernel=kernel, radius=radius)
    logs = [w * math.log(f) for w, f in zip(weights, pilot, strict=True)]
    mean = math.exp(math.fsum(logs) / math.fsum(weights))
    return np.array([radius * math.sqrt(mean / f) for f in pilot])


def naive_dbscan(points, weights, *, eps, min_weight):
    """Labels and cores by the definition: all pairs, flood fill, nearest core for borders.

    Ties of a border point go to the core that is more southern, then more western; clusters are
    numbered by their first core row.
    """
    points = np.asarray(points, dtype=float)
    n = len(points)
    d2 = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    near = d2 <= eps * eps
    core = np.array([math.fsum(np.asarray(weights)[near[i]]) >= min_weight for i in range(n)], bool)
    labels = np.full(n, -1)
    cluster = 0
    for i in range(n):
        if core[i] and labels[i] == -1:
            stack = [i]
            labels[i] = cluster
            while stack:
                a = stack.pop()
                for b in range(n):
                    if core[b] and near[a, b] and labels[b] == -1:
                        labels[b] = cluster
                        stack.append(b)
            cluster += 1
    result = labels.copy()
    for i in range(n):
        if not core[i]:
            reach = [
                (d2[i, j], points[j, 1], points[j, 0], labels[j])
                for j in range(n)
                if core[j] and near[i, j]
            ]
            if reach:
                result[i] = min(reach)[3]
    return result, core


def naive_sites(points, weights):
    """Sites as {(northing, easting): (n, weight)}, rounded half upward, one incident at a time."""
    sites = {}
    for (x, y), weight in zip(points, weights, strict=True):
        key = (math.floor(y + 0.5), math.floor(x + 0.5))
        n, total = sites.get(key, (0, 0.0))
        sites[key] = (n + 1, total + weight)
    return dict(sorted(sites.items()))


def naive_two_scale(points, weights, corners, *, cell_m, wide_m, parts):
    """Two-scale score of cells by their south-west corners, per unit of area, one by one."""
    steps = (np.arange(parts) + 0.5) / parts * cell_m
    result = np.zeros(len(corners))
    for c, (west, south) in enumerate(corners):
        centres = [(west + dx, south + dy) for dx in steps for dy in steps]
        around = naive_density(points, weights, centres, kernel="quartic", radius=wide_m).mean()
        own = sum(
            weight
            for (x, y), weight in zip(points, weights, strict=True)
            if west <= x < west + cell_m and south <= y < south + cell_m
        )
        result[c] = 0.5 * own / cell_m**2 + 0.5 * around
    return result


def naive_k_distances(points, weights, k):
    """Distance from each point at which the weight within, its own included, reaches k."""
    points = np.asarray(points, dtype=float)
    result = np.full(len(points), np.inf)
    for i, point in enumerate(points):
        distance = np.sqrt(((points - point) ** 2).sum(axis=1))
        total = 0.0
        for j in np.argsort(distance, kind="stable"):
            total += weights[j]
            if total >= k:
                result[i] = distance[j]
                break
    return result
