"""Papers of an application: kept encrypted in a private place, read by few, deleted on time."""

from __future__ import annotations

import logging
import re
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from factories import papers
from factories import waiver_policy as make
from fairgate import clock, stand_in
from waiver_policy import api, models, wording
from waiver_policy.checks import check_documents, check_tracking
from waiver_policy.data import DocumentFault, DocumentKind
from waiver_policy.exceptions import (
    ApplicationClosed,
    DocumentRefused,
    DocumentsOff,
    DocumentUnreadable,
    TooManyDocuments,
    UnknownApplication,
    UnknownDocument,
)
from waiver_policy.services import document_files, documents
from waiver_policy.settings import common, production

pytestmark = pytest.mark.django_db

KEYS = tuple(Fernet.generate_key().decode() for _ in range(3))
PHOTO = papers.picture("PNG")
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    """A private folder for papers, and a key."""
    folder = tmp_path / "private" / "papers"
    settings.WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(folder)}}
    settings.WAIVER_POLICY_DOCUMENT_KEYS = KEYS[:1]
    return folder


@pytest.fixture(autouse=True)
def eve():
    make.programme()
    clock.use(lambda: make.EVE)
    before = stand_in._platform
    stand_in.use(Platform())
    yield
    clock.use(None)
    stand_in.use(before)


class Platform:
    """A platform of one country, whose profiles say that everybody is of age."""

    born: int | None = 1990

    def profile_country(self, _user_id):
        return "GU"

    def year_of_birth(self, _user_id):
        return self.born

    def ip_country(self, _request):
        return "AU"

    def retirement_state(self, _user_id):
        return ""


def apply(user_id=1):
    applicant = make.applicant(user_id, "GU")
    return api.apply(applicant, offering_code=make.COURSE, note="Please.", at=make.EVE)


@pytest.fixture
def applied():
    return apply()


def add(application, content=None, *, kind=DocumentKind.IDENTITY, **more):
    return api.add_document(
        application.uuid, by=application.user_id, kind=kind,
        content=papers.pdf() if content is None else content, at=make.EVE, **more,
    )  # fmt: skip


def files_in(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


def read(document, *, by=1, may_review=False):
    return api.read_document(document.uuid, by=by, may_review=may_review, at=make.EVE)


# --- Kept -----------------------------------------------------------------------------------------


def test_a_paper_is_kept_and_comes_back_as_it_was(applied):
    kept = add(applied)
    assert (kept.kind, kept.content_type, kept.size) == ("identity", "application/pdf", 431)
    assert read(kept) == (kept, papers.pdf())
    assert api.list_documents(applied.uuid) == (kept,)


def test_its_file_is_encrypted_under_a_name_that_says_nothing(applied, place):
    kept = add(applied)
    (file,) = files_in(place)
    assert b"PDF" not in file.read_bytes()
    assert str(kept.uuid) not in str(file)
    assert len(file.name) == 32


def test_only_the_service_reaches_folder_and_file(applied, place):
    add(applied)
    (file,) = files_in(place)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (place, file.parent)}
    assert (modes, stat.S_IMODE(file.stat().st_mode)) == ({0o700}, 0o600)


def test_f42_no_key_and_no_content_stands_in_the_tables_or_the_log(applied, caplog):
    caplog.set_level(logging.DEBUG)
    kept = add(applied)
    read(kept)
    row = models.ApplicationDocument.objects.values().get()
    assert not [text for text in (str(row), caplog.text) if KEYS[0] in text or "%PDF" in text]


@pytest.mark.parametrize("content", [papers.EXE, papers.HTML, papers.scripted_pdf(), b""])
def test_a_file_that_is_refused_leaves_nothing(applied, place, content):
    with pytest.raises(DocumentRefused):
        add(applied, content)
    assert (files_in(place), models.ApplicationDocument.objects.count()) == ([], 0)


def test_without_a_place_or_a_key_no_paper_is_taken(applied, settings, place):
    settings.WAIVER_POLICY_DOCUMENT_KEYS = ()
    with pytest.raises(DocumentsOff):
        add(applied)
    settings.WAIVER_POLICY_DOCUMENT_KEYS = KEYS[:1]
    settings.WAIVER_POLICY_DOCUMENTS = {}
    with pytest.raises(DocumentsOff):
        add(applied)
    assert files_in(place) == []


@pytest.mark.parametrize(
    "setting",
    [
        {"WAIVER_POLICY_DOCUMENT_KEYS": ("short",)},
        {"WAIVER_POLICY_DOCUMENT_KEYS": KEYS[0]},
        {"WAIVER_POLICY_DOCUMENTS": {"OPTIONS": {}}},
        {"WAIVER_POLICY_DOCUMENTS": {"BACKEND": "no.such.Storage"}},
        {"WAIVER_POLICY_DOCUMENTS": {"OPTIONS": {"location": "/tmp/x", "colour": "red"}}},  # noqa: S108
    ],
)
def test_a_mistake_in_the_settings_shuts_the_door(applied, settings, setting):
    for name, value in setting.items():
        setattr(settings, name, value)
    assert not api.documents_are_taken()
    with pytest.raises(DocumentsOff):
        add(applied)


