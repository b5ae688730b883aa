"""Callers of the REST APIs of partners and of the books, and requests in JSON."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission, User
from django.test import Client

from factories.partnerships import APPROVER, LONG_AGO
from partnerships import api

JSON = "application/json"


def browser_of(role: str, *may: str, app: str, partner: str, **options: Any) -> Any:
    """A browser of a partner's person, or of a colleague with permissions of an app."""
    user = User.objects.create_user(f"{role or 'colleague'}-{partner}-{len(may)}-{uuid4().hex[:6]}")
    if role:
        api.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    theirs = Permission.objects.filter(content_type__app_label=app, codename__in=may)
    user.user_permissions.set(theirs)
    client: Any = Client(**options)
    client.force_login(user)
    client.user = user
    return client


def post_json(client: Any, address: str, body: Any = None, *, key: str | None = None) -> Any:
    """What a body in JSON is answered with, under a key that is new unless it is named."""
    named = {"HTTP_IDEMPOTENCY_KEY": key or str(uuid4())}
    return client.post(address, json.dumps(body or {}), content_type=JSON, **named)
