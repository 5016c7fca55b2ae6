"""The report on paper, by WeasyPrint."""

import builtins

import pytest

import pictures
from est_geo.errors import FileRefused
from est_geo.sharing.report import write_report


@pytest.fixture(autouse=True)
def _weasyprint():
    pytest.importorskip("weasyprint")


def test_a_pdf_holds_the_report_without_the_moving_map(tmp_path):
    path = write_report(pictures.full_picture(), tmp_path / "a.pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) > 10_000


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://example.org/a.png"])
def test_nothing_is_fetched_from_a_disk_or_a_network(tmp_path, url):
    own = tmp_path / "own.html"
    own.write_text(f'<p>x</p><img src="{url}">', encoding="utf-8")
    with pytest.raises(FileRefused, match=r"asks for .* which is outside it"):
        write_report(pictures.full_picture(), tmp_path / "a.pdf", template=own)
    assert not (tmp_path / "a.pdf").exists()


def test_without_weasyprint_the_message_says_what_to_install(tmp_path, monkeypatch):
    real = builtins.__import__

    def absent(name, *args, **kwargs):
        if name == "weasyprint":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match=r"pip install 'est_geo\[pdf\]'"):
        write_report(pictures.full_picture(), tmp_path / "a.pdf")
