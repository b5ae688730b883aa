"""The demo pays its partners: Inès asks and proposes, Omar confirms and approves, Inès records."""

from __future__ import annotations

import shutil

PLAYED = """
from datetime import date, datetime, UTC
from demo_site.seeds.people import user_called
from fairgate import clock
from revenue_share import api, permissions
at = datetime(2026, 12, 2, 9, tzinfo=UTC)
clock.use(lambda: at)
ines, omar = user_called("ines"), user_called("operator")
api.close_period("2026-10", at=at, by="ines")
for one in api.list_payables():
    print(one.party, one.amount, one.account, one.refusal)
for user, rights in (
    (ines, (permissions.PROPOSE_ACCOUNT, permissions.PROPOSE_PAYOUT, permissions.RECORD_PAYOUT)),
    (omar, (permissions.CONFIRM_ACCOUNT, permissions.APPROVE_PAYOUT, permissions.RECORD_PAYOUT)),
):
    print(user.username, all(permissions.may(user, right) for right in rights))
print("ines approves", permissions.may(ines, permissions.APPROVE_PAYOUT))
print("ines confirms", permissions.may(ines, permissions.CONFIRM_ACCOUNT))
uuid = api.propose_account(
    "GSMA", "USD", holder="GSM Association", number="GB29NWBK60161331926819", reason="x",
    by=ines.pk, at=at,
)
print(api.whole_account(uuid, by=omar.pk).number)
api.confirm_account(uuid, by=omar.pk, at=at)
batch = api.propose_batch(
    [one.number for one in api.list_payables()], execute_on=date(2026, 12, 15), reason="x",
    by=ines.pk, at=at,
)
api.approve_batch(batch, by=omar.pk, at=at)
print(b"GB29NWBK60161331926819" in api.payment_order(batch).content)
"""


def test_the_people_of_the_demo_pay_its_partners(first_day, tmp_path, manage):
    # given: October is closed as the start page says
    folder = shutil.copytree(first_day, tmp_path / "var")

    # when
    code, said = manage(folder, "shell", "-c", PLAYED)

    # then: who is to be paid has an account, and each step has its person
    assert code == 0, said
    told = said.splitlines()
    payables = [line for line in told if line.startswith(("GSMA", "ATC"))]
    assert len(payables) == 2
    assert all(line.endswith("None") for line in payables), payables
    assert told[-6:] == [
        "ines True", "operator True", "ines approves False", "ines confirms False",
        "GB29NWBK60161331926819", "True",
    ]  # fmt: skip