def test_the_same_file_again_is_the_paper_that_is_there(applied, place):
    assert add(applied) == add(applied)
    assert len(files_in(place)) == 1


def test_a_paper_that_comes_after_one_that_failed_is_kept(applied):
    with pytest.raises(DocumentRefused):
        add(applied, papers.EXE)
    add(applied)
    with pytest.raises(DocumentRefused):
        add(applied, papers.HTML)
    assert len(api.list_documents(applied.uuid)) == 1


def test_an_application_has_as_many_papers_as_the_operator_allows(applied, settings, place):
    settings.WAIVER_POLICY_DOCUMENTS_PER_APPLICATION = 2
    first = add(applied, papers.pdf(pages=1))
    add(applied, papers.pdf(pages=2))
    with pytest.raises(TooManyDocuments):
        add(applied, papers.pdf(pages=3))
    assert len(files_in(place)) == 2
    api.remove_document(first.uuid, by=1, at=make.EVE)
    add(applied, papers.pdf(pages=3))


def test_papers_come_with_an_open_application_of_ones_own(applied):
    with pytest.raises(UnknownApplication):
        api.add_document(
            applied.uuid, by=2, kind=DocumentKind.OTHER, content=papers.pdf(), at=make.EVE
        )
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    with pytest.raises(ApplicationClosed):
        add(applied)


def test_a_decision_that_comes_while_a_file_is_looked_at_leaves_no_file(
    applied, place, monkeypatch
):
    def decide_first(content, *, uuid):
        api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
        return put(content, uuid=uuid)

    put = document_files.put
    monkeypatch.setattr(document_files, "put", decide_first)
    with pytest.raises(ApplicationClosed):
        add(applied)
    assert (files_in(place), models.ApplicationDocument.objects.count()) == ([], 0)


# --- Malware, minors, duplicates ------------------------------------------------------------------


SEEN: list[bytes] = []


def clean(file):
    SEEN.append(file.read())
    return True


def infected(_file):
    return False


def silent(_file):
    return None


def broken(_file):
    raise ConnectionError("clamd is not there")


def test_the_scanner_sees_the_file_as_it_was_sent_before_anything_is_stored(applied, settings):
    settings.WAIVER_POLICY_DOCUMENT_SCANNER = f"{__name__}.clean"
    SEEN.clear()
    add(applied, PHOTO)
    assert SEEN == [PHOTO]


@pytest.mark.parametrize(
    ("scanner", "fault"),
    [
        (infected, DocumentFault.SCANNER), (silent, DocumentFault.SCANNER),
        (broken, DocumentFault.NO_SCAN), ("no.such.scanner", DocumentFault.NO_SCAN),
    ],
    ids=["infected", "silent", "broken", "missing"],
)  # fmt: skip
def test_what_the_scanner_does_not_pass_is_not_stored(
    applied, settings, place, monkeypatch, scanner, fault
):
    settings.WAIVER_POLICY_DOCUMENT_SCANNER = "scanner.of.the.operator"
    if callable(scanner):
        monkeypatch.setattr("waiver_policy.conf.import_string", lambda path: _named(path, scanner))
    with pytest.raises(DocumentRefused) as refused:
        add(applied)
    assert (refused.value.fault, files_in(place)) == (fault, [])


def _named(path, scanner):
    from django.utils.module_loading import import_string

    return scanner if path == "scanner.of.the.operator" else import_string(path)


@pytest.mark.parametrize("fault", DocumentFault)
def test_every_fault_has_a_sentence_that_says_what_to_do(fault):
    said = wording.document_fault(DocumentRefused(fault))
    assert said.endswith(".")
    assert "%" not in said


@pytest.mark.parametrize(
    ("born", "says_minor", "is_taken"),
    [(1990, None, True), (2012, None, False), (None, None, False), (None, True, False),
     (None, False, True), (2012, False, False), (1990, True, True)],
)  # fmt: skip
def test_an_identity_paper_of_a_minor_takes_a_guardian(
    applied, monkeypatch, born, says_minor, is_taken
):
    monkeypatch.setattr(Platform, "born", born)
    if not is_taken:
        with pytest.raises(DocumentRefused) as refused:
            add(applied, says_minor=says_minor)
        assert refused.value.fault is DocumentFault.GUARDIAN
    add(applied, says_minor=says_minor, guardian_agrees=True)
    assert len(api.list_documents(applied.uuid)) == 1


def test_a_minor_sends_the_letter_of_a_school_without_a_guardian(applied, monkeypatch):
    monkeypatch.setattr(Platform, "born", 2012)
    assert add(applied, kind=DocumentKind.SCHOOL_LETTER).for_minor is True


