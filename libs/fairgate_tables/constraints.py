"""Rules that the database holds, in every Django that we support."""

from __future__ import annotations

from typing import Any

import django
from django.db import models
from django.db.models import Q

# Django 5.1 renamed the argument; 4.2 knows only the old name, 6.0 only the new one.
_CONDITION = "condition" if django.VERSION >= (5, 1) else "check"


def check(name: str, condition: Q) -> models.CheckConstraint:
    """A CHECK, under a name that reads well in an error log."""
    arguments: dict[str, Any] = {_CONDITION: condition}
    return models.CheckConstraint(name=name, **arguments)
