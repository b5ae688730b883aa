"""django-hordak and openedx-ledger doing what the books do, in an environment of their own.

Run by ``bench_books.py`` and ``bench_statements.py`` with the Python of ``--peer-python``; it reads
a command a line (``peer act number``) and answers with the seconds that it took. It must not import
anything of ours.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from uuid import uuid4

import django
from django.conf import settings

PARTIES = 200


def set_up(database: dict) -> dict[str, Callable[[int], None]]:
    """Make the tables; what each command does."""
    settings.configure(
        DATABASES={"default": database}, SECRET_KEY="x", USE_TZ=True,  # noqa: S106
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", DEFAULT_CURRENCY="USD",
        CURRENCIES=["USD"], SITE_ID=1,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak",
                        "simple_history", "openedx_ledger"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    )  # fmt: skip
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {**hordak(), **openedx_ledger()}


def hordak() -> dict[str, Callable[[int], None]]:
    """A sale of six legs; the balance of one account, of all, and the proof of all transactions."""
    from django.db import transaction
    from django.db.models import F, Sum
    from hordak.models import Account, AccountType, Leg, Transaction
    from moneyed import Money

    gateway = Account.objects.create(name="gateway", code="0", type=AccountType.asset,
                                     currencies=["USD"])  # fmt: skip
    parties = [
        Account.objects.create(name=f"P{number}", code=str(number + 1),
                               type=AccountType.liability, currencies=["USD"])
        for number in range(PARTIES)
    ]  # fmt: skip
    # Five parties share 10.00.
    one, two = Money("10.00", "USD"), Money("2.00", "USD")

    def post(count: int) -> None:
        for number in range(count):
            with transaction.atomic():
                made = Transaction.objects.create(description="sale")
                Leg.objects.create(transaction=made, account=gateway, debit=one)
                for party in range(5):
                    account = parties[(number + party) % PARTIES]
                    Leg.objects.create(transaction=made, account=account, credit=two)

    def fill(count: int) -> None:
        for start in range(0, count, 1_000):
            made = [Transaction(description="sale")
                    for _ in range(min(1_000, count - start))]  # fmt: skip
            Transaction.objects.bulk_create(made)
            rows = list(Transaction.objects.order_by("-pk")[: len(made)])
            Leg.objects.bulk_create(
                leg
                for number, row in enumerate(rows)
                for leg in (
                    Leg(transaction=row, account=gateway, debit=one),
                    *(Leg(transaction=row, account=parties[(number + party) % PARTIES], credit=two)
                      for party in range(5)),
                )
            )  # fmt: skip

    def one_party(_: int) -> None:
        parties[0].get_balance()

    def all_parties(_: int) -> None:
        for party in parties:
            party.get_balance()

    def verify(_: int) -> None:
        sums = Transaction.objects.annotate(debits=Sum("legs__debit"), credits=Sum("legs__credit"))
        assert not sums.exclude(debits=F("credits")).exists()

    return {"django-hordak post": post, "django-hordak fill": fill,
            "django-hordak one": one_party, "django-hordak all": all_parties,
            "django-hordak verify": verify}  # fmt: skip


def openedx_ledger() -> dict[str, Callable[[int], None]]:
    """A transaction of one ledger; its balance, and those of all ledgers."""
    from openedx_ledger import api
    from openedx_ledger.models import Transaction, UnitChoices

    def ledger(name: str):
        return api.create_ledger(
            unit=UnitChoices.USD_CENTS, idempotency_key=name, subsidy_uuid=uuid4()
        )

    ledgers = [ledger(f"P{number}") for number in range(PARTIES)]

    def post(count: int) -> None:
        # A sale moves money of six parties: here each is a transaction of a ledger.
        for number in range(count):
            for party in range(6):
                one = ledgers[(number + party) % PARTIES]
                api.create_transaction(one, 200, idempotency_key=str(uuid4()), state="committed")

    def fill(count: int) -> None:
        for start in range(0, count * 6, 2_000):
            Transaction.objects.bulk_create(
                Transaction(ledger=ledgers[number % PARTIES], quantity=200,
                            idempotency_key=str(uuid4()), state="committed")
                for number in range(start, min(start + 2_000, count * 6))
            )  # fmt: skip

    def one_party(_: int) -> None:
        ledgers[0].balance()

    def all_parties(_: int) -> None:
        for one in ledgers:
            one.balance()

    return {"openedx-ledger post": post, "openedx-ledger fill": fill,
            "openedx-ledger one": one_party, "openedx-ledger all": all_parties}  # fmt: skip


def main() -> None:
    """Answer commands until there are no more."""
    acts = set_up(json.loads(sys.argv[1]))
    print("ready", ",".join(name.replace(" ", "_") for name in acts), flush=True)
    for line in sys.stdin:
        name, _, number = line.strip().rpartition(" ")
        began = time.perf_counter()
        acts[name](int(number))
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
