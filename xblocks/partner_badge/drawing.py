"""Pages in, fragments out: the one place that knows the templates, the style and the script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from web_fragments.fragment import Fragment
from xblock.utils.resources import ResourceLoader

from partner_badge import presenter
from partner_badge.presenter import AuthorPage, Badge, RulesOf
from partner_badge.studio_form import StudioForm

_files = ResourceLoader("partner_badge.drawing")
_STYLE = "static/css/partner_badge.css"
PLACE = SafeString("<!-- the partners of this course -->")
"""Stands on a page that the platform may keep, where the marks of each moment are put in."""
_AUTHOR_STYLE = "static/css/partner_badge_author.css"
_PROMOTION_STYLE = "static/css/partner_promotions.css"
#: In bytes, with its style and without pictures: what is longer is said once for all partners.
LONGEST = 9_900
_PICTURE = re.compile(r"<picture>.*?</picture>|<img [^>]*>")

Said = dict[RulesOf, str]
"""The id of each partner's rules that a page shows; whoever draws for the page adds to it."""


def badge(page: Badge | None, *, html_id: str, said: Said | None = None) -> Fragment:
    """The badge, or an empty fragment: no box, no style, nothing to see or to hear."""
    if page is None:
        return Fragment("")
    fragment = Fragment(_badge(page, html_id=html_id, said={} if said is None else said))
    fragment.add_css(_files.load_unicode(_STYLE))
    return fragment


def _badge(page: Badge, *, html_id: str, said: Said) -> SafeString:
    # What is drawn again does not lead to itself.
    elsewhere = {rules: at for rules, at in said.items() if not at.startswith(f"{html_id}-")}
    whole = presenter.said_once(page, said=elsewhere)
    html = _html("badge.html", {"badge": whole, "html_id": html_id})
    if page.in_brief and _weight(html) > LONGEST:
        return _html("badge.html", {"badge": replace(page, is_brief=True), "html_id": html_id})
    for place, partner in enumerate(whole.partners, start=1):
        if partner.rules and not partner.rules.at:
            said[presenter.rules_of(partner)] = f"{html_id}-{place}"
    return html


def _weight(html: str) -> int:
    return len((_PICTURE.sub("", html) + _files.load_unicode(_STYLE)).encode())


def author(page: AuthorPage, *, html_id: str) -> Fragment:
    """The block in Studio's preview."""
    drawn = page.badge and _badge(page.badge, html_id=html_id, said={})
    return _draw("author.html", {"page": page, "badge": drawn}, _STYLE, _AUTHOR_STYLE)


def studio(form: StudioForm, *, html_id: str) -> Fragment:
    """The settings form, for Studio's modal, old and new."""
    fragment = _draw("studio.html", {"form": form, "html_id": html_id}, _AUTHOR_STYLE)
    fragment.add_javascript(_files.load_unicode("static/js/partner_badge_studio.js"))
    fragment.initialize_js("PartnerBadgeStudio")
    return fragment


def strip(page: Badge, *, html_id: str) -> SafeString:
    """A badge for a page that takes no fragments, with its style."""
    return _with_style(_badge(page, html_id=html_id, said={}))


def strips(pages: Sequence[Badge], *, heading: str, html_id: str) -> SafeString:
    """Several badges under one heading, for a page that takes no fragments."""
    said: Said = {}
    badges = [
        _badge(page, html_id=f"{html_id}-{place}", said=said) for place, page in enumerate(pages)
    ]
    context = {"heading": heading, "html_id": html_id, "badges": SafeString("\n".join(badges))}
    return _with_style(_html("dashboard.html", context))


def promotions(found: Sequence[Any], *, heading: str) -> SafeString:
    """What partners say about themselves below the marks, each with its label, or nothing."""
    if not found:
        return SafeString("")
    html = _html("promotions.html", {"promotions": found, "heading": heading})
    return _with_style(html, _PROMOTION_STYLE)


def on_certificate(page: Badge) -> SafeString:
    """A badge that stands within a sentence of a certificate: no blocks, and no style sheet."""
    return _html("certificate.html", {"badge": page})


def _with_style(html: str, file: str = _STYLE) -> SafeString:
    style = mark_safe(_files.load_unicode(file))  # noqa: S308 - a file of this package
    frame = '<style>{}</style><div class="partner-badge-on-page">{}</div>'
    return format_html(frame, style, html)


def _draw(template: str, context: dict[str, Any], *styles: str) -> Fragment:
    fragment = Fragment(_html(template, context))
    for style in styles:
        fragment.add_css(_files.load_unicode(style))
    return fragment


def _html(template: str, context: dict[str, Any]) -> SafeString:
    path = f"templates/partner_badge/{template}"
    # What a Django template drew has its text escaped.
    return SafeString(_files.render_django_template(path, context))
