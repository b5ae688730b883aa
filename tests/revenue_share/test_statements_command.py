"""``revenue_share_statements --to``: files of a closed month, each whole, each written once."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from factories import payouts as make
from factories import revenue_share as facts
from fairgate import clock
from fairgate_papers import PapersError
from revenue_share import api, statement_folders
from revenue_share.management.commands import revenue_share_statements as command

pytestmark = pytest.mark.django_db

OCTOBER = ("RS-000001-2026-10-ATC-USD", "RS-000002-2026-10-FUND-USD",
           "RS-000003-2026-10-GSMA-USD", "RS-000004-2026-10-PLATFORM-USD")  # fmt: skip


@pytest.fixture(autouse=True)
def now():
    clock.use(lambda: make.PAY_DAY)
    yield
    clock.use(None)


@pytest.fixture
def october():
    make.closed_october()


def run(folder=None, **options):
    """What is said on standard output, and on standard error."""
    out, progress = io.StringIO(), io.StringIO()
    options = {"period": "2026-10", "format": "csv,json", "to": folder, **options}
    call_command("revenue_share_statements", stdout=out, stderr=progress, **options)
    return out.getvalue(), progress.getvalue()


def names(folder):
    return sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))


def refused(said, folder=None, **options):
    """The exit code of a run that is refused with these words."""
    with pytest.raises(CommandError, match=said) as error:
        run(folder, **options)
    return error.value.returncode


@pytest.mark.usefixtures("october")
def test_every_statement_is_written_as_every_kind_and_the_progress_is_shown(tmp_path):
    said, progress = run(tmp_path)

    assert names(tmp_path) == sorted(f"{one}.{kind}" for one in OCTOBER for kind in ("csv", "json"))
    assert said == "2026-10: 8 files written, 0 were there.\n"
    assert progress.splitlines()[0] == "1 of 8  RS-000001-2026-10-ATC-USD.csv"
    assert progress.splitlines()[-1].startswith("8 of 8  ")
    statement = api.statement("GSMA", "2026-10")
    written = tmp_path / "RS-000003-2026-10-GSMA-USD.json"
    assert written.read_text() == api.statement_json(statement)
    assert written.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("october")
def test_a_second_run_writes_nothing_anew(tmp_path):
    run(tmp_path)
    before = {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()}

    said, _progress = run(tmp_path)

    assert said == "2026-10: 0 files written, 8 were there.\n"
    assert {one: one.stat().st_mtime_ns for one in before if one.suffix != ".lock"} == {
        one: when for one, when in before.items() if one.suffix != ".lock"
    }


@pytest.mark.usefixtures("october")
def test_only_the_parties_and_the_kinds_that_are_named_are_written(tmp_path):
    run(tmp_path, party=["GSMA", "ATC"], format="csv")

    assert names(tmp_path) == ["RS-000001-2026-10-ATC-USD.csv", "RS-000003-2026-10-GSMA-USD.csv"]


@pytest.mark.usefixtures("october")
def test_papers_and_workbooks_in_two_languages_are_two_files(tmp_path):
    for language in ("en", "fr"):
        run(tmp_path, party=["GSMA"], format="pdf,xlsx", language=language)

    one = "RS-000003-2026-10-GSMA-USD"
    assert names(tmp_path) == [f"{one}.{lang}.{kind}" for lang in ("en", "fr")
                               for kind in ("pdf", "xlsx")]  # fmt: skip
    contents = {(tmp_path / name).read_bytes() for name in names(tmp_path)}
    assert len(contents) == 4


@pytest.mark.usefixtures("october")
def test_f14_a_run_that_dies_leaves_whole_files_and_the_next_one_goes_on(tmp_path, monkeypatch):
    write, written = api.write_statement, []

    def dies(statement, kind, *, language, to):
        to.write(b"half of it")
        if len(written) == 3:
            raise KeyboardInterrupt
        to.seek(0)
        to.truncate()
        written.append(statement.number)
        write(statement, kind, language=language, to=to)

    monkeypatch.setattr(command.api, "write_statement", dies)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert len(names(tmp_path)) == 3
    monkeypatch.undo()

    said, _progress = run(tmp_path)

    assert said == "2026-10: 5 files written, 3 were there.\n"
    assert not [one for one in tmp_path.iterdir() if b"half of it" in one.read_bytes()]


KILLED = """
import os, signal, sys
from pathlib import Path
from revenue_share.statement_folders import held, write_once

def write(to):
    to.write(b"half of it")
    to.flush()
    os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
with held(folder):
    write_once(folder / "statement.csv", write)
"""


@pytest.mark.usefixtures("october")
def test_f14_what_a_killed_process_has_begun_is_removed(tmp_path):
    root = Path(__file__).parents[2]
    path = os.pathsep.join(str(root / name) for name in ("libs", "plugins", "xblocks"))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == -signal.SIGKILL
    assert names(tmp_path) == []
    assert len(list(tmp_path.glob(".*.begun"))) == 1

    run(tmp_path)

    assert len(names(tmp_path)) == 8
    assert list(tmp_path.glob(".*.begun")) == []


@pytest.mark.usefixtures("october")
def test_of_two_runs_into_one_folder_at_once_the_second_is_refused(tmp_path):
    with (tmp_path / statement_folders._LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        assert refused("Another run writes into", tmp_path) == 1

    assert names(tmp_path) == []
    run(tmp_path)
    assert len(names(tmp_path)) == 8


@pytest.mark.usefixtures("october")
def test_what_cannot_be_printed_is_told_and_the_others_are_written(tmp_path, monkeypatch):
    write = api.write_statement

    def without_gsma(statement, kind, **more):
        if statement.party == "GSMA":
            raise PapersError("There is no font for this.")
        write(statement, kind, **more)

    monkeypatch.setattr(command.api, "write_statement", without_gsma)

    assert refused("1 file cannot be written", tmp_path, format="csv") == 1
    assert len(names(tmp_path)) == 3
    assert list(tmp_path.glob(".*.begun")) == []


def test_an_open_month_is_not_written(tmp_path):
    facts.put_terms_in_force()
    facts.book_october()

    assert refused("2026-10 is not closed: its statements may still change", tmp_path) == 1
    assert names(tmp_path) == []


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("options", "said", "code"),
    [
        ({"period": "October"}, "“October” is not a month", 2),
        ({"period": "2026-09"}, "2026-09 is not closed", 1),
        ({"period": ""}, "Say of which month", 2),
        ({"party": ["GSMA", "NOBODY"]}, "There is no statement of NOBODY in 2026-10", 1),
        ({"format": "docx"}, "--format docx: known are pdf, xlsx, csv, json", 2),
        ({"language": "tlh"}, "--language tlh: this site does not speak that language", 2),
        ({"mail": True}, "Say --to FOLDER, or --mail", 2),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(tmp_path, options, said, code):
    assert refused(said, tmp_path, **options) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("october")
def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert refused("cannot be written to: No such file", tmp_path / "nowhere") == 2
    assert refused("Say --to FOLDER, or --mail") == 2


@pytest.mark.usefixtures("october")
def test_a_party_with_a_name_of_its_own_stays_in_the_folder():
    statement = api.list_statements("GSMA")[0]
    odd = type(statement)(
        party="../A/B", period="2026-10", currency="USD", state=statement.state, number=9,
        payable=statement.payable, closing=statement.closing,
    )  # fmt: skip

    assert command._name(odd, command.StatementFormat.CSV, "en") == (
        "RS-000009-2026-10-.._A_B-USD.csv"
    )
