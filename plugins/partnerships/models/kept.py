"""Rows that stay: nothing of an agreement is ever deleted (T26)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models

from partnerships.exceptions import RecordIsKept

if TYPE_CHECKING:
    from partnerships.models.agreements import AgreementVersion


class KeptQuerySet(models.QuerySet[Any]):
    """Rows that stay. ``delete`` refuses; the parts of a draft may be replaced."""

    def delete(self) -> NoReturn:
        raise RecordIsKept(
            "%(kind)s are kept, not deleted.", kind=self.model._meta.verbose_name_plural
        )

    def drop_parts_of_draft(self, version: AgreementVersion) -> None:
        """Remove these parts of a version, to write them anew, unless it carries a signature."""
        if version.signatures.exists():
            raise RecordIsKept(
                "%(version)s is signed; its %(kind)s are kept.",
                version=version,
                kind=self.model._meta.verbose_name_plural,
            )
        super().filter(version=version)._raw_delete(using=self.db)


class Kept(models.Model):
    """A row that is never deleted.

    .. no_pii:
    """

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise RecordIsKept(
            "%(kind)s “%(row)s” is kept, not deleted.", kind=self._meta.verbose_name, row=self
        )
