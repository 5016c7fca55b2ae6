"""The policy in a page's head: which scripts may run, and whom the page may ask for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from est_geo.sharing.escaping import SURROGATE
from est_geo.sharing.packaged import newlines

if TYPE_CHECKING:
    from collections.abc import Iterable


def script_text(text: str) -> str:
    """Keep a script inside its tag, and equal to what the browser will hash.

    ``</script`` and ``<!--`` only stand in strings and comments of a script, where a backslash
    before them changes nothing. A browser reads CR as LF and NUL as U+FFFD.
    """
    inside = re.sub(r"<(?=/script|!--)", r"<\\", text, flags=re.IGNORECASE)
    return SURROGATE.sub("\ufffd", newlines(inside).replace("\0", "\ufffd"))


def script_hashes(scripts: Iterable[str]) -> tuple[str, ...]:
    """Name scripts as a policy does, each once: ``'sha256-…'``."""
    digests = (hashlib.sha256(text.encode()).digest() for text in scripts)
    return tuple(
        dict.fromkeys(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    )


def page_policy(scripts: Iterable[str], *, pictures_from: Iterable[str] = ()) -> str:
    """Content-Security-Policy of a page: the scripts we wrote, no connection, nothing else.

    Parameters
    ----------
    scripts : iterable of str
        Every script of the page, as it stands in its tag.
    pictures_from : iterable of str
        Origins that pictures may come from, such as "https://karta.example.se".
    """
    return policy_of(script_hashes(scripts), pictures_from=pictures_from)


def policy_of(hashes: Iterable[str], *, pictures_from: Iterable[str] = ()) -> str:
    """Content-Security-Policy of a page whose scripts are named by hash; without any, none runs."""
    scripts = " ".join(hashes) or "'none'"
    pictures = " ".join(["data:", "blob:", *pictures_from])
    return (
        f"default-src 'none'; script-src {scripts}; "
        f"style-src 'unsafe-inline'; img-src {pictures}; font-src data:; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
