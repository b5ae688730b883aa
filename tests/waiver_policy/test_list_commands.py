"""``waiver_policy_lists`` as an operator types it, and what the system check says of lists."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, load_command_class

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, models
from waiver_policy.checks import check_lists_and_policy

pytestmark = pytest.mark.django_db

DEFERRED = {"until_date": "2029-11-24"}


@pytest.fixture(autouse=True)
def now():
    moments = iter(make.EVE + timedelta(minutes=n) for n in range(1000))
    clock.use(lambda: next(moments))
    yield
    clock.use(None)


@pytest.fixture
def file(tmp_path):
    def write(text, name="new.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def run(*words):
    out = StringIO()
    code = 0
    try:
        call_command("waiver_policy_lists", *words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


def proposed(path, *more):
    code, told = run("propose", path, "--by", make.operator("ines"), *more)
    assert code == 0, told
    return str(api.list_proposals("proposed")[0].uuid)


def test_the_shipped_lists_come_with_the_states_that_are_no_more():
    assert run("load", "shipped")[0] == 0
    code, told = run("show", "--list", "LDC", "--history", "--on", "1980-01-01")
    assert code == 0
    assert "LDC-1: 54 rows" in told
    assert "  SKIN (Sikkim) - 1971-11-18 to 1975, left" in told
    assert "  YDYE (Democratic Yemen) - 1975-12-12 to 1990-05-22, left" in told


def test_the_second_edition_is_not_loaded_by_one_person(file):
    make.lists(make.list_text({}))
    code, told = run("load", file(make.list_text(DEFERRED)))
    assert code == 1
    assert (
        "A new one is proposed by one person and applied by another. Nothing was changed." in told
    )
    assert len(api.list_editions()) == 1


def test_an_edition_goes_from_a_file_to_a_proposal_to_an_edition(file):
    make.lists(make.list_text({}))
    path = file(make.list_text(DEFERRED))
    code, told = run(
        "propose", path, "--by", make.operator("ines"), "--source", "UN", "--symbol", "A/81/L.5",
        "--published-on", "2026-11-23", "--label", "2026-11",
    )  # fmt: skip
    assert code == 0
    uuid = str(api.list_proposals("proposed")[0].uuid)
    assert "~ LDC LA: LA - 1971-11-18 to 2026-11-24, scheduled  =>  " in told
    assert "Answers from now on change for LDC: LA." in told
    assert "Touches 0 open applications, 0 live grants (they stand), 0 decisions of" in told
    assert f"apply {uuid} --by USER" in told
    assert f"{uuid} (LDC) proposed by ines on " in run("proposals")[1]
    code, told = run("apply", uuid, "--by", "ines")
    assert (code, len(api.list_editions())) == (1, 1)
    assert "another person applies or rejects it. Nothing was changed." in told
    code, told = run("apply", uuid, "--by", make.operator("bo"))
    assert (code, told) == (0, "LDC-2 loaded: 1 row.\n")
    assert "from UN A/81/L.5 2026-11, proposed by ines, loaded by bo" in run("show")[1]
    assert run("proposals")[1] == "0 proposals.\n"
    assert "applied by bo" in run("proposals", "--all")[1]


def test_a_proposal_names_the_uuids_that_it_touches_and_nobody(file):
    make.lists(make.list_text({}))
    make.policy(make.policy_text(make.LDC_FREE))
    grant = make.grant(1, country="LA", cost=None)
    uuid = proposed(file(make.list_text(DEFERRED)))
    code, told = run("impact", uuid, "--days", "1")
    assert code == 0
    assert "1 live grant (they stand), 1 decision of the last 1 days; 1 learner in all." in told
    assert f"  grant {grant.uuid}" in told


def test_a_proposal_is_rejected_with_a_reason(file):
    make.lists(make.list_text({}))
    uuid = proposed(file(make.list_text(DEFERRED)))
    code, told = run("reject", uuid, "--by", make.operator("bo"), "--reason", "Not decided.")
    assert code == 0
    assert "rejected by bo: Not decided." in told
    assert run("apply", uuid, "--by", "bo")[0] == 1


def test_a_truncated_list_is_not_proposed_unless_asked(file):
    make.lists(make.list_text({}, {"iso3166_alpha2": "NP"}))
    path = file(make.list_text({}))
    code, told = run("propose", path, "--by", make.operator("ines"))
    assert code == 1
    assert "vanish without an until_date: NP (LDC). Is the file complete?" in told
    assert api.list_proposals() == ()
    assert proposed(path, "--allow-removals")


def test_what_was_known_is_shown_as_it_was_known(file):
    make.lists(make.list_text({}))
    uuid = proposed(file(make.list_text(DEFERRED)))
    run("apply", uuid, "--by", make.operator("bo"))
    on = ("show", "--list", "LDC", "--on", "2026-11-24")
    assert "LDC on 2026-11-24: 1 member\n" in run(*on)[1]
    assert "LDC on 2026-11-24: 0 members\n" in run(*on, "--known-on", "2026-11-22")[1]
    told = run(*on, "--known-on", make.EVE.isoformat())[1]
    assert "LDC-2" not in told
    assert run(*on, "--known-on", "2026-07-01")[1].startswith("No list is loaded yet.")


def test_a_list_that_nobody_keeps_ends_with_1():
    make.lists(make.list_text({}))
    code, told = run("show", "--list", "OECD")
    assert code == 1
    assert "“OECD” is not a list we know" in told
    assert run("export", "OECD")[0] == 1


def test_contested_rows_are_told_until_somebody_confirms():
    make.lists()
    for country in ("BD", "NP"):
        code, told = run("check")
        assert code == 1
        assert f"LDC-1, {country}: leaves on 2026-11-24 by the rule in force; " in told
        code, told = run(
            "confirm", "LDC", country, "--by", make.operator("ines"), "--note", "Seen at un.org.",
            "--until", "2026-11-24",
        )  # fmt: skip
        assert (code, told) == (0, f"LDC-1, {country}: 2026-11-24 is confirmed.\n")
    assert run("check") == (0, "Every list is loaded, and no row is contested.\n")
    assert [w.id for w in check_lists_and_policy(databases=["default"])] == []
    kept = models.MembershipConfirmation.objects.get(country="BD")
    assert kept.note == "Seen at un.org."


def test_the_end_that_was_asked_for_is_not_confirmed_but_proposed():
    make.lists()
    code, told = run(
        "confirm", "LDC", "BD", "--by", make.operator("ines"), "--note", "x", "--until",
        "2029-11-24",
    )  # fmt: skip
    assert code == 1
    assert "Another end comes with a new edition. Nothing was changed." in told


def test_an_old_edition_is_told_and_blocks_nothing(settings):
    settings.WAIVER_POLICY_LIST_DAYS = 100
    make.lists()
    for country in ("BD", "NP"):
        api.confirm_membership("LDC", country, by=make.operator("ines"), note="Seen.", at=make.EVE)
    code, told = run("check")
    assert code == 1
    assert "LDC-1 is of 2026-08-01, older than 100 days. Look for a newer publication" in told
    warnings = check_lists_and_policy(databases=["default"])
    assert {warning.id for warning in warnings} == {"waiver_policy.W010"}
    assert api.is_member("LDC", "LA", on=make.EVE.date(), known_at=make.EVE)


def test_a_proposal_that_waits_is_told_and_is_no_fault(file):
    make.lists()
    for country in ("BD", "NP"):
        api.confirm_membership("LDC", country, by=make.operator("ines"), note="Seen.", at=make.EVE)
    uuid = proposed(file(make.named_text({})))
    code, told = run("check")
    assert code == 0
    assert f"{uuid} (R4L_A) proposed by ines" in told


def test_an_export_is_csv_that_runs_no_formula():
    make.lists(make.named_text({"note": "=1+1", "value": "+3"}))
    rows = list(csv.DictReader(StringIO(run("export", "R4L_A")[1])))
    assert [(row["code"], row["value"], row["note"]) for row in rows] == [("ET", "'+3", "'=1+1")]


def test_a_table_by_key_is_loaded_and_shown(file):
    assert (
        run("load", file(make.named_text({"list": "FEES", "key": "student", "value": "5"})))[0] == 0
    )
    told = run("show", "--list", "FEES")[1]
    assert "  student - 2020-01-01 to open, current, value: 5" in told


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (make.list_text({}).replace(",", ";").encode(), "line 1: the cells are separated by semic"),
        (make.list_text({}).encode("utf-16"), ": is UTF-16 text; save it as UTF-8."),
        (b"", ": is empty."),
        (b"\xef\xbb\xbf", ": is empty."),
        (b"\n", ": is empty."),
        (make.list_text({}, {})[:-20].encode(), "line 3: the file ends within this row"),
        (make.list_text({}, {}).encode(), "line 3, from_date: LA is on LDC twice"),
        (make.list_text({"group": "OECD"}).encode(), "line 2, group: “OECD” is not known here"),
        (b"PK\x03\x04\x00\x00", ": is a spreadsheet or another ZIP archive"),
        (bytes(range(256)), "is not UTF-8 text."),
        (b"x" * (5 * 1024 * 1024 + 1), ": is larger than 5 MB."),
    ],
    ids=["semicolons", "utf-16", "empty", "mark only", "blank line", "cut", "twice", "group",
         "spreadsheet", "binary", "huge"],
)  # fmt: skip
@pytest.mark.parametrize("action", ["load", "diff", "propose"])
def test_a_file_that_cannot_be_read_ends_with_2_and_leaves_nothing(file, action, raw, sentence):
    by = ("--by", make.operator("ines")) if action == "propose" else ()
    code, told = run(action, file(raw), *by)
    assert code == 2
    assert sentence in told
    assert told.endswith("\nNothing was loaded.")
    assert len(told.splitlines()) <= 3
    assert (api.list_editions(), api.list_proposals()) == ((), ())


def test_a_file_with_the_mark_of_a_spreadsheet_is_loaded(file):
    assert run("load", file(make.list_text({}).encode("utf-8-sig")))[0] == 0


def test_one_list_in_two_files_is_refused(file):
    paths = [file(make.list_text({}), name) for name in ("a.csv", "b.csv")]
    code, told = run("load", *paths)
    assert code == 2
    assert "b.csv: the list LDC stands in another of these files too." in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "--known-on", "yesterday"), "“yesterday” is not a moment like"),
        (("impact", "0" * 32, "--days", "many"), "a whole number of days"),
        (("show", "--on", "24.11.2026"), "“24.11.2026” is not a date"),
        (("apply", "LDC-2", "--by", "bo"), "“LDC-2” is not the UUID of a proposal"),
        (("impact", "x"), "“x” is not the UUID of a proposal"),
        (("confirm", "LDC", "BD", "--by", "bo"), "required: --note"),
        (("confirm", "LDC", "BD", "--note", "x"), "required: --by"),
        (("propose", "shipped"), "required: --by"),
        (("propose", "shipped", "--by", "bo", "--label", "x" * 41), "at most 40 can be kept"),
        (("load",), "required: FILE"),
    ],
)
def test_a_wrong_option_ends_with_2(words, sentence, capsys):
    command = load_command_class("waiver_policy", "waiver_policy_lists")
    with pytest.raises(SystemExit) as ended:
        command.run_from_argv(["manage.py", "waiver_policy_lists", *words])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_somebody_who_is_no_user_proposes_nothing():
    make.lists(make.list_text({}))
    code, told = run("propose", "shipped", "--by", "nobody")
    assert code == 1
    assert "“nobody” is not the name of an active user of this site." in told


def test_a_day_is_told_as_exactly_as_it_is_known_and_with_its_source(file):
    late = {"iso3166_alpha2": "AO", "from_date": "1994-01-01", "from_precision": "year"}
    run("load", file(make.list_text(late | {"source": "UN CDP"})), "--by", "ines")
    told = run("show", "--list", "LDC")[1]
    assert "  AO - 1994 to 2026-11-24, scheduled, source: UN CDP\n" in told


@pytest.mark.parametrize("action", ["load", "propose"])
def test_nothing_is_published_on_a_day_to_come(file, action):
    if action == "propose":
        make.lists(make.list_text({}))
    before = api.list_editions()
    day = make.EVE.date() + timedelta(days=1)
    path = file(make.list_text(DEFERRED))
    code, told = run(action, path, "--by", make.operator("ines"), "--published-on", f"{day}")
    assert (code, told.startswith(f"{day} is to come")) == (1, True)
    assert (api.list_editions(), api.list_proposals()) == (before, ())


def test_the_same_is_proposed_once_while_it_waits(file):
    # given
    make.lists(make.list_text({}))
    path = file(make.list_text(DEFERRED))
    first = proposed(path)

    # when
    code, told = run("propose", path, "--by", make.operator("bo"))
    other = run("propose", path, "--by", "bo", "--source", "Another")

    # then
    assert (code, other[0]) == (1, 0)
    assert f"The same is proposed already, as {first}, and waits for a second person." in told
    api.reject_edition(first, by="bo", reason="No.", at=make.EVE)
    assert run("propose", path, "--by", "ines")[0] == 0
