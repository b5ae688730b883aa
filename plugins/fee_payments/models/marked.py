"""Rows of the catalogue: every change gives it another mark, and what was sold stays as it was.

A quote is made from what a process has kept of the catalogue, as long as the mark is the one it
was kept under (ADR 0035). The mark is one row; it is changed in the transaction of the change,
before it, and so is the first lock of whoever changes the catalogue.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairgate.errors import RowIsKept
from fairgate_tables.inserting import insert_or_lock


class CatalogueMark(models.Model):
    """The word that stands for the catalogue as it is now. One row; a random word, never again.

    .. no_pii:
    """

    ROW = 1

    id = models.PositiveSmallIntegerField(primary_key=True)
    word = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("mark of the catalogue")
        verbose_name_plural = _("marks of the catalogue")
        default_permissions = ()

    def __str__(self) -> str:
        return self.word

    @classmethod
    def change(cls) -> None:
        """Give the catalogue another mark; held until the transaction ends."""
        word = uuid4().hex
        rows = cls._default_manager.filter(pk=cls.ROW)
        if not rows.update(word=word):
            insert_or_lock(cls(id=cls.ROW, word=word), field="id")
            rows.update(word=word)


class MarkedQuerySet(models.QuerySet[Any]):
    """Changes the mark with the rows, unless only counters change that a quote reads anew."""

    def update(self, **fields: Any) -> int:
        """As Django's.

        Raises:
            RowIsKept: a field would change that is written once.
        """
        if set(fields) & set(self.model.WRITTEN_ONCE):
            raise RowIsKept(str(self.model._meta.verbose_name))
        if set(fields) - set(self.model.COUNTERS):
            CatalogueMark.change()
        return super().update(**fields)

    def delete(self) -> tuple[int, dict[str, int]]:
        CatalogueMark.change()
        return super().delete()

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> list[Any]:
        CatalogueMark.change()
        return super().bulk_create(objs, *args, **options)


class Marked(models.Model):
    """A row that quotes are made from.

    ``WRITTEN_ONCE`` are the fields (attribute names) that never change: an order was, or may just
    be, placed under them. ``COUNTERS`` are read with every quote, and are not kept.
    """

    WRITTEN_ONCE: ClassVar[tuple[str, ...]] = ()
    COUNTERS: ClassVar[tuple[str, ...]] = ()

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(MarkedQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's.

        Raises:
            RowIsKept: a field would change that is written once.
        """
        CatalogueMark.change()
        if not self._state.adding and self.WRITTEN_ONCE:
            rows = type(self)._default_manager.filter(pk=self.pk)
            kept = rows.values(*self.WRITTEN_ONCE).first()
            if kept is not None and kept != {n: getattr(self, n) for n in self.WRITTEN_ONCE}:
                raise RowIsKept(str(self._meta.verbose_name))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        CatalogueMark.change()
        return super().delete(*args, **kwargs)
