"""A worker that is killed in the middle of a grant takes nothing with it (F14)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, connections

from factories import waiver_policy as make
from waiver_policy import api, models

pytestmark = pytest.mark.mariadb

WORKER = Path(__file__).parent.parent / "dying_worker.py"


def start_worker(stop_after):
    """A process of its own that holds its locks when this returns."""
    name = connections.settings["default"]["NAME"]
    order = {"database": name, "stop_after": stop_after, "key": "one"}
    worker = subprocess.Popen(
        [sys.executable, str(WORKER), json.dumps(order)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout.readline() == "held\n"
    return worker


def kill(worker):
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    worker.stdout.close()


@pytest.mark.parametrize(
    "stop_after", ["limits.write_uses", "fund.reserved_entry", "limits.count", "fund.take"]
)
def test_f14_others_go_on_and_the_same_key_is_granted_once(stop_after):
    # given: money for two, and a worker that holds what it has taken so far
    make.programme(fund="30.00")
    worker = start_worker(stop_after)
    done = []

    def another():
        done.append(make.grant(2))
        connection.close()

    waiting = threading.Thread(target=another)
    waiting.start()
    time.sleep(0.5)

    # when
    began = time.monotonic()
    kill(worker)
    waiting.join(30)

    # then: nobody waits for the dead, and what it had written is not there
    assert [grant.user_id for grant in done] == [2]
    assert time.monotonic() - began < 30
    assert not models.WaiverGrant.objects.filter(user_id=1).exists()
    assert not models.WaiverDecision.objects.filter(user_id=1).exists()

    # and the same request gets its grant, once
    first = make.grant(1, key="one")
    assert make.grant(1, key="one") == first
    assert models.FundEntry.objects.filter(kind="reserved").count() == 2
    assert api.fund_balance("USD").available.minor == 0
    assert api.check_funds() == ()