def test_the_same_file_from_another_account_is_flagged_on_both_and_refuses_nothing(applied):
    other = apply(2)
    add(applied)
    again = add(other)
    assert again.is_repeated is True
    assert [one.is_repeated for one in api.list_documents(applied.uuid)] == [True]
    assert api.get_application(other.uuid).state == "submitted"


def test_the_same_file_of_one_person_for_two_courses_is_no_duplicate(applied):
    second = api.apply(make.applicant(1, "GU"), offering_code="other", note="x", at=make.EVE)
    assert (add(applied).is_repeated, add(second).is_repeated) == (False, False)


def test_a_duplicate_is_found_under_an_older_key_too(applied, settings):
    add(applied)
    settings.WAIVER_POLICY_DOCUMENT_KEYS = (KEYS[1], KEYS[0])
    assert add(apply(2)).is_repeated is True


def test_what_finds_a_duplicate_goes_with_the_file(applied):
    kept = add(applied)
    api.remove_document(kept.uuid, by=1, at=make.EVE)
    assert add(apply(2)).is_repeated is False


def test_what_finds_a_duplicate_is_a_hash_that_takes_the_key(applied, settings):
    add(applied)
    (before,) = models.ApplicationDocument.objects.values_list("fingerprint", flat=True)
    settings.WAIVER_POLICY_DOCUMENT_KEYS = KEYS[1:2]
    assert before not in document_files.fingerprints(papers.pdf())


# --- Keys -----------------------------------------------------------------------------------------


def test_an_older_key_opens_and_the_newest_one_locks(applied, settings):
    old = add(applied)
    settings.WAIVER_POLICY_DOCUMENT_KEYS = (KEYS[1], KEYS[0])
    new = add(applied, papers.pdf(pages=2))
    assert read(old)[1] == papers.pdf()
    settings.WAIVER_POLICY_DOCUMENT_KEYS = KEYS[1:2]
    assert read(new)[1] == papers.pdf(pages=2)
    with pytest.raises(DocumentUnreadable):
        read(old)


def test_files_that_were_exchanged_or_changed_do_not_open(applied, place):
    first, second = add(applied), add(applied, papers.pdf(pages=2))
    one, other = files_in(place)
    kept = one.read_bytes(), other.read_bytes()
    one.write_bytes(kept[1])
    other.write_bytes(kept[0])
    for document in (first, second):
        with pytest.raises(DocumentUnreadable, match="another's"):
            read(document)
    one.write_bytes(kept[0][:-9] + b"AAAAAAAAA")
    other.unlink()
    for document in (first, second):
        with pytest.raises(DocumentUnreadable):
            read(document)


# --- Read -----------------------------------------------------------------------------------------


def test_who_sent_it_and_a_reviewer_read_it_and_nobody_else(applied):
    kept = add(applied)
    assert read(kept, by=1)[0] == kept
    assert read(kept, by=9, may_review=True)[0] == kept
    for stranger in (2, 9):
        with pytest.raises(UnknownDocument):
            read(kept, by=stranger)


def test_who_has_a_conflict_with_the_applicant_reads_none_of_their_papers(applied):
    kept = add(applied)
    api.hand_back(applied.uuid, by=9, at=make.EVE, has_conflict=True)
    with pytest.raises(UnknownDocument):
        read(kept, by=9, may_review=True)
    assert not models.DocumentReading.objects.exists()
    assert read(kept, by=8, may_review=True)[0] == kept


def test_every_reading_is_kept_and_a_refused_one_is_none(applied):
    kept = add(applied)
    read(kept, by=9, may_review=True)
    with pytest.raises(UnknownDocument):
        read(kept, by=2)
    readings = models.DocumentReading.objects.values_list("document", "by", "at")
    assert list(readings) == [(kept.uuid, 9, make.EVE)]


def test_a_paper_that_is_not_there_is_not_there():
    with pytest.raises(UnknownDocument):
        api.read_document(uuid4(), by=9, may_review=True, at=make.EVE)
    with pytest.raises(UnknownDocument):
        api.get_document(uuid4())


# --- Deleted --------------------------------------------------------------------------------------


@pytest.fixture
def committing(transactional_db):
    """Tests of what happens after the commit."""
    make.programme()
    return apply()


def test_what_is_taken_back_is_gone_and_its_dates_stay(committing, place):
    kept = add(committing)
    api.remove_document(kept.uuid, by=1, at=make.EVE + ONE_DAY)
    (left,) = api.list_documents(committing.uuid)
    assert (left.kind, left.uploaded_at, left.deleted_at, left.delete_reason) == (
        "identity", make.EVE, make.EVE + ONE_DAY, "learner",
    )  # fmt: skip
    assert files_in(place) == []
    row = models.ApplicationDocument.objects.get()
    assert (row.file, row.fingerprint) == (None, None)
    with pytest.raises(UnknownDocument):
        read(kept)


