"""Calls of the REST API of partners: who calls, and how."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.partnerships import APPROVER, LONG_AGO
from partnerships import api

ROOT = "/fairgate/partners/api/v1/"
JSON = "application/json"
PDF = b"%PDF-1.7 a report"


def client_of(role: str = "", *may: str, partner: str = "GSMA", **options: Any) -> Any:
    """A browser of a partner's person, or of a colleague with permissions."""
    user = User.objects.create_user(f"{role or 'colleague'}-{partner}-{len(may)}-{uuid4().hex[:6]}")
    if role:
        api.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client: Any = Client(**options)
    client.force_login(user)
    client.user = user
    return client


def post(client: Any, path: str, body: Any = None, *, key: str | None = None) -> Any:
    """What a body in JSON is answered with."""
    named = {"HTTP_IDEMPOTENCY_KEY": key or str(uuid4())}
    return client.post(ROOT + path, json.dumps(body or {}), content_type=JSON, **named)


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
