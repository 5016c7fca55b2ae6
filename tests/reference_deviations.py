"""Deviations written from the definition, one cell and one period at a time, with plain loops.

Slow on purpose. Shares no code with `est_geo.analysis`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

from scipy.stats import nbinom

WEEK = dt.timedelta(days=7)


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def month_after(day: dt.date, n: int) -> dt.date:
    """First of the month n months after that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return dt.date(year, month + 1, 1)


class Naive:
    """Counts of (day, district, category) rows, looked up by span of days."""

    def __init__(self, rows, districts, categories, since):
        self.days = Counter(rows)
        self.cells = [(d, c) for d in districts for c in categories]
        self.districts, self.categories, self.since = districts, categories, since

    def count(self, begin, end, district=None, category=None):
        return sum(
            n
            for (day, d, c), n in self.days.items()
            if begin <= day < end and district in {None, d} and category in {None, c}
        )

    def season(self, category, near, base):
        """Season factor from spans of days near and base, one of each an earlier year."""
        if not near:
            return 1.0
        length_near = sum((e - b).days for b, e in near)
        length_base = sum((e - b).days for b, e in base)
        ratio = length_base / length_near

        def total(spans, of):
            return sum(self.count(b, e, category=of) for b, e in spans)

        together = ((total(near, None) + 10) / length_near) / (
            (total(base, None) + 10 * ratio) / length_base
        )
        return ((total(near, category) + 10 * together) / length_near) / (
            (total(base, category) + 10 * ratio) / length_base
        )

    def spans(self, view, begin):
        """(baseline begin, begin, end, near spans, base spans, m without season), or None."""
        if view in {"week", "four_weeks"}:
            return self.spans_of_weeks(view, begin)
        return self.spans_of_months(view, begin)

    def spans_of_weeks(self, view, begin):
        near, base = [], []
        start = monday(self.since + dt.timedelta(days=6))
        long, span, first, last = (26, 1, -2, 2) if view == "week" else (24, 4, -1, 4)
        for year in (1, 2):
            then = begin - 52 * year * WEEK
            if then - long * WEEK >= start:
                near.append((then + first * WEEK, then + (last + 1) * WEEK))
                base.append((then - long * WEEK, then))
        if not near and view == "week":
            long = 12
        before = begin - long * WEEK
        if before < start:
            return None
        return before, begin, begin + span * WEEK, near, base, long / span

    def spans_of_months(self, view, begin):
        near, base = [], []
        months = 1 if view == "month" else 4
        first = month_after(self.since - dt.timedelta(days=1), 1)
        while (first.month - 1) % months:
            first = month_after(first, 1)
        before, end = month_after(begin, -6 if view == "month" else -12), month_after(begin, months)
        if before < first:
            return None
        for year in (1, 2):
            then = month_after(begin, -12 * year)
            if view == "tertial" and then >= first:
                near.append((then, month_after(then, 4)))
                base.append((then, month_after(then, 12)))
            if view == "month" and month_after(then, -6) >= first:
                wide = dt.timedelta(days=7)
                near.append((then - wide, month_after(then, 1) + wide))
                base.append((month_after(then, -6), then))
        return before, begin, end, near, base, (begin - before).days / (end - begin).days

    def cell(self, view, begin, district, category):
        """(y, B, m) or None."""
        found = self.spans(view, begin)
        if found is None:
            return None
        before, begin, end, near, base, m = found
        y = self.count(begin, end, district, category)
        b = self.count(before, begin, district, category)
        return y, b, m / self.season(category, near, base)

    def noise(self, week):
        """Fit φ and α from the 52 weekly pictures before the week that begins on a Monday."""
        rows, pictures = [], 0
        for i in range(1, 53):
            begin = week - i * WEEK
            if self.spans("week", begin) is None:
                continue
            pictures += 1
            rows += [self.cell("week", begin, d, c) for d, c in self.cells]
        if pictures < 26:
            return 1.3, 0.1
        s11 = s12 = s22 = t1 = t2 = 0.0
        for y, b, m in rows:
            z, x1 = (y - b / m) ** 2 / (1 + 1 / m), b / m
            x2 = x1**2 - b / m**2
            w = 1 / ((b + 0.5) / m + 0.3) ** 2
            s11, s12, s22 = s11 + w * x1 * x1, s12 + w * x1 * x2, s22 + w * x2 * x2
            t1, t2 = t1 + w * z * x1, t2 + w * z * x2
        if s11 == 0:
            return 1.0, 0.0
        determinant = s11 * s22 - s12**2
        phi = (t1 * s22 - t2 * s12) / determinant
        alpha = (s11 * t2 - s12 * t1) / determinant
        if phi < 1:
            return 1.0, max(0.0, (t2 - s12) / s22)
        if alpha < 0:
            return max(1.0, t1 / s11), 0.0
        return phi, alpha

    def picture(self, view, begin):
        """Expected count and p of every cell: {(district, category): (y, B, M, p)}."""
        if self.spans(view, begin) is None:
            return {}
        week = begin + 3 * WEEK if view == "four_weeks" else monday(begin)
        phi, alpha = self.noise(week)
        found = {}
        for d, c in self.cells:
            y, b, m = self.cell(view, begin, d, c)
            mean = (b + 0.5) / m
            variance = (1 + 1 / m) * (phi * mean + alpha * mean**2)
            p = nbinom.sf(y - 1, mean**2 / (variance - mean), mean / variance)
            found[d, c] = (y, b, mean, p if y > 0 else 1.0)
        return found