def test_only_who_sent_it_takes_it_back_and_only_while_it_is_open(applied):
    kept = add(applied)
    with pytest.raises(UnknownDocument):
        api.remove_document(kept.uuid, by=9, at=make.EVE)
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    with pytest.raises(ApplicationClosed):
        api.remove_document(kept.uuid, by=1, at=make.EVE)
    assert read(kept)[0].deleted_at is None


def test_papers_go_as_many_days_after_the_decision_as_the_operator_says(applied, settings):
    settings.WAIVER_POLICY_DOCUMENT_DELETE_DAYS = 10
    kept = add(applied)
    assert [one.due_on for one in api.list_due_documents()] == [None]
    api.approve(applied.uuid, by=9, reason="Yes.", at=make.EVE)
    due = make.EVE + timedelta(days=10)
    assert [one.due_on for one in api.list_due_documents()] == [due.date()]
    assert api.purge_documents(at=due - ONE_DAY) == (0, 0)
    assert read(kept)[0] == kept
    assert api.purge_documents(at=due) == (1, 0)
    assert api.purge_documents(at=due) == (0, 0)
    assert api.get_document(kept.uuid).delete_reason == "schedule"


def test_a_policy_sets_its_own_schedule(applied):
    text = make.policy_text(make.LDC_FREE, extra="  documents: {delete_after: P3D}\n")
    make.policy(text, at=make.EVE)
    other = api.apply(make.applicant(2, "FR"), offering_code=make.COURSE, note="x", at=make.EVE)
    add(applied), add(other, papers.pdf(pages=2))
    for one in (applied, other):
        api.refuse(one.uuid, by=9, reason="No.", at=make.EVE)
    days = [(one.due_on - make.EVE.date()).days for one in api.list_due_documents()]
    assert days == [90, 3]


@pytest.mark.parametrize(
    ("written", "words"),
    [("P3M", "in days"), ("soon", "documents.delete_after"), ("", "documents")],
)
def test_a_schedule_that_is_none_is_a_fault_of_the_policy(written, words):
    text = make.policy_text(make.LDC_FREE, extra=f"  documents: {{delete_after: {written}}}\n")
    with pytest.raises(Exception, match=words):
        api.load_policy(text, file="policy.yaml", by="Ines", at=make.EVE)


@pytest.mark.parametrize(("state", "days"), [("withdrawn", 0), ("expired", 90)])
def test_what_nobody_decided_goes_at_once_when_withdrawn(applied, state, days):
    add(applied)
    models.WaiverApplication.objects.update(state=state, open_key=None)
    assert api.purge_documents(at=make.EVE + timedelta(days=days)) == (1, 0)
    assert models.ApplicationDocument.objects.get().delete_reason == (
        "withdrawn" if state == "withdrawn" else "schedule"
    )


def test_an_application_that_is_withdrawn_counts_no_document(applied):
    add(applied)
    api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert models.WaiverApplication.objects.get().document_count == 0


def test_deleting_with_a_withdrawal_is_undone_with_it(committing, place):
    kept = add(committing)
    with transaction.atomic():
        assert api.delete_documents(committing.uuid, because="withdrawn", at=make.EVE) == 1
        transaction.set_rollback(True)
    assert read(kept)[0] == kept
    assert api.delete_documents(committing.uuid, because="withdrawn", at=make.EVE) == 1
    assert files_in(place) == []


def test_f41_a_person_who_is_forgotten_leaves_no_paper(committing, place):
    other = apply(2)
    add(committing), add(other, papers.pdf(pages=2))
    api.refuse(committing.uuid, by=9, reason="No.", at=make.EVE)
    assert api.retire_person(1, at=make.EVE)["documents"] == 1
    assert len(files_in(place)) == 1
    assert models.ApplicationDocument.objects.get(application__user_id=1).fingerprint is None


def test_f14_a_process_that_dies_before_the_file_is_deleted_leaves_nothing_to_read(
    committing, place, monkeypatch
):
    kept = add(committing)
    monkeypatch.setattr(documents, "_finish", lambda _pk, _name: False)
    api.delete_documents(committing.uuid, because="withdrawn", at=make.EVE)
    monkeypatch.undo()
    assert len(files_in(place)) == 1
    with pytest.raises(UnknownDocument):
        read(kept, by=9, may_review=True)
    assert api.check_document_storage(at=make.EVE).half_deleted == (kept.uuid,)
    assert api.purge_documents(at=make.EVE) == (1, 0)
    assert (files_in(place), api.check_document_storage(at=make.EVE).is_clean) == ([], True)


