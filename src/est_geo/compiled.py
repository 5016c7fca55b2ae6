"""Compile inner loops to machine code, and share them out over the processor's cores."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")

_MOST_THREADS = 16


def compiled() -> Callable[[F], F]:
    """Decorate a function to be compiled at its first call, and kept on disk for the next process.

    Where no directory for the cache can be written to (a read-only installation and no home), it is
    compiled anew in each process. A shared temporary directory would not do: a cache is code that
    is run when loaded.

    Loops are shared out by `in_bands` and not by numba: its threads end the process when it has
    been forked, or when two threads call at once.

    Returns
    -------
    callable
        Decorator. The compiled function lets other threads run meanwhile.
    """
    import numba  # noqa: PLC0415 - late: what only shares out work, a check say, does without

    def decorate(function: F) -> F:
        try:
            return cast("F", numba.njit(cache=True, nogil=True)(function))
        except RuntimeError as error:
            # Numba's only word for "nowhere to write": found when decorated, not when called.
            if "no locator available" not in str(error):
                raise
            return cast("F", numba.njit(nogil=True)(function))

    return decorate


def cores() -> int:
    """Count the processor cores that this process may use, at most 16."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST_THREADS)
    return min(os.cpu_count() or 1, _MOST_THREADS)


def in_bands(
    work: Callable[[int, int], object],
    count: int,
    *,
    bands_per_core: int = 4,
    worth_it: bool = True,
) -> None:
    """Call `work(first, last)` on bands that together cover range(count), on all cores.

    Starting a thread takes a fraction of a millisecond: say so where the work is not `worth_it`.

    `work` must let go of the interpreter (a `compiled` function does) and write only what belongs
    to its own band, so that the answer does not depend on the number of cores.
    """
    workers = min(cores(), count)
    if workers <= 1 or not worth_it:
        work(0, count)
        return
    bands = min(count, workers * bands_per_core)
    edges = [count * i // bands for i in range(bands + 1)]
    waiting = deque(pairwise(edges))  # taking one out is safe in any thread

    def run() -> None:
        while waiting:
            try:
                first, last = waiting.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                work(first, last)
            except BaseException:
                waiting.clear()
                raise

    # Starting a thread costs more than many a band: the one that asks works too.
    with ThreadPoolExecutor(workers - 1, thread_name_prefix="est_geo") as pool:
        others = [pool.submit(run) for _ in range(workers - 1)]
        run()
    for other in others:
        other.result()  # raises what went wrong there
