"""Misspelt streets: what a slip of the finger costs, and which streets a name may mean."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.geocoding.addresses import street_key
from est_geo.geocoding.corrections import _cost, find_corrections

LINES = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
PLAIN = str.maketrans("åäö", "aao")


def beside(one, other):
    """Tell whether two keys of the keyboard touch, however they are folded."""
    at = {}
    for line, letters in enumerate(LINES):
        for column, letter in enumerate(letters):
            # Each line stands half a key to the right of the one above.
            at.setdefault(letter.translate(PLAIN), []).append((2 * column + line, line))
    return any(
        abs(a - c) <= (2 if b == d else 1) and abs(b - d) <= 1 and (a, b) != (c, d)
        for a, b in at.get(one, ())
        for c, d in at.get(other, ())
    )


def naive_cost(written, meant):
    """Try all ways to get from one name to another, where they differ, at the stated costs."""

    same = [one == other for one, other in zip(written, meant, strict=False)]
    start = [*same, False].index(False)
    short = min(len(written), len(meant)) - start
    same = [written[-1 - k] == meant[-1 - k] for k in range(short)]
    end = [*same, False].index(False)

    @cache
    def least(i, j):
        """Give the cost of making the first i letters written of the first j meant."""
        if i == j == start:
            return 0.0
        ways = []
        if i > start:
            around = {*written[max(i - 2, 0) : i - 1], *written[i : i + 1]}
            doubled, near = written[i - 1] in around, any(beside(written[i - 1], o) for o in around)
            ways.append(least(i - 1, j) + (0.5 if doubled else 1.0 if near else 1.5))
        if j > start:
            around = {*meant[max(j - 2, 0) : j - 1], *meant[j : j + 1]}
            ways.append(least(i, j - 1) + (0.5 if meant[j - 1] in around else 1.0))
        if i > start and j > start:
            one, other = written[i - 1], meant[j - 1]
            ways.append(
                least(i - 1, j - 1) + (0.0 if one == other else 1.0 if beside(one, other) else 1.5)
            )
        if min(i, j) > start + 1 and written[i - 2 : i] == meant[j - 2 : j][::-1]:
            ways.append(least(i - 2, j - 2) + 1.0)
        return min(ways)

    return least(len(written) - end, len(meant) - end) + (1.0 if written[:1] != meant[:1] else 0.0)


@pytest.mark.parametrize(
    ("written", "meant", "cost"),
    [
        ("malm", "malm", 0.0),
        ("mallm", "malm", 0.5),  # pressed twice
        ("malm", "mallm", 0.5),
        ("maln", "malm", 1.0),  # n lies beside m
        ("malp", "malm", 1.5),  # p does not
        ("mam", "malm", 1.0),  # lost
        ("maklm", "malm", 1.0),  # k was hit with l
        ("matlm", "malm", 1.5),
        ("mlam", "malm", 1.0),  # changed places
        ("nalm", "malm", 2.0),  # beside, but the first letter
        ("alm", "malm", 2.0),
        ("karlakers", "kyrkakers", 2.5),
    ],
)
def test_a_slip_costs_less_than_another_letter(written, meant, cost):
    assert _cost(written, meant) == cost
    assert naive_cost(written, meant) == cost


NAMES = st.text("amlkosr", min_size=2, max_size=8)


@settings(max_examples=500, deadline=None)
@given(NAMES, NAMES)
def test_the_cost_is_the_least_of_all_ways(written, meant):
    assert _cost(written, meant) == naive_cost(written, meant)


def meant_by(text, *known):
    keys = {street_key(name): name for name in known}
    found = find_corrections([street_key(text)], keys)
    return [keys[one.key] for one in found.get(street_key(text), [])]


@pytest.mark.parametrize(
    ("text", "known", "meant"),
    [
        ("Sadelmakrvägen", ["Sadelmakarvägen", "Skomakarvägen"], ["Sadelmakarvägen"]),
        ("Sadelmakarvägn", ["Sadelmakarvägen"], ["Sadelmakarvägen"]),
        ("Sadelmakrvägn", ["Sadelmakarvägen"], ["Sadelmakarvägen"]),
        ("Sadelmakrv", ["Sadelmakarvägen"], ["Sadelmakarvägen"]),
        ("Malmv", ["Malmvägen", "Malmgatan"], ["Malmvägen"]),
        ("Malmväg", ["Malmvägen", "Malmgatan"], ["Malmvägen"]),
        ("Malmg", ["Malmgatan", "Malmgränd"], ["Malmgatan", "Malmgränd"]),
        ("Ekkvägen", ["Ekvägen"], ["Ekvägen"]),  # two letters, but only pressed twice
        # Another type is another street.
        ("Malmgatan", ["Malmvägen"], []),
        # A name that the register knows is meant as it stands, under any type.
        ("Almvägen", ["Malmvägen", "Almgatan"], []),
        ("Tallvägen", ["Hallvägen", "Tallgatan"], []),
        ("Sadelmakarevägen", ["Sadelmakaregatan", "Sadelmakarvägen"], []),
        # Short names are not corrected, but for a letter pressed twice or a neighbour's key.
        ("Elvägen", ["Ekvägen"], []),
        ("Sikgatan", ["Simgatan"], []),
        ("Bokvägen", ["Blåvägen"], []),
        # Two slips want seven letters.
        ("Bjlrkvagen", ["Björkvägen"], ["Björkvägen"]),
        ("Bkjörvägen", ["Björkvägen"], []),
        # The shorter of two names counts: "djupö" has five letters.
        ("Djupövägen", ["Djupbrovägen"], []),
        ("Karlåkersvägen", ["Kyrkåkersvägen"], []),
        ("Eken", ["Ekan"], []),
        ("Viken", ["Vikan"], []),
        ("Mmalmmvägen", ["Malmvägen"], []),
    ],
)
def test_what_a_name_may_mean(text, known, meant):
    assert meant_by(text, *known) == meant


def test_the_likeliest_comes_first():
    found = find_corrections(["trumpetvagen"], ["trumpevagen", "trumpetavagen", "trompetvagen"])
    costs = [one.cost for one in found["trumpetvagen"]]
    assert costs == sorted(costs)
    assert len(costs) == 3


def test_no_register_and_no_question_give_nothing():
    assert find_corrections([], ["malmvagen"]) == {}
    assert find_corrections(["malmvagn"], []) == {}
