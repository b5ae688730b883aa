"""What the pages of an application show of its documents and of the learner's countries."""

from __future__ import annotations

from typing import Any

from django import template

from fairgate import clock
from waiver_policy import api, conf, wording
from waiver_policy.data import ApplicationSummary, DocumentSummary, EvidenceKind, EvidenceRecord

register = template.Library()


@register.simple_tag
def documents_of(application: ApplicationSummary) -> dict[str, Any]:
    """The documents of an application in words, and whether the learner can send more."""
    found = [_document(one) for one in api.list_documents(application.uuid)]
    return {
        "kept": [one for one in found if not one["document"].deleted_at],
        "deleted": [one for one in found if one["document"].deleted_at],
        "are_taken": api.documents_are_taken(),
        "is_open": application.state in api.OPEN_STATES,
        "contact": conf.appeal_contact(),
    }


@register.simple_tag
def countries_of(application: ApplicationSummary) -> dict[str, Any]:
    """What is said and seen about the learner's countries now, and where the request came from."""
    records = api.list_evidence(application.user_id, at=clock.now())
    hinted = [
        _country("presence", one.country, one.kind)
        for one in api.evidence_of_application(application.uuid)
        if one.kind is EvidenceKind.IP
    ]
    return {
        "records": [_said(one) for one in records if one.counts and one.country],
        "hints": hinted,
    }


def _document(document: DocumentSummary) -> dict[str, Any]:
    return {
        "document": document,
        "kind": wording.document_kind(document.kind),
        "type": wording.document_type(document.content_type),
    }


def _said(record: EvidenceRecord) -> dict[str, Any]:
    return {"record": record} | _country(record.basis, record.country, record.kind)


def _country(basis: str, country: str, kind: str) -> dict[str, Any]:
    return {
        "basis": wording.basis_name(basis),
        "country": conf.country_name(country),
        "kind": wording.evidence_kind(kind),
    }
