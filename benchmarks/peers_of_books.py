"""django-hordak, openedx-ledger and DuckDB do what the books do, in an environment of their own.

Run by ``bench_books.py`` and ``bench_statements.py`` with the Python of ``--peer-python``; it reads
a command a line (``peer act number``) and answers with the seconds that it took. It must not import
anything of ours.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from uuid import uuid4

import django
from django.conf import settings

PARTIES = 200
#: Rows of a statement that fills.
BLOCK = 50_000
#: As random as those of Python: keys do not come in order.
UUID = "MD5(UUID())"


def run(statement: str) -> None:
    """One statement of ours to the peers' database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _last(table: str) -> int:
    """The highest id."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")  # noqa: S608 - a name of ours
        return cursor.fetchone()[0]


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
    peers = {"django-hordak": Hordak(), "openedx-ledger": OpenedxLedger()}
    if find_spec("duckdb") and len(sys.argv) > 2:
        peers["duckdb"] = DuckDb()
    return {
        f"{name} {act}": getattr(peer, act)
        for name, peer in peers.items()
        for act in ("post", "fill", "one", "all", "verify")
        if hasattr(peer, act)
    }


class Hordak:
    """A sale of six legs; the balance of one account, of all, and the proof of all transactions."""

    def __init__(self) -> None:
        from hordak.models import Account, AccountType
        from moneyed import Money

        self.gateway = Account.objects.create(
            name="gateway", code="0", type=AccountType.asset, currencies=["USD"]
        )
        self.parties = [
            Account.objects.create(
                name=f"P{number}", code=str(number + 1), type=AccountType.liability,
                currencies=["USD"],
            )
            for number in range(PARTIES)
        ]  # fmt: skip
        # Five parties share 10.00.
        self.whole, self.part = Money("10.00", "USD"), Money("2.00", "USD")

    def post(self, count: int) -> None:
        """So many sales, as its users write them."""
        from django.db import transaction
        from hordak.models import Leg, Transaction

        for number in range(count):
            with transaction.atomic():
                made = Transaction.objects.create(description="sale")
                for leg in self._legs(made, number):
                    Leg.objects.create(**leg)

    def fill(self, count: int) -> None:
        """So many sales, by statements alone."""
        for start in range(0, count, BLOCK):
            self._fill(min(BLOCK, count - start))

    def _fill(self, count: int) -> None:
        last, leg = _last("hordak_transaction"), _last("hordak_leg")
        run(
            "INSERT INTO hordak_transaction (id, uuid, timestamp, date, "  # noqa: S608
            "description) SELECT "
            f"{last} + seq, {UUID}, NOW(6), CURDATE(), 'sale' FROM seq_1_to_{count}"
        )
        for place in range(6):
            account, debit, credit = self.gateway.pk, "10.00", "NULL"
            if place:
                account = f"{self.parties[0].pk} + MOD(seq + {place}, {PARTIES})"
                debit, credit = "NULL", "2.00"
            run(
                "INSERT INTO hordak_leg (id, uuid, description, account_id, transaction_id, "  # noqa: S608
                "credit,"
                f" debit, currency) SELECT {leg} + (seq - 1) * 6 + {place} + 1, {UUID}, '', "
                f"{account}, {last} + seq, {credit}, {debit}, 'USD' FROM seq_1_to_{count}"
            )

    def _legs(self, made: object, number: int) -> list[dict]:
        given = [
            {"transaction": made, "account": self.parties[(number + party) % PARTIES],
             "credit": self.part}
            for party in range(5)
        ]  # fmt: skip
        return [{"transaction": made, "account": self.gateway, "debit": self.whole}, *given]

    def one(self, _: int) -> None:
        """What one party has."""
        self.parties[0].get_balance()

    def all(self, _: int) -> None:
        """What each party has."""
        for party in self.parties:
            party.get_balance()

    def verify(self, _: int) -> None:
        """That every transaction balances."""
        from django.db.models import F, Sum
        from hordak.models import Transaction

        sums = Transaction.objects.annotate(debits=Sum("legs__debit"), given=Sum("legs__credit"))
        if sums.exclude(debits=F("given")).exists():
            raise SystemExit("A transaction does not balance.")


class OpenedxLedger:
    """A transaction of one ledger; its balance, and those of all ledgers."""

    def __init__(self) -> None:
        from openedx_ledger import api
        from openedx_ledger.models import UnitChoices

        self.ledgers = [
            api.create_ledger(
                unit=UnitChoices.USD_CENTS, idempotency_key=f"P{number}", subsidy_uuid=uuid4()
            )
            for number in range(PARTIES)
        ]

    def post(self, count: int) -> None:
        """A sale moves money of six parties: here each is a transaction of a ledger."""
        from openedx_ledger import api

        for number in range(count):
            for party in range(6):
                one = self.ledgers[(number + party) % PARTIES]
                api.create_transaction(one, 200, idempotency_key=str(uuid4()), state="committed")

    def fill(self, count: int) -> None:
        """So many sales, by statements alone."""
        ledgers = ", ".join(f"'{one.uuid.hex}'" for one in self.ledgers)
        for start in range(0, count * 6, BLOCK):
            wanted = min(BLOCK, count * 6 - start)
            run(
                "INSERT INTO openedx_ledger_transaction (created, modified, uuid, "  # noqa: S608
                "idempotency_key, "
                f"quantity, metadata, ledger_id, state) SELECT NOW(6), NOW(6), {UUID}, UUID(), 200,"
                f" '{{}}', ELT(1 + MOD(seq + {start}, {PARTIES}), {ledgers}), 'committed' "
                f"FROM seq_1_to_{wanted}"
            )

    def one(self, _: int) -> None:
        """What one party has."""
        self.ledgers[0].balance()

    def all(self, _: int) -> None:
        """What each party has."""
        for one in self.ledgers:
            one.balance()


class DuckDb:
    """The entries as a table in columns: the limit, for a database that keeps no books.

    They are read from the CSV file that the second argument names.
    """

    def __init__(self) -> None:
        import duckdb

        self.database = duckdb.connect()

    def fill(self, _: int) -> None:
        """Read the file."""
        self.database.execute(
            "CREATE TABLE entries AS SELECT * FROM read_csv(?, header=true, columns={"
            "'transaction': 'BIGINT', 'party': 'VARCHAR', 'period': 'VARCHAR', 'debit': 'BIGINT', "
            "'credit': 'BIGINT'})", [sys.argv[2]]
        )  # fmt: skip

    def verify(self, _: int) -> None:
        """That every transaction balances."""
        if self.database.execute(
            "SELECT transaction FROM entries GROUP BY transaction HAVING SUM(debit) <> SUM(credit)"
        ).fetchall():
            raise SystemExit("A transaction does not balance.")

    def one(self, _: int) -> None:
        """What one party has of a month."""
        self.database.execute(
            "SELECT SUM(credit - debit) FROM entries WHERE party = 'P0000' AND period = "
            "(SELECT MIN(period) FROM entries)"
        ).fetchall()

    def all(self, _: int) -> None:
        """What each party has of a month."""
        self.database.execute(
            "SELECT party, SUM(credit - debit) FROM entries WHERE period = "
            "(SELECT MIN(period) FROM entries) GROUP BY party"
        ).fetchall()


def main() -> None:
    """Answer commands until there are no more."""
    acts = set_up(json.loads(sys.argv[1]))
    print("ready", ",".join(name.replace(" ", "_") for name in acts), flush=True)
    for line in sys.stdin:
        name, _, number = line.strip().rpartition(" ")
        act, count = acts[name], int(number)
        is_one = not name.endswith((" post", " fill"))
        began = time.perf_counter()
        for _ in range(count if is_one else 1):
            act(count)
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
