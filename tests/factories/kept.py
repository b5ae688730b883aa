"""Every way through Django to change or delete a row, for the tables that refuse them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

Attempt = Callable[[type[Model]], Any]

#: Each takes a model that has a row.
ATTEMPTS: Mapping[str, Attempt] = {
    "delete": lambda model: _objects(model).first().delete(),
    "queryset": lambda model: _objects(model).all().delete(),
    "update": lambda model: _objects(model).update(pk=1),
    "bulk_update": lambda model: _objects(model).bulk_update([_objects(model).first()], ["id"]),
    "update_or_create": lambda model: _objects(model).update_or_create(pk=1),
    "raw delete": lambda model: model._base_manager.all().delete(),
    "raw update": lambda model: model._base_manager.update(pk=1),
    "raw sql delete": lambda model: model._base_manager.all()._raw_delete("default"),
    "save_base": lambda model: _objects(model).first().save_base(),
    "upsert": lambda model: _objects(model).bulk_create(
        [], update_conflicts=True, update_fields=["id"], unique_fields=["id"]
    ),
}


def _objects(model: type[Model]) -> Any:
    return model._default_manager


def rows(model: type[Model]) -> list[dict[str, Any]]:
    """Everything a table holds, to compare before and after."""
    return list(_objects(model).order_by("pk").values())
