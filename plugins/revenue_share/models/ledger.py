"""Double entry: transactions and their legs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce, WrittenOnceQuerySet

from ..exceptions import UnbalancedPosting
from .amounts import written
from .labels import ACCOUNT_LABELS, choices


class LedgerTransaction(WrittenOnce):
    """Debits and credits that belong together, all in one currency and of one sum.

    ``key`` is unique, so a cause is posted once. ``cause_kind`` and ``cause_uuid`` name the event
    behind it; ``period`` is the month it is posted in, which was open then. The two sums are
    written down here so that the database can compare them; ``check`` proves that they are those of
    the entries.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField(_("key"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    cause_kind = models.CharField(_("kind of the cause"), max_length=16)
    cause_uuid = models.UUIDField(_("cause"), db_index=True)
    period = models.CharField(_("month"), max_length=7)
    currency = models.CharField(_("currency"), max_length=3)
    debit_minor = models.BigIntegerField(_("debit (minor units)"))
    credit_minor = models.BigIntegerField(_("credit (minor units)"))
    occurred_at = models.DateTimeField(_("occurred at"))
    posted_at = models.DateTimeField(_("posted at"))

    class Meta(WrittenOnce.Meta):
        """Debits equal credits, and there is something to post."""

        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_txn_balanced", Q(debit_minor=F("credit_minor"), debit_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class LedgerEntryQuerySet(WrittenOnceQuerySet):
    """Entries are added together, all those of a transaction at once, or not at all."""

    def create(self, **_: Any) -> NoReturn:
        """One leg alone never balances.

        Raises:
            UnbalancedPosting: always.
        """
        raise UnbalancedPosting("An entry is written with the others of its transaction.")

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Add all entries of one or more transactions.

        Raises:
            UnbalancedPosting: a transaction's entries do not have the sums it states.
        """
        entries = list(objs)
        prove_balanced(entries)
        return super().bulk_create(entries, *args, **options)


class LedgerEntry(WrittenOnce):
    """One leg: a debit or a credit on one account, of one party or of nobody.

    ``period`` is that of its transaction, so that a large installation can keep the entries of each
    month in a partition of their own.

    .. no_pii:
    """

    transaction = models.ForeignKey(
        LedgerTransaction,
        verbose_name=_("ledger transaction"),
        on_delete=models.PROTECT,
        related_name="entries",
    )
    account = models.CharField(
        pgettext_lazy("in the books", "account"), max_length=24, choices=choices(ACCOUNT_LABELS)
    )
    party = models.CharField(_("party"), max_length=64, blank=True)
    period = models.CharField(_("month"), max_length=7)
    currency = models.CharField(_("currency"), max_length=3)
    debit_minor = models.BigIntegerField(_("debit (minor units)"), default=0)
    credit_minor = models.BigIntegerField(_("credit (minor units)"), default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(LedgerEntryQuerySet)()

    class Meta(WrittenOnce.Meta):
        """The side says the sign; an amount is never negative and never nothing."""

        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_entry_one_side",
                Q(debit_minor__gt=0, credit_minor=0) | Q(debit_minor=0, credit_minor__gt=0),
            ),
            models.UniqueConstraint(
                fields=["transaction", "account", "party"], name="revenue_share_entry_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["currency", "account", "party", "period"],
                name="revenue_share_entry_account",
            ),
        ]

    def __str__(self) -> str:
        side = "debit" if self.debit_minor else "credit"
        amount = written(self.debit_minor or self.credit_minor, self.currency)
        return f"{self.account} {self.party} {side} {amount}"

    def save(self, *_: object, **__: object) -> NoReturn:
        """One leg alone never balances.

        Raises:
            UnbalancedPosting: always.
        """
        raise UnbalancedPosting("An entry is written with the others of its transaction.")


def prove_balanced(entries: Iterable[LedgerEntry]) -> None:
    """Prove that these are all entries of their transactions, before they are written.

    Raises:
        UnbalancedPosting: a transaction's entries do not have the sums it states.
    """
    legs: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        legs.setdefault(entry.transaction.key, []).append(entry)
    for key, own in legs.items():
        owner = own[0].transaction
        if any(entry.currency != owner.currency for entry in own):
            raise UnbalancedPosting("An entry has the currency of its transaction.")
        stated = (owner.debit_minor, owner.credit_minor)
        prove_sums(key, stated, [(entry.debit_minor, entry.credit_minor) for entry in own])


def prove_sums(key: str, stated: tuple[int, int], legs: Iterable[tuple[int, int]]) -> None:
    """Prove that a transaction balances, and that its legs have the sums that it states.

    Raises:
        UnbalancedPosting: it does not, or they have not.
    """
    debit = credit = 0
    for of_debit, of_credit in legs:
        debit += of_debit
        credit += of_credit
    if (debit, credit) != stated or debit != credit:
        raise UnbalancedPosting(
            "%(key)s: debits %(debit)s, credits %(credit)s.",
            key=key,
            debit=debit,
            credit=credit,
        )
