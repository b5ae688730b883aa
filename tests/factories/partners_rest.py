"""Calls of the REST API of partners: who calls, and how."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from factories.rest_callers import browser_of, post_json

ROOT = "/fairgate/partners/api/v1/"
PDF = b"%PDF-1.7 a report"


def client_of(role: str = "", *may: str, partner: str = "GSMA", **options: Any) -> Any:
    """A browser of a partner's person, or of a colleague with permissions of ours."""
    return browser_of(role, *may, app="partnerships", partner=partner, **options)


def post(client: Any, path: str, body: Any = None, *, key: str | None = None) -> Any:
    """What a body in JSON is answered with."""
    return post_json(client, ROOT + path, body, key=key)


def send(client: Any, path: str, key: str | None = None, **fields: Any) -> Any:
    """What a form is answered with."""
    return client.post(ROOT + path, fields, HTTP_IDEMPOTENCY_KEY=key or str(uuid4()))


def pdf(content: bytes = PDF) -> SimpleUploadedFile:
    """A file to send."""
    return SimpleUploadedFile("a.pdf", content)


def fulfilment(**more: Any) -> dict[str, Any]:
    """An obligation of ``factories.partnerships.PROMISES`` that was met."""
    return {
        "code": "ROOM", "due": "2027-01-15", "fulfilled_on": "2027-01-10", "evidence": "Letter 7",
        **more,
    }  # fmt: skip


def delivery(**more: Any) -> dict[str, Any]:
    """Something of its contributions that was given."""
    return {
        "code": "GRANT", "amount": "500.00", "currency": "USD", "delivered_on": "2027-01-10",
        "evidence": "Transfer 9", **more,
    }  # fmt: skip
