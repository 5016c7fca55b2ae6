"""The test of recurring addresses, one address at a time, as a reader would check it by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
from scipy import stats


def naive_q(p):
    """Benjamini-Hochberg by its definition: the least, over all as large, of p·n/rank."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    q = [0.0] * len(p)
    for place, i in enumerate(order):
        q[i] = min(1.0, *(p[j] * len(p) / (k + 1) for k, j in enumerate(order) if k >= place))
    return q


def naive_recurrence(events, register, last_sunday):
    """Say of each address of a register what it is.

    `events` are (address, time) pairs, `register` maps an address to (district, exposure).
    Gives address -> (verdict, window, n, weeks, months, expected, q).
    """
    monday = dt.datetime.combine(last_sunday - dt.timedelta(days=6), dt.time())
    ago = {}
    for address, time in events:
        weeks = (monday - (time - dt.timedelta(days=time.weekday()))) / dt.timedelta(weeks=1)
        ago.setdefault(address, []).append(int(np.ceil(weeks)))
    windows = {}
    for length, months_needed in ((52, 3), (17, 2)):
        seen = {a: [w for w in ago.get(a, []) if 0 <= w < length] for a in register}
        y = {a: len(set(seen[a])) for a in register}
        p, expected = {}, {}
        for a, (district, exposure) in register.items():
            others = [b for b in register if b != a and register[b][0] == district]
            around = sum(register[b][1] for b in others)
            past = sum(y[b] for b in others)
            expected[a] = exposure * (past + 0.5) / around if around else float("nan")
            ratio = around / (1.5 * exposure)
            chance = (
                stats.nbinom.sf(y[a] - 1, past + 0.5, ratio / (ratio + 1)) if y[a] and around else 1
            )
            p[a] = float(chance)
        q = dict(zip(register, naive_q([p[a] for a in register]), strict=True))
        months = {a: len({w // 4 for w in seen[a]}) for a in register}
        flagged = {a: q[a] <= 0.05 and y[a] >= 3 and months[a] >= months_needed for a in register}
        n = {a: len(seen[a]) for a in register}
        windows[length] = (flagged, n, y, months, expected, q, seen)
    result = {}
    for a in register:
        year, recent = windows[52], windows[17]
        last_four = {w // 4 for w in year[6][a] if w < 16}
        if year[0][a] and recent[1][a]:
            verdict, length = "recurring_long", 52
        elif recent[0][a]:
            verdict, length = "recurring_new", 17
        elif year[0][a]:
            verdict, length = "calm_now", 52
        elif year[1][a] >= 3 or len(last_four) >= 2:
            verdict, length = "may_be_chance", 52
        else:
            verdict, length = "none", 52
        result[a] = (verdict, length, *(part[a] for part in windows[length][1:6]))
    return result
