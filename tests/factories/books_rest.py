"""Calls of the REST API of the books: who calls, and how."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from factories.rest_callers import browser_of, post_json

ROOT = "/fairgate/revenue/api/v1/"


def client_of(role: str = "", *may: str, partner: str = "GSMA", **options: Any) -> Any:
    """A browser of a partner's person, or of a colleague with permissions of ours."""
    return browser_of(role, *may, app="revenue_share", partner=partner, **options)


def post(client: Any, path: str, body: Any = None, *, key: str | None = None) -> Any:
    """What a body in JSON is answered with."""
    return post_json(client, ROOT + path, body, key=key)


def send(client: Any, path: str, content: bytes = b"odd", **fields: Any) -> Any:
    """What a form with a file is answered with."""
    file = SimpleUploadedFile("file.xml", content)
    return client.post(ROOT + path, {"file": file, **fields})
