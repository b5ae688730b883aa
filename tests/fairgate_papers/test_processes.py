"""Papers from threads, forked processes and fresh ones: the same bytes, and none waits."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from types import SimpleNamespace

import pytest

import reading_pdfs
from factories.printed import paper, table
from fairgate_papers import (
    Block,
    TypesetterMissing,
    compiling,
    printable,
    render,
    rendering,
    typefaces,
)
from fairgate_papers import paper as values
from fairgate_papers.compiling import Job, compiled
from fairgate_papers.errors import TypesetterFailed

PAPER = paper(body=(table(3),))


def job(**given):
    return Job(**{"paper": "{}", "timestamp": 0, **given})


def test_threads_print_side_by_side():
    alone = render(PAPER)

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(render, [PAPER] * 16))

    assert together == [alone] * 16


def test_another_process_makes_the_same_bytes():
    code = (
        "import sys, fairgate_papers; from factories.printed import paper, table;"
        "sys.stdout.buffer.write(fairgate_papers.render(paper(body=(table(3),))))"
    )
    other = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    env = {**os.environ, **other}

    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)

    assert done.stdout == render(PAPER)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This needs fork.")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_that_was_forked_after_a_paper_was_printed_prints_the_same_bytes(tmp_path):
    # given
    expected = render(PAPER)
    target = tmp_path / "child.pdf"

    # when
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # it would wait for ever, were it to use threads that are not there
        target.write_bytes(render(PAPER))
        os._exit(0)
    _pid, status = os.waitpid(child, 0)

    # then
    assert status == 0
    assert target.read_bytes() == expected


@pytest.fixture
def forked(monkeypatch):
    """As if this process had been forked after a paper was printed."""
    monkeypatch.setattr(compiling, "_pool_of", -1)


def test_a_fresh_process_that_gives_up_is_told(forked):
    with pytest.raises(TypesetterFailed, match="in a process of its own"):
        compiled(job())


def test_a_fresh_process_that_cannot_be_started_is_told(forked, monkeypatch):
    monkeypatch.setattr(compiling, "_python", lambda: "/nowhere/python")

    with pytest.raises(TypesetterFailed, match="did not answer in time") as caught:
        compiled(job())
    assert caught.value.retryable


def test_a_fresh_process_reads_a_job_and_writes_the_file(monkeypatch):
    asked, answered = io.BytesIO(job_of(PAPER)), io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=asked))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=answered))

    assert compiling.main() == 0
    assert answered.getvalue() == render(PAPER)


def test_a_fresh_process_says_why_it_gave_up(monkeypatch, capsys):
    empty = json.dumps(asdict(job()))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(empty.encode())))

    assert compiling.main() == 1
    assert "The typesetter gave up" in capsys.readouterr().err


def test_a_fresh_process_makes_the_file_of_a_forked_one(forked):
    made = render(PAPER)

    compiling._pool_of = None
    assert made == render(PAPER)


def job_of(paper):
    """What a fresh process is told of a paper."""
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "compiled", lambda job: told.append(job) or b"")
        render(paper)
    return json.dumps(asdict(told[0])).encode()


def test_a_server_that_has_python_inside_is_not_taken_for_python(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")
    assert compiling._python() == "/usr/bin/uwsgi"

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    assert compiling._python() == str(tmp_path / "bin/python")


def test_what_the_typesetter_cannot_read_is_told():
    with pytest.raises(TypesetterFailed, match="gave up"):
        compiled(job())


def test_a_typesetter_that_breaks_down_is_told(monkeypatch):
    # 64 KiB of Arabic in one unbroken line, which no paper can have: see MAX_LETTERS.
    monkeypatch.setattr(printable, "_PIECE", 100_000)
    monkeypatch.setattr(values, "MAX_LETTERS", 100_000)

    with pytest.raises(TypesetterFailed, match="broke down"):
        render(paper(recipient=Block(name="م" * 50_000)))


def test_without_the_typesetter_everything_but_printing_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    typefaces.fonts.cache_clear()
    typefaces.coverage.cache_clear()

    with pytest.raises(TypesetterMissing, match="Documents need the package typst"):
        render(PAPER)


def test_a_letter_and_a_mark_that_no_single_font_has_are_printed_without_the_promise(caplog):
    with caplog.at_level(logging.WARNING):
        file = render(paper(recipient=Block(name="ក\u0951")))

    assert caplog.messages == [
        "a paper was printed without PDF/UA-1: no font has all signs of a cluster"
    ]
    assert file.startswith(b"%PDF")
    assert reading_pdfs.reader(file).trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
