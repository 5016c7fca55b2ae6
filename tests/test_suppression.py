"""Hidden numbers stay hidden: a linear program tries to work them out from what is shown."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

import est_geo as eg
from est_geo.disclosure.suppression import Hidden, suppress


def whole_of(table):
    table = np.asarray(table, dtype=float)
    with_rows = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([with_rows, with_rows.sum(axis=0)])


def mask_of(hidden: Hidden):
    inner = np.column_stack([hidden.cells, hidden.rows])
    return np.vstack([inner, [*hidden.columns, hidden.total]])


def spans(table, mask, wanted=None):
    """Least and largest value of hidden numbers, as the shown ones allow: the attacker."""
    whole = whole_of(table)
    rows, columns = whole.shape
    number = np.arange(whole.size).reshape(whole.shape)
    equations = []
    for i in range(rows):
        line = np.zeros(whole.size)
        line[number[i, :-1]], line[number[i, -1]] = 1, -1
        equations.append(line)
    for j in range(columns):
        line = np.zeros(whole.size)
        line[number[:-1, j]], line[number[-1, j]] = 1, -1
        equations.append(line)
    bounds = [
        (0, None) if hidden else (value, value)
        for value, hidden in zip(whole.ravel(), mask.ravel(), strict=True)
    ]
    found = {}
    for at in zip(*np.nonzero(mask), strict=True) if wanted is None else wanted:
        goal = np.zeros(whole.size)
        goal[number[at]] = 1
        ends = []
        for sign in (1, -1):
            solved = linprog(
                sign * goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds
            )
            ends.append(np.inf if solved.status == 3 else solved.x[number[at]])
        found[at] = tuple(ends)
    return found


def assert_protected(table, k):
    whole, mask = whole_of(table), mask_of(suppress(table, k=k))
    small = (whole > 0) & (whole < k)
    assert mask[small].all()
    for at, (low, high) in spans(table, mask).items():
        if small[at]:
            assert high - low >= k - 1e-6, (at, low, high)
            assert low - 1e-6 <= whole[at] <= high + 1e-6


def test_a_number_hidden_alone_is_worked_out_from_the_sums():
    # The attacker works: without secondary suppression the 1 is found exactly.
    table = [[1, 9, 4], [8, 7, 6], [5, 5, 5]]
    mask = whole_of(table) == 1
    assert spans(table, mask) == {(0, 0): (1, 1)}
    assert_protected(table, 3)


def test_as_few_as_needed_are_hidden():
    hidden = suppress([[1, 9, 4], [8, 7, 6], [5, 5, 5]], k=3)
    # With 4 beside it, 5 below and 5 across, the 1 can be anything from 0 to 5.
    np.testing.assert_array_equal(
        hidden.cells, [[True, False, True], [False, False, False], [True, False, True]]
    )
    assert not hidden.rows.any()
    assert not hidden.columns.any()
    assert not hidden.total


def test_nothing_small_nothing_hidden_and_zero_is_shown():
    hidden = suppress([[0, 5], [3, 0]], k=3)
    assert not mask_of(hidden).any()


def test_a_single_row_hides_sums_where_nothing_else_helps():
    hidden = suppress([[2, 0, 0]], k=3)
    assert hidden.cells.tolist() == [[True, False, False]]
    assert hidden.total  # 2, and the only number there is
    assert_protected([[2, 0, 0]], 3)


@settings(max_examples=60, deadline=None)
@given(
    table=st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
        lambda shape: arrays(
            np.int64, shape, elements=st.sampled_from([0, 0, 1, 2, 3, 4, 6, 9, 20])
        )
    ),
    k=st.sampled_from([2, 3, 5]),
)
@example(table=np.array([[1, 1], [1, 1]]), k=3)
@example(table=np.array([[1]]), k=5)
@example(table=np.array([[0, 0], [0, 1]]), k=5)
def test_no_small_number_can_be_worked_out(table, k):
    assert_protected(table, k)


@settings(max_examples=15, deadline=None)
@given(arrays(np.int64, (9, 8), elements=st.integers(0, 12)))
def test_no_small_number_of_districts_by_categories_can_be_worked_out(table):
    mask = mask_of(suppress(table, k=3))
    whole = whole_of(table)
    small = np.argwhere((whole > 0) & (whole < 3))
    for low, high in spans(table, mask, list(map(tuple, small[:4]))).values():
        assert high - low >= 3 - 1e-6


@pytest.mark.parametrize(
    ("counts", "k", "message"),
    [
        ([1, 2], 3, "1 dimensions"),
        ([[1, -2]], 3, "1 numbers that are negative"),
        ([[np.nan, 2]], 3, "1 numbers that are negative or not known"),
        ([[1, 2]], 0, "`k` must be a finite number above 0"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(counts, k, message):
    with pytest.raises(eg.InputError, match=message):
        suppress(counts, k=k)