def test_f14_a_process_that_dies_before_the_row_is_kept_leaves_a_file_that_purge_finds(
    applied, place, monkeypatch
):
    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    monkeypatch.setattr(documents, "_write", die)
    monkeypatch.setattr(document_files, "remove", lambda _name: False)
    with pytest.raises(Killed):
        add(applied)
    monkeypatch.undo()
    (file,) = files_in(place)
    tomorrow = clock.now() + timedelta(days=400)
    clock.use(None)
    written = clock.now()
    assert api.purge_documents(at=written) == (0, 0)
    found = api.check_document_storage(at=written + ONE_DAY + timedelta(minutes=1))
    assert found.orphans == (f"{file.parent.name}/{file.name}",)
    assert api.purge_documents(at=max(tomorrow, written + 2 * ONE_DAY)) == (1, 0)
    assert files_in(place) == []


def test_a_place_that_does_not_delete_is_told_and_tried_again(applied, place, monkeypatch):
    kept = add(applied)
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    later = make.EVE + timedelta(days=90)

    def refuse(*_):
        raise PermissionError("read-only file system")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.delete", refuse)
    assert api.purge_documents(at=later) == (0, 1)
    with pytest.raises(UnknownDocument):
        read(kept)
    monkeypatch.undo()
    clock.use(lambda: make.EVE)
    assert api.purge_documents(at=later) == (1, 0)


def test_the_check_names_what_is_missing_and_what_no_key_opens(applied, settings, place):
    first, second = add(applied), add(applied, papers.pdf(pages=2))
    assert api.check_document_storage(at=make.EVE).is_clean
    row = models.ApplicationDocument.objects.get(uuid=first.uuid)
    (place / row.file).unlink()
    settings.WAIVER_POLICY_DOCUMENT_KEYS = KEYS[1:2]
    found = api.check_document_storage(at=make.EVE)
    assert (found.kept, found.missing, found.unreadable) == (2, (first.uuid,), (second.uuid,))


# --- What the operator types and is told ----------------------------------------------------------


def run(*words):
    out = StringIO()
    code = 0
    try:
        call_command("waiver_policy_documents", *words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


def test_the_command_lists_deletes_and_checks(applied, place):
    kept = add(applied)
    assert run("list") == (0, f"{kept.uuid} identity, sent 2026-11-23, needed: the application "
                              "is open\n1 document kept, 0 due.\n")  # fmt: skip
    assert run("check") == (0, "1 document kept, every file in its place.\n")
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    assert "goes on 2027-02-21" in run("list")[1]
    assert run("purge") == (0, "0 files deleted.\n")
    clock.use(lambda: make.EVE + timedelta(days=90))
    assert "1 document kept, 1 due." in run("list")[1]
    assert run("purge") == (0, "1 file deleted.\n")
    assert run("purge") == (0, "0 files deleted.\n")
    assert run("list") == (0, "0 documents kept, 0 due.\n")


def test_the_command_says_that_somebody_must_look(applied, place):
    kept = add(applied)
    files_in(place)[0].unlink()
    assert run("check") == (
        1,
        f"{kept.uuid}: its file is missing.\n1 document kept. Look at these.",
    )


def test_a_site_that_takes_no_documents_has_nothing_to_delete_and_to_check(settings):
    settings.WAIVER_POLICY_DOCUMENTS = {}
    assert run("purge") == (0, "0 files deleted.\n")
    assert run("check") == (0, "0 documents kept, every file in its place.\n")


@pytest.mark.parametrize("action", ["purge", "check"])
def test_the_command_without_a_place_says_which_settings_are_missing(applied, settings, action):
    add(applied)
    settings.WAIVER_POLICY_DOCUMENTS = {}
    code, said = run(action)
    assert code == 1
    assert "WAIVER_POLICY_DOCUMENTS" in said


def ids():
    return [one.id for one in check_documents()]


def test_the_system_check_is_silent_where_all_is_well(place, settings):
    assert ids() == []
    settings.WAIVER_POLICY_DOCUMENTS = {}
    assert ids() == []


@pytest.mark.parametrize("name", ["MEDIA_ROOT", "STATIC_ROOT"])
def test_papers_in_a_folder_that_is_served_are_an_error(settings, tmp_path, name):
    setattr(settings, name, str(tmp_path / "private"))
    assert ids() == ["waiver_policy.E002"]
    setattr(settings, name, str(tmp_path / "private" / "papers" / "served"))
    assert ids() == ["waiver_policy.E002"]
    setattr(settings, name, str(tmp_path / "private" / "papersnot"))
    assert ids() == []


def test_papers_among_the_static_files_or_behind_a_link_are_an_error(settings, tmp_path):
    served = tmp_path / "served"
    (served / "x").mkdir(parents=True)
    settings.STATICFILES_DIRS = [("prefix", str(served))]
    link = tmp_path / "link"
    link.symlink_to(served / "x")
    settings.WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(link)}}
    link.chmod(0o700)
    assert ids() == ["waiver_policy.E002"]


