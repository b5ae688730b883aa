"""Pages in, fragments out: the one place that knows the templates, the style and the script."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.utils.resources import ResourceLoader

from partner_badge.presenter import AuthorPage, Badge, StudioForm

_files = ResourceLoader("partner_badge.drawing")


def badge(page: Badge | None, *, html_id: str) -> Fragment:
    """The badge, or an empty fragment: no box, no style, nothing to see or to hear."""
    if page is None:
        return Fragment("")
    return _draw("badge.html", {"badge": page, "html_id": html_id})


def author(page: AuthorPage, *, html_id: str) -> Fragment:
    """The block in Studio's preview."""
    fragment = _draw("author.html", {"page": page})
    if page.badge is not None:
        fragment.add_content(_html("badge.html", {"badge": page.badge, "html_id": html_id}))
    return fragment


def studio(form: StudioForm, *, html_id: str) -> Fragment:
    """The settings form, for Studio's modal, old and new."""
    fragment = _draw("studio.html", {"form": form, "html_id": html_id})
    fragment.add_javascript(_files.load_unicode("static/js/partner_badge_studio.js"))
    fragment.initialize_js("PartnerBadgeStudio")
    return fragment


def _draw(template: str, context: dict[str, Any]) -> Fragment:
    fragment = Fragment(_html(template, context))
    fragment.add_css(_files.load_unicode("static/css/partner_badge.css"))
    return fragment


def _html(template: str, context: dict[str, Any]) -> str:
    path = f"templates/partner_badge/{template}"
    return str(_files.render_django_template(path, context))
