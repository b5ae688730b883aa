"""A small Studio: the author's view of a course, the blocks' own forms, and publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST
from web_fragments.fragment import Fragment

from demo_site import access, block_store, courseware, handlers
from demo_site.runtime import DemoRuntime, resources_html
from fee_gate import api as gate
from fee_gate import presenter
from fee_gate.data import RecomputeSummary
from fee_payments import api as payments

EDITABLE = ("fee_gate", "partner_badge")


@require_GET
@login_required
@ensure_csrf_cookie
def studio(request: HttpRequest, slug: str) -> HttpResponse:
    """The blocks of a course that Fairgate adds, as their author sees them."""
    run = _run(request, slug)
    runtime = courseware.studio_runtime(run, request.user)
    page, rows = Fragment(), []
    for block_type in EDITABLE:
        for block in courseware.list_blocks(runtime, run, block_type):
            drawn = runtime.render(block, "author_view")
            page.add_fragment_resources(drawn)
            rows.append(
                {
                    "key": str(block.scope_ids.usage_id),
                    "type": block_type,
                    "unit": block.get_parent().display_name,
                    "html": mark_safe(drawn.body_html()),  # noqa: S308  what the block drew
                }
            )
    context = {
        "course": runtime.get_block(run.root),
        "fees_url": payments.author_page_url(str(run.key)),
        "slug": slug,
        "runs": courseware.runs(),
        "rows": rows,
        "has_drafts": block_store.has_drafts(),
    }
    return _page(request, "demo_site/studio.html", context, page)


@require_GET
@login_required
@ensure_csrf_cookie
def edit(request: HttpRequest, usage: str) -> HttpResponse:
    """The form that a block shows in Studio."""
    run, key, runtime = _block(request, usage)
    block = runtime.get_block(key)
    drawn = runtime.render(block, "studio_view")
    context = {
        "course": runtime.get_block(run.root),
        "slug": run.slug,
        "edited": block,
        "usage": usage,
        "html": mark_safe(drawn.body_html()),  # noqa: S308  what the block drew
    }
    return _page(request, "demo_site/studio_edit.html", context, drawn)


@login_required
def handler(request: HttpRequest, usage: str, name: str, suffix: str = "") -> HttpResponse:
    """A handler of a block in Studio: the author's save goes to the draft."""
    _course, key, runtime = _block(request, usage)
    return handlers.call(request, runtime, key, name, suffix)


@require_POST
@login_required
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the draft what learners see, and let the gate count again what is covered."""
    run = _run(request, slug)
    block_store.publish()
    found = gate.recompute(str(run.key))
    messages.success(request, _published(found))
    return redirect("studio", slug=slug)


def _published(found: RecomputeSummary) -> str:
    if not found.closed.blocks:
        return _("Published. No fee gate closes anything.")
    sentence = ngettext(
        "Published. %(gates)s fee gate closes %(what)s.",
        "Published. %(gates)s fee gates close %(what)s.",
        found.gates,
    )
    what = presenter.extent(found.closed, gettext=_, ngettext=ngettext)
    return sentence % {"gates": found.gates, "what": what}


def _run(request: HttpRequest, slug: str) -> courseware.CourseRun:
    run = courseware.run_by_slug(slug)
    if run is None:
        raise Http404
    _only_staff(request, run)
    return run


def _block(request: HttpRequest, usage: str) -> tuple[courseware.CourseRun, Any, DemoRuntime]:
    found = courseware.find_block(usage)
    if found is None:
        raise Http404
    run, key = found
    _only_staff(request, run)
    return run, key, courseware.studio_runtime(run, request.user)


def _only_staff(request: HttpRequest, run: courseware.CourseRun) -> None:
    if not access.is_staff(request.user, str(run.key)):
        raise PermissionDenied(_("Only the authors of this course can open it in Studio."))


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], drawn: Fragment
) -> HttpResponse:
    nonce = request.csp_nonce  # type: ignore[attr-defined]
    context |= {
        "blocks_head": mark_safe(resources_html(drawn, "head", nonce=nonce)),  # noqa: S308
        "blocks_foot": mark_safe(resources_html(drawn, "foot", nonce=nonce)),  # noqa: S308
    }
    response = render(request, template, context)
    response.may_use_nonce = True  # type: ignore[attr-defined]
    return response
