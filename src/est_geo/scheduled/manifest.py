"""The manifest of an output folder: what it was made from, with what, and what is in it.

It is the last file that is written. A folder whose manifest says what a run would say, and whose
files are those of the manifest, need not be made again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from est_geo.picture.provenance import versions

if TYPE_CHECKING:
    from typing import Any

    from est_geo.picture import Picture

NAME = "manifest.json"


def made_from(
    inputs: dict[str, str], settings: str, *, period: str, audience: str, before: dict[str, str]
) -> dict[str, Any]:
    """Say what a folder is made from: the same again gives the same folder.

    Names and checksums of the files stay with those who have the files; others get one fingerprint
    of them all.
    """
    source: dict[str, Any] = {"period": period, "audience": audience, "versions": versions()}
    files = {"settings": settings, "inputs": inputs, "before": before}
    if audience == "internal":
        return source | files
    all_of_it = json.dumps(files, sort_keys=True).encode()
    return source | {"fingerprint": hashlib.sha256(all_of_it).hexdigest()}


def manifest_text(
    source: dict[str, Any], picture: Picture, outputs: dict[str, bytes], *, rows: dict[str, int]
) -> str:
    """Write the manifest."""
    content = {
        "made_from": source,
        "rows": rows,
        "counts": picture.counts,
        "parameters": {
            name: {"value": value, "chosen_for_you": name in picture.chosen_for_you}
            for name, value in picture.parameters.items()
        },
        "outputs": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(outputs.items())
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def is_current(folder: Path, source: dict[str, Any]) -> bool:
    """Tell whether a folder is whole, and made from just this."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if found["made_from"] != source:
            return False
        listed = {NAME, *found["outputs"]}
        if {path.name for path in folder.iterdir()} != listed:
            return False
        return all(
            hashlib.sha256((folder / Path(name).name).read_bytes()).hexdigest() == one["sha256"]
            for name, one in found["outputs"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False
