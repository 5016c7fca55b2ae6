"""Make docs/images/map.png: the map of `est-geo demo`, as Chromium shows it.

Run as ``python tools/make_picture.py`` with the `test` extra and a Chromium installed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "map.png"


def main() -> None:
    """Run the demo in a temporary folder and take a picture of its map."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        subprocess.run(["est-geo", "demo", folder], check=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(Path(folder, "map.html").as_uri())
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.name}: {PICTURE.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
