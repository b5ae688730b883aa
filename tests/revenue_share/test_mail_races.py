"""Several workers on the same mails at the same moment, on MariaDB: each goes out once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.core import mail

from factories import payouts as make
from factories import revenue_share as facts
from partnerships import api as partnerships
from races import ISOLATIONS, READ_COMMITTED, errors, race, values
from revenue_share import api
from revenue_share.models import StatementMail
from revenue_share.services import mailing

pytestmark = pytest.mark.mariadb

NOW = facts.CLOSE_DAY + timedelta(hours=1)
WORKERS = 4


@pytest.fixture(autouse=True)
def ready(transactional_db):
    make.closed_october()
    for party in ("GSMA", "ATC"):
        partnerships.add_contact(
            party, role="finance", name="F.", email=f"{party.lower()}@example.org", at=facts.NOON
        )


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_of_many_workers_at_once_one_sends_each_mail(isolation, atomic):
    outcomes = race(
        *[partial(api.send_statements, at=NOW)] * WORKERS, isolation=isolation, atomic=atomic
    )

    assert errors(outcomes) == []
    assert sum(one.sent for one in values(outcomes)) == 2
    assert sorted(one.to[0] for one in mail.outbox) == ["atc@example.org", "gsma@example.org"]
    assert StatementMail.objects.exclude(sent_at=None).count() == 2


def test_without_the_claim_a_mail_goes_out_many_times(monkeypatch):
    # given: the twin of the test above
    monkeypatch.setattr(mailing, "claim", lambda _row, **_at: True)
    mailing.write_down(at=NOW)

    race(*[partial(api.send_statements, at=NOW)] * WORKERS, isolation=READ_COMMITTED)

    assert len(mail.outbox) > 2
