"""Rendering a folium map without reading what was rendered as a template once more.

`branca.element.MacroElement.render` puts what it rendered into ``Element(text)``, which compiles
the text as a Jinja template: text from data then runs as code, and harmless text such as "rabatt
{% 20" stops the whole map. There is no setting for it, so the name that compiles is exchanged
while we render, for our own thread only.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import branca.element

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = threading.RLock()


class _Literal:
    """Stands in for a template whose text is what it renders to."""

    def __init__(self, text: str) -> None:
        self._text = text

    def render(self, *_args: object, **_kwargs: object) -> str:
        return self._text


@contextmanager
def rendered_once() -> Iterator[None]:
    """Take every text that this thread gives to an `Element` for what it is."""
    with _LOCK:
        branca_element: Any = branca.element  # it does not say that it exports the name
        compiling = branca_element.Template
        ours = threading.get_ident()

        def template(text: str, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - a template, or what stands in for one
            if threading.get_ident() == ours:
                return _Literal(text)
            return compiling(text, *args, **kwargs)

        branca_element.Template = template
        try:
            yield
        finally:
            branca_element.Template = compiling
