"""The accounts that parties are paid to: changed by two people, whole to the second one alone."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate.money import MoneyError, exponent
from fairgate_tables.transactions import in_transaction
from partnerships import api as partnerships
from partnerships.data import FUND

from .. import sealing
from ..data import AccountDetails
from ..exceptions import AccountRefused, StepNotFound
from ..models import PayoutAccount
from ..payment_files import read_account
from .asking_once import ask_once, step_uuid
from .deciding import check_reason, confirm, refuse, waiting

log = logging.getLogger(__name__)


def propose_account(
    party: str, currency: str, *, holder: str, number: str, bic: str, is_iban: bool, reason: str,
    by: int, at: datetime, key: str,
) -> UUID:  # fmt: skip
    """Ask that a party is paid to this account in this currency; the key of the step.

    Raises:
        AccountRefused: no reason, no such party or currency, or it is no account.
        PayoutRefused: this site has no key to encrypt it with.
        KeyReused: the key stands for another request.
    """
    _check(party, currency, reason)
    account = read_account(holder=holder, number=number, bic=bic, is_iban=is_iban)
    uuid = step_uuid(key)
    return _ask(
        PayoutAccount(
            uuid=uuid, party=party, currency=currency, masked=account.masked,
            sealed=sealing.seal_account(account, uuid), reason=reason.strip(), asked_by=by,
            asked_at=at,
        ),
        account,
    )  # fmt: skip


def propose_end(party: str, currency: str, *, reason: str, by: int, at: datetime, key: str) -> UUID:
    """Ask that a party is paid to no account in this currency any more.

    Raises:
        AccountRefused: no reason, or it has none.
        KeyReused: the key stands for another request.
    """
    _check(party, currency, reason)
    return _ask(
        PayoutAccount(
            uuid=step_uuid(key), party=party, currency=currency, reason=reason.strip(),
            asked_by=by, asked_at=at,
        ),
        None,
    )  # fmt: skip


@in_transaction
def confirm_account(uuid: UUID, *, by: int, at: datetime) -> None:
    """Let the account count, or the end, as the second person; the one before ends.

    Raises:
        StepNotFound, SecondPersonNeeded: there is none; the same person has asked.
        AccountRefused: it was decided already, or another one is being confirmed.
    """
    step = waiting(PayoutAccount, _id_of(uuid), AccountRefused, by=by)
    key = _key(step.party, step.currency)
    confirm(step, by=by, at=at)
    PayoutAccount.objects.filter(live_key=key).update(live_key=None)
    if not step.sealed:
        return
    step.live_key = key
    try:
        with transaction.atomic():
            step.save(update_fields=["live_key"])
    except IntegrityError:
        raise AccountRefused(
            "Another account of this party is being confirmed; try again."
        ) from None


@in_transaction
def refuse_account(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Let it not count; who has asked may take it back like this.

    Raises:
        StepNotFound: there is none.
        AccountRefused: no reason, or it was decided already.
    """
    check_reason(because, AccountRefused)
    refuse(waiting(PayoutAccount, _id_of(uuid), AccountRefused), by=by, because=because, at=at)


def _ask(row: PayoutAccount, account: AccountDetails | None) -> UUID:
    """Write a step down; without an account it is the end of the one that counts."""

    def is_same(known: PayoutAccount) -> bool:
        told = (known.party, known.currency, known.reason)
        return told == (row.party, row.currency, row.reason) and _account_of(known) == account

    @transaction.atomic
    def ask() -> None:
        if account is None:
            _check_has_one(row.party, row.currency)
        row.save(force_insert=True)
        log.info("account proposed: account=%s party=%s by=%s", row.uuid, row.party, row.asked_by)

    return ask_once(PayoutAccount, row.uuid, is_same=is_same, ask=ask)


def _account_of(row: PayoutAccount) -> AccountDetails | None:
    return sealing.open_account(row.sealed, row.uuid) if row.sealed else None


def _check_has_one(party: str, currency: str) -> None:
    if not PayoutAccount.objects.filter(live_key=_key(party, currency)).exists():
        raise AccountRefused(
            "%(party)s has no account in %(currency)s.", party=party, currency=currency
        )


def _check(party: str, currency: str, reason: str) -> None:
    check_reason(reason, AccountRefused)
    if party == FUND:
        raise AccountRefused(
            "What the fund gets stays in our bank account, and is not paid out.", field="party"
        )
    try:
        partnerships.party(party)
        exponent(currency)
    except LookupError:
        raise AccountRefused("There is no party “%(party)s”.", field="party", party=party) from None
    except MoneyError:
        raise AccountRefused(
            "“%(code)s” is not a currency code.", field="currency", code=currency
        ) from None


def _key(party: str, currency: str) -> str:
    return f"{party}:{currency}"


def _id_of(uuid: UUID) -> int:
    pk: int | None = PayoutAccount.objects.filter(uuid=uuid).values_list("pk", flat=True).first()
    if pk is None:
        raise StepNotFound("There is no account %(key)s.", key=uuid)
    return pk
