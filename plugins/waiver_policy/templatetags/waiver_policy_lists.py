"""The banner of the admin: what somebody has to look at in the country lists."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django import template
from django.db import DatabaseError
from django.urls import reverse

from fairgate import clock
from waiver_policy import admin_lists

log = logging.getLogger(__name__)
register = template.Library()


@register.inclusion_tag("admin/waiver_policy/_list_warnings.html", takes_context=True)
def waiver_policy_list_warnings(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """A line per contested row, old edition and waiting proposal, for staff who may see lists."""
    user = context["request"].user
    if context.get("is_popup"):
        return {"warnings": ()}
    try:
        warnings = admin_lists.list_warnings(user, at=clock.now())
    except DatabaseError:
        # The admin's index is not ours: without our tables it has to open all the same.
        log.exception("country lists: no banner")
        warnings = ()
    return {"warnings": warnings, "index": reverse("admin:index")}
