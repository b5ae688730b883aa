"""The steps that hold enrolments and certificates, run by the platform's filters.

The only module that imports openedx_filters. A step answers with a dict whatever it finds, because
anything else would end the pipeline for those behind it; and it turns every failure into a
refusal, because a filter that an operator made silent would pass over any other exception.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from openedx_filters import PipelineStep
from openedx_filters.learning.filters import CertificateCreationRequested, CourseEnrollmentStarted

from fairgate import clock
from fee_gate import client, compat, holding, holds
from fee_gate.data import Access, Decision

log = logging.getLogger(__name__)


class HoldEnrolment(PipelineStep):
    """Refuses an enrolment that waits for a fee, with a sentence that says where to settle it."""

    def run_filter(self, *, user: Any, course_key: Any, **_facts: object) -> dict[str, Any]:
        decision = _decided(holds.enrolment, user, course_key)
        if decision.access is Access.OPEN:
            return {}
        page = _page(decision)
        raise CourseEnrollmentStarted.PreventEnrollment(
            _sentence(
                decision, page, _("This course has a fee. Settle it at %(page)s, then enrol again.")
            ),
            # For our middleware: not every view of the platform tells its caller.
            is_fee_gate_hold=True,
            redirect_to=page,
            status_code=503 if decision.access is Access.UNDECIDED else 403,
        )


class HoldCertificate(PipelineStep):
    """Refuses a certificate that waits for a fee; once settled, it is made when asked for again."""

    def run_filter(self, *, user: Any, course_key: Any, **_facts: object) -> dict[str, Any]:
        decision = _decided(holds.certificate, user, course_key)
        if decision.access is Access.OPEN:
            return {}
        raise CertificateCreationRequested.PreventCertificateCreation(
            _sentence(
                decision,
                _page(decision),
                _(
                    "The certificate of this course has a fee. Settle it at %(page)s, then ask for "
                    "the certificate again."
                ),
            )
        )


def _decided(ask: Callable[..., Decision], user: Any, course_key: Any) -> Decision:
    try:
        return ask(user.pk, course_key, at=clock.now())
    except Exception:  # the person reads that we cannot see it now; who operates reads the log
        log.exception("fee gate: hold undecided, refused: course=%s user=%s", course_key, user.pk)
        return holding.UNDECIDED


def _page(decision: Decision) -> str:
    """The page on which the missing fee is settled; "" if there is none, or nobody can say."""
    page = client.fee_url(decision.fee) if decision.fee else ""
    request = compat.current_request()
    return str(request.build_absolute_uri(page)) if page and request else page


def _sentence(decision: Decision, page: str, to_settle: str) -> str:
    if decision.access is Access.UNDECIDED:
        return _(
            "We cannot see at the moment whether the fee of this course is settled. "
            "Please try again later."
        )
    if not page:
        return _("The fee of this course cannot be settled now. Please write to the course team.")
    return to_settle % {"page": page}
