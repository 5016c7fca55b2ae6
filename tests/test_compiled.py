"""Compilation with and without a place for its cache, and work in bands."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from est_geo import compiled as compiled_module
from est_geo.compiled import compiled, cores, in_bands

SOURCE = """
from est_geo.compiled import compiled

@compiled()
def double(value):
    return 2 * value

print(double(21), double._cache.__class__.__name__)
"""


def run(folder, *, writable):
    """Run a script in a process of its own, with or without a folder that can be written to."""
    script = folder / "script.py"
    script.write_text(SOURCE, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")}
    code = (
        "import sys, runpy, numba.core.caching as c\n"
        "def refuse(self): raise OSError('read-only')\n"
        + ("" if writable else "c._CacheLocator.ensure_cache_path = refuse\n")
        + f"runpy.run_path({str(script)!r})"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_the_machine_code_is_kept_for_the_next_process(tmp_path):
    done = run(tmp_path, writable=True)
    assert (done.stdout.split(), done.stderr) == (["42", "FunctionCache"], "")
    assert list(tmp_path.rglob("*.nbc"))


def test_without_a_place_to_write_it_is_compiled_each_time_and_nothing_is_said(tmp_path):
    done = run(tmp_path, writable=False)
    assert (done.stdout.split(), done.stderr) == (["42", "NullCache"], "")
    assert not list(tmp_path.rglob("*.nbc"))


def test_other_faults_of_compilation_are_not_hidden(monkeypatch):
    def njit(*, cache=False, **_):
        if cache:
            raise RuntimeError("something else")
        return lambda function: function

    monkeypatch.setattr("numba.njit", njit)
    with pytest.raises(RuntimeError, match="something else"):
        compiled()(Path)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 1000])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_bands_cover_everything_once(monkeypatch, count, workers):
    monkeypatch.setattr(compiled_module, "cores", lambda: workers)
    seen, lock = [0] * count, threading.Lock()

    def work(first, last):
        for i in range(first, last):
            with lock:
                seen[i] += 1

    in_bands(work, count)
    assert seen == [1] * count


def test_small_work_stays_in_its_own_thread(monkeypatch):
    monkeypatch.setattr(compiled_module, "cores", lambda: 4)
    threads = set()
    in_bands(lambda *_: threads.add(threading.get_ident()), 100, worth_it=False)
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("here", [True, False])
def test_what_goes_wrong_in_a_band_is_raised_from_any_thread(monkeypatch, here):
    monkeypatch.setattr(compiled_module, "cores", lambda: 2)
    both, asking = threading.Barrier(2), threading.get_ident()
    begun = []

    def work(first, _):
        begun.append(first)
        if len(begun) <= 2:
            both.wait(timeout=60)
        if (threading.get_ident() == asking) == here:
            raise ValueError("in a band")
        wrong.wait(timeout=60)

    wrong = threading.Event()
    clear = compiled_module.deque.clear

    class Told(compiled_module.deque):
        def clear(self):
            clear(self)
            wrong.set()

    monkeypatch.setattr(compiled_module, "deque", Told)
    with pytest.raises(ValueError, match="in a band"):
        in_bands(work, 800)
    assert len(begun) == 2, "what had not begun is left out"


def test_the_thread_that_asks_works_too(monkeypatch):
    monkeypatch.setattr(compiled_module, "cores", lambda: 3)
    together, threads = threading.Barrier(3), set()

    def work(*_):
        threads.add(threading.get_ident())
        together.wait(timeout=60)

    in_bands(work, 3)
    assert len(threads) == 3
    assert threading.get_ident() in threads


def test_at_least_one_core():
    assert 1 <= cores() <= 16
