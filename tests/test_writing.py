"""Writing whole: killed, full or forbidden, the old file is as it was, and alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from est_geo.errors import FileRefused
from est_geo.files import write_atomic

# Stops in the middle of a write, when all is in the temporary file but not yet on the disk.
STOPPING = """
import os, sys, time
from est_geo.files import write_atomic
if sys.argv[2] == "named":
    del os.O_TMPFILE
def stop(handle):
    print("in the middle", flush=True)
    time.sleep(60)
os.fsync = stop
write_atomic(sys.argv[1], "new " * 1_000_000)
"""
# A disk with room for 10 kB more.
FULL = """
import resource, signal, sys
from est_geo.errors import FileRefused
from est_geo.sharing.html import save_offline
import folium
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    save_offline(folium.Map(tiles=None), sys.argv[1])
except FileRefused as error:
    print(error)
"""


def stopped(path, way, sent):
    """Start a write, stop it half-way by a signal, and list what lies in the folder."""
    command = [sys.executable, "-c", STOPPING, str(path), way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"in the middle\n"
        process.send_signal(sent)
        assert process.wait(10) != 0
    return sorted(file.name for file in path.parent.iterdir())


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_half_way_the_old_file_is_whole_and_alone(tmp_path, sent):
    if not hasattr(os, "O_TMPFILE"):
        pytest.skip("files without a name are Linux's")
    path = tmp_path / "karta.html"
    path.write_text("old")
    assert stopped(path, "nameless", sent) == ["karta.html"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(("sent", "left"), [(signal.SIGKILL, 1), (signal.SIGINT, 0)])
def test_without_nameless_files_the_old_one_is_whole_all_the_same(tmp_path, sent, left):
    path = tmp_path / "karta.html"
    path.write_text("old")
    names = stopped(path, "named", sent)
    assert path.read_text() == "old"
    assert len(names) == 1 + left
    assert all(name.startswith(".karta.html-") and name.endswith(".tmp") for name in names[:left])
    assert write_atomic(path, "new").read_text() == "new"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's here")
def test_a_full_disk_leaves_the_old_map_whole_and_says_so(tmp_path):
    path = tmp_path / "karta.html"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True
    )
    assert "'karta.html' was not written: File too large. The old file" in done.stdout
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path):
    if os.geteuid():
        tmp_path.chmod(0o500)
        folder = tmp_path
    else:  # the superuser may write everywhere but here
        folder = type(tmp_path)("/proc/self")
    try:
        with pytest.raises(FileRefused, match=r"'karta.html' was not written: "):
            write_atomic(folder / "karta.html", "new")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("refused", ["os.open", "os.link"])
def test_a_disk_without_nameless_files_is_written_all_the_same(tmp_path, monkeypatch, refused):
    real = getattr(os, refused.removeprefix("os."))

    def refuse(*args, **options):
        if refused == "os.open" and args[1] & os.O_TMPFILE != os.O_TMPFILE:
            return real(*args, **options)
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(refused, refuse)
    path = tmp_path / "karta.html"
    path.write_text("old")
    assert write_atomic(path, "new").read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
