"""Text that stays text: what data have to go through before they are part of a page.

- `json_block` for the library's own pages: data never is HTML or script, only JSON.
- `html_text` for text that has to be part of HTML, in our pages or in a user's own folium map.
"""

from __future__ import annotations

import html
import json
import re

SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_UNSAFE = re.compile("[<>&'`\u2028\u2029\ud800-\udfff]|\\$(?=\\{)|\\{(?=[{%#])")
_HTML_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "{}`$\\"} | {0: "\ufffd"}


def html_text(text: object) -> str:
    r"""Make text inert in every place where folium puts HTML.

    Besides ``< > & " '`` the characters ``{ } ` $ \`` become entities: a popup's HTML stands in a
    script's template literal, and branca reads what it rendered as a template once more.

    >>> html_text("<b> {{7*7}} ${x}")
    '&lt;b&gt; &#123;&#123;7*7&#125;&#125; &#36;&#123;x&#125;'
    """
    escaped = html.escape(str(text), quote=True).translate(_HTML_ENTITIES)
    return SURROGATE.sub("\ufffd", escaped)


def json_block(data: object, *, element_id: str) -> str:
    r"""Write data as a block of JSON that a page can hold and only `JSON.parse` reads.

    Everything that could end the block, open a tag, an entity, a template literal or a Jinja
    expression is written as a ``\uXXXX`` escape, so the text reads back exactly.

    Raises
    ------
    ValueError
        If the data hold NaN or infinity, which JSON has no word for.

    Examples
    --------
    >>> json_block({"a": "</script>{{"}, element_id="data")
    '<script type="application/json" id="data">{"a":"\\u003c/script\\u003e\\u007b{"}</script>'
    """
    block = f'<script type="application/json" id="{html_text(element_id)}">'
    return f"{block}{safe_json(data)}</script>"


def safe_json(data: object) -> str:
    """Write data as JSON with nothing in it that a page or a script could take for its own."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Outside strings JSON has none of these characters, except braces that never meet as {{.
    return _JSON_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