def test_a_folder_that_others_look_into_is_a_warning(place):
    place.mkdir(parents=True)
    place.chmod(0o750)
    assert ids() == ["waiver_policy.W003"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("WAIVER_POLICY_DOCUMENTS", {"OPTIONS": {}}, "waiver_policy.E001"),
        ("WAIVER_POLICY_DOCUMENTS", {"BACKEND": "no.such.Storage"}, "waiver_policy.E001"),
        ("WAIVER_POLICY_DOCUMENT_KEYS", (), "waiver_policy.E003"),
        ("WAIVER_POLICY_DOCUMENT_KEYS", ("short",), "waiver_policy.E003"),
        ("WAIVER_POLICY_DOCUMENT_SCANNER", "no.such.scanner", "waiver_policy.E004"),
        ("WAIVER_POLICY_DOCUMENT_SCANNER", "waiver_policy.conf._FILES", "waiver_policy.E004"),
    ],
)
def test_settings_that_cannot_be_are_errors_and_show_no_key(settings, name, value, expected):
    setattr(settings, name, value)
    (found,) = check_documents()
    assert found.id == expected
    assert "short" not in found.msg


class Bucket:
    """A storage that is no folder."""

    def __init__(self, **options):
        self.options = options


@pytest.mark.parametrize(
    ("acl", "expected"), [("private", []), ("public-read", ["waiver_policy.E002"])]
)
def test_a_public_bucket_is_an_error(settings, monkeypatch, acl, expected):
    settings.WAIVER_POLICY_DOCUMENTS = {
        "BACKEND": f"{__name__}.Bucket", "OPTIONS": {"default_acl": acl},
    }  # fmt: skip
    monkeypatch.setattr("waiver_policy.conf.import_string", lambda _path: Bucket)
    settings.WAIVER_POLICY_DOCUMENT_SCANNER = ""
    assert ids() == expected


class Settings:
    """A settings module of the platform, as the plugin machinery hands it over."""

    def __init__(self, **values):
        self.INSTALLED_APPS = []
        self.__dict__.update(values)


@pytest.mark.parametrize("stage", [common, production])
def test_what_learners_write_is_left_out_of_the_tracking_log(stage):
    platform = Settings(TRACKING_IGNORE_URL_PATTERNS=["^/login"])
    stage.plugin_settings(platform)
    stage.plugin_settings(platform)
    assert platform.TRACKING_IGNORE_URL_PATTERNS == ["^/login", "^/fairgate/waivers/"]
    without = Settings()
    stage.plugin_settings(without)
    assert not hasattr(without, "TRACKING_IGNORE_URL_PATTERNS")


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["^/login"], ["waiver_policy.E005"]),
        ([common.UNTRACKED], []),
        (["^/fairgate/"], []),
        ([r".*"], []),
    ],
)
def test_a_tracking_log_that_keeps_what_learners_write_is_an_error(settings, patterns, expected):
    assert check_tracking() == []
    settings.MIDDLEWARE = ["common.djangoapps.track.middleware.TrackMiddleware"]
    settings.TRACKING_IGNORE_URL_PATTERNS = patterns
    assert [one.id for one in check_tracking()] == expected


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def people():
    """The learner (1), another (2), an author of courses (3), a reviewer (9)."""
    found = {
        number: User.objects.create(pk=number, username=f"person-{number}")
        for number in (1, 2, 3, 9)
    }
    found[3].is_staff = True
    found[3].save()
    review = Permission.objects.get(codename="review_application")
    found[9].user_permissions.add(review)
    return found


def upload(name="letter.pdf", content=None, kind="institution_letter", **more):
    from django.core.files.uploadedfile import SimpleUploadedFile

    body = papers.pdf() if content is None else content
    return {"kind": kind, "file": SimpleUploadedFile(name, body, "application/pdf"), **more}


def page_of(applied, name="documents"):
    return reverse(f"waiver_policy:{name}", args=[applied.uuid])


def test_a_learner_sends_a_paper_and_the_reviewer_finds_it(applied, client, people):
    client.force_login(people[1])
    sent = client.post(page_of(applied), upload(), follow=True).content.decode()
    assert "Your document is in." in sent
    assert (
        "Letter of an institution" in client.get(page_of(applied, "application")).content.decode()
    )
    client.force_login(people[9])
    review = client.get(page_of(applied, "review_one")).content.decode()
    (kept,) = api.list_documents(applied.uuid)
    assert reverse("waiver_policy:document", args=[kept.uuid]) in review


def test_a_paper_is_downloaded_under_a_policy_that_lets_it_do_nothing(applied, client, people):
    kept = add(applied)
    client.force_login(people[9])
    answer = client.get(reverse("waiver_policy:document", args=[kept.uuid]))
    assert (answer.status_code, answer.content) == (200, papers.pdf())
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(papers.pdf()))
    named = f"identity-{kept.uuid.hex[:8]}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{named}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "no-store" in answer["Cache-Control"]
    assert models.DocumentReading.objects.get().by == 9


