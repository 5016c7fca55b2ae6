"""The README's two commands are the ones that CI runs, and what it names exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import est_geo as eg
from est_geo.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEMO = "pip install . && est-geo demo"
TEST = "pip install -e '.[test]' && pytest"


def shell_lines(text: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("command", [DEMO, TEST])
def test_a_command_stands_alone_on_a_line_and_is_the_one_ci_runs(command: str):
    assert command in shell_lines(README)
    assert f'="{command}"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/getting-started.md"])
def test_the_map_command_runs_as_it_is_written(page: str, tmp_path: Path, monkeypatch):
    lines = shell_lines((ROOT / page).read_text(encoding="utf-8"))
    [command] = [line for line in lines if line.startswith("est-geo map")]
    monkeypatch.chdir(tmp_path)
    eg.make_example().write(tmp_path)
    run = CliRunner().invoke(app, shlex.split(command)[1:])
    assert run.exit_code == 0, run.output
    assert (tmp_path / "map.html").stat().st_size > 0


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_file_that_a_page_links_to_is_there(page: str):
    links = re.findall(r"\]\(([^)#]+)", (ROOT / page).read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (ROOT / link).exists()] == []
