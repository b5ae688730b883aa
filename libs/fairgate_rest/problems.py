"""How a fault is told: problem details of RFC 9457, with a code that programs can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from fairgate.errors import FairgateError

MEDIA_TYPE = "application/problem+json"

SHAPE = {
    "type": "object",
    "required": ["type", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; for programs."},
        "detail": {"type": "string", "description": "A sentence; for people."},
        "fault": {
            "type": "string",
            "description": "Which of several things a code stands for; stable, for programs.",
        },
        "offering": {
            "type": "string",
            "description": "The code of the one that a fault is about, where several were asked.",
        },
        "rows": {
            "type": "array",
            "description": "Faults of a list that was sent, by row; the first hundred.",
            "items": {
                "type": "object",
                "properties": {"row": {"type": "integer"}, "detail": {"type": "string"}},
            },
        },
        "errors": {
            "type": "object",
            "description": "Faults of body or query, by field.",
        },
    },
}
"""A problem as JSON Schema."""

MOST_ROWS = 100
"""More faults of a list than these help nobody."""

Statuses = Mapping[type[FairgateError], int | Mapping[str, int]]
"""The HTTP status of each kind of our own errors; the nearest class counts.

A kind that stands for several things may have a status for each ``fault``. An error with a
``field`` says what of a request is wrong: it is 400, and told by that field.
"""


Words = Mapping[type[FairgateError], Callable[[Any], str]]
"""What people are told of a kind of error in their language; else its own words, in English."""


def answer(error: Exception, statuses: Statuses, words: Words | None = None) -> Response | None:
    """The answer to an error that was raised on purpose; ``None`` for a mistake in the program.

    Nothing is rolled back here: a service undoes what it began, and what it kept on purpose (a
    refusal) stays.
    """
    if isinstance(error, FairgateError):
        say = (words or {}).get(type(error), str)
        said = say(error)
        told = _status(error, statuses), type(error).__name__, said
        return _problem(*told, _headers(error), **_members(error, said))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, SuspiciousOperation):  # such as a form of too many fields
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    return _of_framework(error)


def _status(error: FairgateError, statuses: Statuses) -> int:
    # What is wrong with a field of a request is wrong with it whenever it is sent.
    if getattr(error, "field", ""):
        return 400
    known = (statuses[kind] for kind in type(error).__mro__ if kind in statuses)
    found = next(known, 400)
    return found if isinstance(found, int) else found.get(getattr(error, "fault", ""), 400)


def _members(error: FairgateError, said: str) -> dict[str, Any]:
    """What a program reads of an error besides its code."""
    fault, offering = getattr(error, "fault", None), getattr(error, "offering_code", "")
    named: dict[str, Any] = {"fault": fault.lower()} if isinstance(fault, str) else {}
    named |= {"offering": offering} if offering else {}
    rows = getattr(error, "faults", ())[:MOST_ROWS]
    told = [{"row": row, "detail": said} for row, said in rows]
    named |= {"rows": told} if told else {}
    field = getattr(error, "field", "")
    return named | ({"errors": {field: [said]}} if field else {})


def _headers(error: Exception) -> dict[str, str]:
    """When to come again, if an error says in how many seconds (``wait``)."""
    wait = getattr(error, "wait", None)
    return {"Retry-After": str(int(wait) + 1)} if wait else {}


def _of_framework(error: exceptions.APIException) -> Response:
    headers = _headers(error)
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if isinstance(error, exceptions.ValidationError):
        said = "The body, or the query, is not as it must be; see errors."
        return _problem(400, "invalid", said, headers, errors=error.detail)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return _problem(error.status_code, code, str(error.detail), headers)


def _problem(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail, **more}
    return Response(body, status=status, headers=dict(headers or {}), content_type=MEDIA_TYPE)
