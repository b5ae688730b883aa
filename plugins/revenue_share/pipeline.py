"""The steps that add a tab to the dashboards of instructors, run by the platform's filters.

The only module that imports openedx_filters. Who is not of the course's team gets no tab; the page
behind it asks again.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from openedx_filters import PipelineStep

from . import compat, permissions, views_courses

KEY = "fairgate_sales"
TITLE = _("Sales and waived seats")


class AddCourseSection(PipelineStep):
    """Teak and Ulmo: a section of the dashboard, drawn by the server."""

    def run_filter(self, context: dict[str, Any], template_name: str) -> dict[str, Any]:
        """Add the section for who may see it; the others stay as they are."""
        course_key, user = str(context["course"].id), compat.current_user()
        if permissions.may_see_course(user, course_key):
            from web_fragments.fragment import Fragment

            context["sections"].append(
                {
                    "section_key": KEY,
                    "section_display_name": str(TITLE),
                    "course_id": course_key,
                    "fragment": Fragment(views_courses.drawn(course_key)),
                    "template_path_prefix": "/fairgate/",
                }
            )
        return {"context": context, "template_name": template_name}


class AddCourseTab(PipelineStep):
    """Verawood and later: a tab that leads to the page.

    The dashboard follows an address with a host, and takes one that begins with a slash for a page
    of its own, whose name is the last part.
    """

    def run_filter(self, tabs: list[dict[str, Any]], user: Any, course_key: Any) -> dict[str, Any]:
        """Add the tab for who may see what is behind it."""
        key = str(course_key)
        if permissions.may_see_course(user, key):
            address = settings.REVENUE_SHARE_TAB_URL.replace("{course_key}", key)
            # A list of its own: the platform and the other steps keep theirs as it was.
            tabs = [
                *tabs,
                {
                    "tab_id": KEY,
                    "title": str(TITLE),
                    "url": address or compat.absolute_url(views_courses.address_of(key)),
                    "sort_order": settings.REVENUE_SHARE_TAB_ORDER,
                },
            ]
        return {"tabs": tabs, "user": user, "course_key": course_key}
