"""Rows that are written once: no way through Django changes or deletes one.

Whoever has the database's password still can.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.db import models

from fairgate.errors import RowIsKept


class WrittenOnceQuerySet(models.QuerySet[Any]):
    """Adds rows and reads them; everything else is refused, also through the raw manager."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise RowIsKept(str(self.model._meta.verbose_name))

    update = delete = bulk_update = update_or_create = _refuse
    _update = _raw_delete = _refuse

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Add rows; ``update_conflicts`` would change some, so it is refused."""
        if options.get("update_conflicts"):
            self._refuse()
        return super().bulk_create(objs, *args, **options)


class WrittenOnce(models.Model):
    """A row that is written once: a mistake is corrected by another row."""

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(WrittenOnceQuerySet)()

    class Meta:
        """The raw manager refuses too."""

        abstract = True
        base_manager_name = "objects"
        default_permissions = ("view",)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row.

        Raises:
            RowIsKept: it is there already.
        """
        if not self._state.adding:
            raise RowIsKept(str(self._meta.verbose_name))
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_: object, **__: object) -> NoReturn:
        """Never.

        Raises:
            RowIsKept: always.
        """
        raise RowIsKept(str(self._meta.verbose_name))


class ForgettableQuerySet(WrittenOnceQuerySet):
    """As above, but a person may be forgotten."""

    def forget(self) -> int:
        """Delete these rows for good, because they are about somebody who is forgotten.

        Returns how many.
        """
        return models.QuerySet._raw_delete(self, self.db)


class Forgettable(WrittenOnce):
    """A row that is never changed, and that only ``forget`` deletes: words or facts of a person."""

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(ForgettableQuerySet)()

    class Meta(WrittenOnce.Meta):
        """The raw manager refuses too."""

        abstract = True
