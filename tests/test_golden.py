"""The demo's pictures stay what they are, in numbers and to the byte."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from golden_pictures import FILE, as_text, checksums, golden


def test_the_numbers_are_those_that_were_reviewed():
    # After a change that was meant: python tests/golden_pictures.py --write, and look at the diff.
    assert as_text(golden()) == FILE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_two_runs_and_two_processes_give_the_same_bytes():
    first = checksums()
    assert len(first) == 2 * 3 * 4
    assert checksums(fresh=True) == first
    script = Path(__file__).with_name("golden_pictures.py")
    other = subprocess.run(
        [sys.executable, script, "--checksums"],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert json.loads(other.stdout) == first
