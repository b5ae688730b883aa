"""What a second person compares before they decide: an account whole, the holders of a batch.

To nobody else, and at no other time: not to who has asked, and not once it was decided. Who asks
here has the right to confirm, which the caller has looked at. Each look is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from .. import sealing
from ..data import AccountDetails, AccountHolder
from ..models import Payout, PayoutAccount
from .payouts import batch_row

log = logging.getLogger(__name__)


def whole_account(uuid: UUID, *, by: int) -> AccountDetails | None:
    """The account that waits for this person; ``None`` if it does not, or is the end of one.

    Raises:
        PayoutRefused: it cannot be opened.
    """
    row: PayoutAccount | None = PayoutAccount.objects.filter(uuid=uuid).first()
    if row is None or not row.sealed or not row.is_waiting or row.asked_by == by:
        return None
    account = sealing.open_account(row.sealed, row.uuid)
    log.info("account shown whole: account=%s by=%s", row.uuid, by)
    return account


def holders_of(uuid: UUID, *, by: int) -> Mapping[UUID, AccountHolder]:
    """Who holds the accounts of a batch that waits for this person, by payout; else nothing.

    Raises:
        PayoutNotFound: there is no such batch.
        PayoutRefused: an account cannot be opened.
    """
    batch = batch_row(uuid)
    if not batch.is_waiting or batch.asked_by == by:
        return MappingProxyType({})
    found = {}
    for payout in Payout.objects.filter(batch=batch).select_related("account").order_by("pk"):
        opened = sealing.open_account(payout.account.sealed, payout.account.uuid)
        found[payout.uuid] = AccountHolder(name=opened.holder, bic=opened.bic)
    log.info("holders shown: batch=%s by=%s", batch.uuid, by)
    return MappingProxyType(found)
