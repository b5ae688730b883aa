"""Writes what authors may do, for seeds and imports; the admin edits the same rows."""

from __future__ import annotations

from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.data import Limits
from fee_payments.exceptions import InvalidCatalogue


@in_transaction
def set_author_limits(prefix: str, limits: Limits) -> Limits:
    """Let authors of courses whose key begins with ``prefix`` do this, and nothing else.

    What was set for the same prefix before is replaced.

    Raises:
        InvalidCatalogue: no kind of offerings is called like that, a currency comes twice, or its
            lowest amount is above the highest.
    """
    _check(limits)
    row, _created = models.AuthorLimits.objects.update_or_create(
        prefix=prefix,
        defaults={
            "may_sell": limits.may_sell,
            "may_change_price": limits.may_change_price,
            "may_ask": limits.may_ask,
            "kinds": " ".join(limits.kinds),
            "contact": limits.contact,
        },
    )
    currencies = [one.currency for one in limits.amounts]
    row.amounts.exclude(currency__in=currencies).delete()
    for one in limits.amounts:
        row.amounts.update_or_create(
            currency=one.currency,
            defaults={"lowest_minor": one.lowest.minor, "highest_minor": one.highest.minor},
        )
    return limits


def _check(limits: Limits) -> None:
    unknown = set(limits.kinds) - set(models.Offering.Kind.values)
    if unknown:
        raise InvalidCatalogue(f"“{min(unknown)}” is no kind of offering.")
    currencies = [one.currency for one in limits.amounts]
    if len(set(currencies)) != len(currencies):
        raise InvalidCatalogue("There are two limits of one currency.")
    for one in limits.amounts:
        if one.lowest > one.highest:
            raise InvalidCatalogue(f"{one.lowest} is above {one.highest}.")