@pytest.mark.parametrize("person", [2, 3])
def test_f24_nobody_else_finds_a_paper_or_its_pages(applied, client, people, person):
    kept = add(applied)
    client.force_login(people[person])
    addresses = [reverse("waiver_policy:document", args=[kept.uuid]), page_of(applied)]
    addresses += [page_of(applied, "countries"), page_of(applied, "seen")]
    assert [client.get(one).status_code for one in addresses] == [404] * 4
    assert client.post(page_of(applied), upload()).status_code == 404
    remove = reverse("waiver_policy:remove", args=[kept.uuid])
    assert client.post(remove).status_code == 404
    assert models.DocumentReading.objects.count() == 0
    assert len(api.list_documents(applied.uuid)) == 1


def test_one_click_takes_no_paper_back(applied, client, people):
    # given
    kept = add(applied)
    client.force_login(people[1])

    # when
    page = client.get(page_of(applied)).content.decode()
    (fold,) = re.findall("<details.*?</details>", page, re.DOTALL)

    # then
    address = reverse("waiver_policy:remove", args=[kept.uuid])
    assert address in fold
    assert address not in page.replace(fold, "")
    assert "Take back<span" in fold
    assert "The file is deleted at once." in fold
    assert "Delete the file<span" in fold


def test_a_stranger_is_sent_to_the_login(applied, client):
    kept = add(applied)
    for address in (reverse("waiver_policy:document", args=[kept.uuid]), page_of(applied)):
        assert client.get(address).status_code == 302


def test_a_reviewer_does_not_send_papers_for_a_learner(applied, client, people):
    client.force_login(people[9])
    assert client.post(page_of(applied), upload()).status_code == 404


def test_a_reviewer_reads_the_papers_of_their_own_application_as_a_learner_only(
    client, people, applied
):
    own = apply(9)
    kept = add(own)
    client.force_login(people[9])
    assert client.get(page_of(own)).status_code == 200
    assert client.get(reverse("waiver_policy:document", args=[kept.uuid])).status_code == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (papers.HTML, "This file is a web page. Please send a PDF"),
        (papers.archive("word/x"), "This file is a document of an office program."),
        (papers.scripted_pdf(), "holds a script"),
        (papers.pdf(password="x"), "is locked"),
        (b"", "This file is empty"),
    ],
)
def test_a_file_that_lies_is_answered_with_a_sentence_at_its_field(
    applied, client, people, content, words
):
    client.force_login(people[1])
    page = client.post(page_of(applied), upload(content=content)).content.decode()
    assert words in page
    assert 'id="id_file_error"' in page
    assert 'aria-describedby="id_file_error id_file_helptext" aria-invalid="true" autofocus' in page
    assert "<title>Error:" in " ".join(page.split())
    assert api.list_documents(applied.uuid) == ()


def test_a_file_that_is_too_large_is_never_taken_in_whole(applied, client, people, settings):
    settings.WAIVER_POLICY_DOCUMENT_MAX_BYTES = 1000
    client.force_login(people[1])
    page = client.post(page_of(applied), upload(content=b"%PDF-" + b"x" * 200_000)).content.decode()
    assert "too large: at most 1000\xa0bytes" in page
    assert "Please choose a file" not in page


@pytest.fixture
def two_a_minute(settings):
    settings.FAIRGATE_API_RATES = {"upload": "2/minute"}


