"""Slow, plain versions of the fast parts: the loops a reader can check by eye."""

from __future__ import annotations

import math

import numpy as np


def naive_density(points, weights, centres, *, kernel, radius):
    """Density at each centre, per unit of area, one pair of point and centre at a time."""
    result = np.zeros(len(centres))
    for c, (cx, cy) in enumerate(centres):
        terms = []
        for (px, py), weight in zip(points, weights, strict=True):
            d2 = (px - cx) ** 2 + (py - cy) ** 2
            if kernel == "quartic":
                if d2 < radius**2:
                    terms.append(weight * 3 / (math.pi * radius**2) * (1 - d2 / radius**2) ** 2)
            else:
                sigma = radius / math.sqrt(8)
                terms.append(weight * math.exp(-d2 / (2 * sigma**2)) / (2 * math.pi * sigma**2))
        result[c] = math.fsum(terms)
    return result


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
