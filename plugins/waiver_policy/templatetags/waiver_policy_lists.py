"""The banner of the admin: what somebody has to look at in the country lists.

This is loaded wherever templates are, also where the admin is not.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.db import DatabaseError
from django.urls import reverse
from django.utils.translation import gettext as _

from fairgate import clock
from waiver_policy import api, conf, models
from waiver_policy.data import Membership, ProposalState, ProposalSummary
from waiver_policy.permissions import APPLY_EDITION, CONFIRM_MEMBERSHIP, SEE_LISTS
from waiver_policy.sentences import contested_sentence, old_edition_sentence, waiting_sentence

log = logging.getLogger(__name__)
register = template.Library()


@register.inclusion_tag("admin/waiver_policy/_list_warnings.html", takes_context=True)
def waiver_policy_list_warnings(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """A line per contested row, old edition and waiting proposal, for staff who may see lists."""
    if context.get("is_popup"):
        return {"warnings": ()}
    try:
        warnings = list_warnings(context["request"].user, at=clock.now())
    except DatabaseError:
        # The admin's index is not ours: without our tables it has to open all the same.
        log.exception("country lists: no banner")
        warnings = ()
    return {"warnings": warnings}


@dataclass(frozen=True, slots=True)
class ListWarning:
    """One line of the banner, with where to go."""

    sentence: str
    url: str = ""
    way: str = ""


def list_warnings(user: Any, *, at: datetime) -> tuple[ListWarning, ...]:
    """What a person has to look at in the country lists; nothing for who may not see them."""
    if not user.has_perm(SEE_LISTS):
        return ()
    found = [
        ListWarning(contested_sentence(row), *_way(row, user))
        for row in api.list_contested(known_at=at)
    ]
    days = conf.list_days()
    found += [ListWarning(old_edition_sentence(e, days)) for e in api.list_old_editions(at=at)]
    if user.has_perm(APPLY_EDITION):
        found += [
            ListWarning(waiting_sentence(one), _page_of(one), _("Look at it"))
            for one in api.list_proposals(ProposalState.PROPOSED)
        ]
    return tuple(found)


def _way(row: Membership, user: Any) -> tuple[str, str]:
    url = reverse("admin:waiver_policy_listmembership_confirm", args=[row.list_code, row.country])
    may = user.has_perm(CONFIRM_MEMBERSHIP)
    return url, _("Look at it and confirm") if may else _("Look at it")


def _page_of(proposal: ProposalSummary) -> str:
    pk = models.EditionProposal.objects.values_list("pk", flat=True).get(uuid=proposal.uuid)
    return reverse("admin:waiver_policy_editionproposal_change", args=[pk])