@pytest.mark.usefixtures("two_a_minute")
def test_f28_who_sends_too_many_files_is_told_when_to_come_back_and_none_is_looked_at(
    applied, client, people, monkeypatch
):
    client.force_login(people[1])
    answers = [client.post(page_of(applied), upload(content=papers.EXE)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    monkeypatch.setattr(documents.rules, "check", lambda *_, **__: pytest.fail("was looked at"))
    again = client.post(page_of(applied), upload())
    page = again.content.decode()
    assert again.status_code == 429
    assert 0 < int(again["Retry-After"]) <= 60
    assert "You have sent many files in a short time, so this one was not looked at." in page
    assert 'role="alert"' in page
    assert api.list_documents(applied.uuid) == ()


@pytest.mark.usefixtures("two_a_minute")
def test_the_files_of_one_person_are_counted_and_nothing_else(applied, client, people):
    other = apply(2)
    client.force_login(people[1])
    for _ in range(4):
        assert client.get(page_of(applied)).status_code == 200
        client.post(page_of(applied), upload(content=papers.EXE))
    client.force_login(people[2])
    assert client.post(page_of(other), upload()).status_code == 302


@pytest.mark.usefixtures("two_a_minute")
def test_a_file_that_is_too_large_or_of_no_kind_is_a_file_that_was_sent(
    applied, client, people, settings
):
    client.force_login(people[1])
    client.post(page_of(applied), upload(kind="virus"))
    settings.WAIVER_POLICY_DOCUMENT_MAX_BYTES = 1000
    client.post(page_of(applied), upload(content=b"%PDF-" + b"x" * 200_000))
    assert client.post(page_of(applied), upload()).status_code == 429


def test_a_form_without_a_file_or_a_kind_says_so(applied, client, people):
    client.force_login(people[1])
    page = client.post(page_of(applied), {}).content.decode()
    assert "Please choose a file." in page
    assert client.post(page_of(applied), upload(kind="virus")).status_code == 200
    assert api.list_documents(applied.uuid) == ()


def test_f25_a_form_of_another_site_is_refused(applied, people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people[1])
    assert client.post(page_of(applied), upload()).status_code == 403
    client.get(page_of(applied))
    token = client.cookies["csrftoken"].value
    with_token = upload() | {"csrfmiddlewaretoken": token}
    assert client.post(page_of(applied), with_token).status_code == 302


def test_who_gives_no_year_of_birth_is_asked(applied, client, people, monkeypatch):
    monkeypatch.setattr(Platform, "born", None)
    client.force_login(people[1])
    assert "How old are you?" in client.get(page_of(applied)).content.decode()
    page = client.post(page_of(applied), upload()).content.decode()
    assert "Please say how old you are." in page
    page = client.post(page_of(applied), upload(kind="identity", age="minor")).content.decode()
    assert "only if a parent or guardian agrees" in page
    client.post(page_of(applied), upload(kind="identity", age="minor", guardian="on"))
    (kept,) = api.list_documents(applied.uuid)
    assert kept.for_minor is True


def test_who_is_of_age_is_asked_nothing_and_offered_no_school(applied, client, people):
    client.force_login(people[1])
    page = client.get(page_of(applied)).content.decode()
    assert not [word for word in ("How old", "guardian", "Letter of a school") if word in page]


def test_a_minor_is_offered_the_letter_of_a_school_first(applied, client, people, monkeypatch):
    monkeypatch.setattr(Platform, "born", 2012)
    client.force_login(people[1])
    page = client.get(page_of(applied)).content.decode()
    assert "How old" not in page
    assert page.index("Letter of a school") < page.index("Passport or identity card")


def test_a_learner_takes_a_paper_back(applied, client, people):
    kept = add(applied)
    client.force_login(people[1])
    address = reverse("waiver_policy:remove", args=[kept.uuid])
    assert client.get(address).status_code == 405
    page = client.post(address, follow=True).content.decode()
    assert "Your document is taken back" in page
    assert "the file was deleted on 23 November 2026" in page


def test_the_reviewer_is_told_of_the_same_file_and_of_a_minor(applied, client, people, monkeypatch):
    monkeypatch.setattr(Platform, "born", 2012)
    add(applied, guardian_agrees=True), add(apply(2), guardian_agrees=True)
    client.force_login(people[9])
    page = client.get(page_of(applied, "review_one")).content.decode()
    assert "The same file was sent from another account." in page
    assert "not of age" in page
    client.force_login(people[1])
    assert "another account" not in client.get(page_of(applied)).content.decode()


def test_where_no_papers_are_taken_the_pages_say_what_to_do(applied, client, people, settings):
    settings.WAIVER_POLICY_DOCUMENTS = {}
    settings.WAIVER_POLICY_APPEAL_CONTACT = "waivers@example.org"
    client.force_login(people[1])
    for name in ("documents", "application"):
        page = client.get(page_of(applied, name)).content.decode()
        assert "Documents cannot be sent on these pages." in page
        assert "waivers@example.org" in page
        assert 'type="file"' not in page
    page = client.post(page_of(applied), upload()).content.decode()
    assert "Documents cannot be sent on these pages." in page


def test_a_paper_that_cannot_be_opened_is_a_page_and_no_server_error(
    applied, client, people, place
):
    kept = add(applied)
    files_in(place)[0].unlink()
    client.force_login(people[9])
    answer = client.get(reverse("waiver_policy:document", args=[kept.uuid]))
    assert answer.status_code == 503
    assert "cannot be opened" in answer.content.decode()


@pytest.mark.parametrize("name", ["applicationdocument", "documentreading", "countryevidence"])
def test_the_admin_shows_rows_and_changes_none(applied, client, name):
    kept = add(applied)
    read(kept)
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get(reverse(f"admin:waiver_policy_{name}_changelist"))
    assert page.status_code == 200
    assert client.get(reverse(f"admin:waiver_policy_{name}_add")).status_code == 403


def reads_forms(get_response):
    """A middleware that reads every form before a view is asked, as some platforms have."""

    def answer(request):
        list(request.POST)
        return get_response(request)

    return answer


def test_a_document_comes_in_behind_a_middleware_that_reads_forms(
    applied, client, people, settings
):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.reads_forms"]
    client.force_login(people[1])
    assert client.post(page_of(applied), upload()).status_code == 302
    large = upload(content=b"%PDF-" + b"x" * settings.WAIVER_POLICY_DOCUMENT_MAX_BYTES)
    assert "too large" in client.post(page_of(applied), large).content.decode()
    assert len(api.list_documents(applied.uuid)) == 1
