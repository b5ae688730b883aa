"""Calls of the REST API of the books: who calls, and how."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.partnerships import APPROVER, LONG_AGO
from partnerships import api as partnerships

ROOT = "/fairgate/revenue/api/v1/"
JSON = "application/json"


def client_of(role: str = "", *may: str, partner: str = "GSMA", **options: Any) -> Any:
    """A browser of a partner's person, or of a colleague with permissions of the books."""
    user = User.objects.create_user(f"{role or 'colleague'}-{partner}-{len(may)}-{uuid4().hex[:6]}")
    if role:
        partnerships.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    ours = Permission.objects.filter(content_type__app_label="revenue_share", codename__in=may)
    user.user_permissions.set(ours)
    client: Any = Client(**options)
    client.force_login(user)
    client.user = user
    return client


def post(client: Any, path: str, body: Any = None, *, key: str | None = None) -> Any:
    """What a body in JSON is answered with."""
    named = {"HTTP_IDEMPOTENCY_KEY": key or str(uuid4())}
    return client.post(ROOT + path, json.dumps(body or {}), content_type=JSON, **named)


def send(client: Any, path: str, content: bytes = b"odd", **fields: Any) -> Any:
    """What a form with a file is answered with."""
    file = SimpleUploadedFile("file.xml", content)
    return client.post(ROOT + path, {"file": file, **fields})
