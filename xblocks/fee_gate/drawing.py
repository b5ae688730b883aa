"""Texts in, fragments of a page out: the one place that knows the templates and the stylesheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from web_fragments.fragment import Fragment
from xblock.utils.resources import ResourceLoader

from fee_gate import presenter

_files = ResourceLoader("fee_gate.drawing")


class Later(Fragment):
    """A fragment that is drawn when somebody reads it, and costs nothing if nobody does."""

    def __init__(self, draw: Callable[[], Fragment]) -> None:
        # Without the attributes of a fragment: the first one that is missing has it drawn.
        self._draw = draw

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_draw" not in self.__dict__:
            raise AttributeError(name)
        self.__dict__.update(vars(self.__dict__.pop("_draw")()))
        return getattr(self, name)


def paywall(page: presenter.PaywallPage, *, is_settled: bool, html_id: str) -> Fragment:
    """The paywall, or one quiet line for who has settled the fee. Needs no script.

    The stylesheet comes with the page, in one answer: on a slow line a request more costs more
    than its bytes. So it holds what learners see, nothing of Studio, and no comments. A class that
    it names twice wins against what the platform says of links (``a:visited:not(.btn):hover``).
    """
    template = "settled.html" if is_settled else "paywall.html"
    context = {**asdict(page), "language": page.language, "html_id": html_id}
    return _draw(template, context, style="paywall.css")


def author(page: presenter.AuthorPage, *, words: dict[str, str]) -> Fragment:
    """The gate in Studio's preview."""
    return _draw("author.html", {**asdict(page), "language": page.language, "words": words})


def studio(form: dict[str, Any]) -> Fragment:
    """The settings form in Studio."""
    fragment = _draw("studio.html", form)
    fragment.add_javascript(_files.load_unicode("static/js/fee_gate_studio.js"))
    fragment.initialize_js("FeeGateStudio")
    return fragment


def _draw(template: str, context: dict[str, Any], *, style: str = "fee_gate.css") -> Fragment:
    html = _files.render_django_template(f"templates/fee_gate/{template}", context)
    fragment = Fragment(html)
    fragment.add_css(_files.load_unicode(f"static/css/{style}"))
    return fragment
