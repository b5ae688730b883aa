"""What the operator types and is told: commands, system checks, the admin."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command, load_command_class

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, models
from waiver_policy.checks import check_lists_and_policy

pytestmark = pytest.mark.django_db

CASES = """\
- {policy: our-ldc-sids-default, country: "LA", as_of: "2026-11-23", expect: {label: ldc}}
- {policy: our-ldc-sids-default, country: "", as_of: "2026-11-23", expect: {label: null, missing: ask}}
- {policy: our-ldc-sids-default, country: "GU", as_of: "2026-11-23", expect: {label: sids_associate, route: manual_review, price_of_100: "50.00"}}
"""  # noqa: E501 - a vector is a line


@pytest.fixture(autouse=True)
def eve():
    clock.use(lambda: make.EVE)
    yield
    clock.use(None)


def run(*words):
    out = StringIO()
    code = 0
    try:
        call_command(*words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


@pytest.fixture
def cases(tmp_path):
    def write(text=CASES):
        path = tmp_path / "cases.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_policies_are_checked_against_vectors(cases):
    code, told = run("waiver_policy_check", str(make.SHIPPED_POLICY), cases())
    assert (code, told) == (0, "1 policy, 3 vectors, 0 failed\n")


def test_an_expectation_about_the_decision_that_fails_says_what_was_decided(cases):
    wanted = "expect: {label: ldc, outcome: review, reasons: [IN_GRACE], missing_facts: [x]}}\n"
    path = cases(
        f'- {{policy: {make.SLUG}, country: "LA", as_of: "2026-11-23", {wanted}'
    )  # fmt: skip
    code, told = run("waiver_policy_check", str(make.SHIPPED_POLICY), path)
    assert code == 1
    assert "outcome is granted, expected review." in told
    assert "reasons is LIST_MEMBER, expected IN_GRACE." in told
    assert "missing_facts is none, expected x." in told


def test_the_command_wants_two_files():
    code, told = run("waiver_policy_check", str(make.SHIPPED_POLICY))
    assert (code, told) == (2, "Two files are needed: POLICIES.yaml CASES.yaml.")


def test_a_failing_vector_has_its_line_and_the_exit_code_is_1(cases):
    path = cases(CASES.replace("label: ldc", "label: lldc"))
    code, told = run("waiver_policy_check", str(make.SHIPPED_POLICY), path)
    assert code == 1
    assert f"{path}, line 1: {make.SLUG}, LA, 2026-11-23: label is ldc, expected lldc." in told
    assert "1 policy, 3 vectors, 1 failed" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {policy: nobody, as_of: \"2026-11-23\", expect: {label: null}}", "no policy “nobody”"),
        ("- {policy: our-ldc-sids-default, expect: {label: null}}", "“as_of” is missing"),
        ("- {policy: our-ldc-sids-default, as_of: \"23.11.2026\", expect: {label: null}}",
         "line 1, [0].as_of: “23.11.2026” is not a date"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\", expect: {label: vip}}",
         "has no rule “vip”"),
        ("- {policy: our-ldc-sids-default, country: NO WAY, as_of: \"2026-11-23\","
         " expect: {label: null}}", "not a country code"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\", expekt: {label: null}}",
         "this word is not known"),
        ("- [", "is not YAML"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\", facts: [a],"
         " expect: {label: null}}", "facts: a mapping of names to values"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\", lists: [a],"
         " expect: {label: null}}", "lists: a mapping of lists to country codes"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\","
         " expect: {label: null, waived: \"USD 1.00\"}}", "waived: this takes a “price”"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\", price: \"100 USD\","
         " expect: {label: null}}", "“100 USD” is not an amount like USD 100.00"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\","
         " expect: {label: null, price_of_100: half}}", "an amount like \"52.50\""),
        ("- {policy: our-ldc-sids-defalt, as_of: \"2026-11-23\", expect: {label: null}}",
         "did you mean “our-ldc-sids-default”?"),
        ("- {policy: our-ldc-sids-default, as_of: \"2026-11-23\","
         " expect: {label: null, outcome: given}}", "“given” is not known here"),
    ],
)  # fmt: skip
def test_malformed_vectors_end_with_2(cases, text, words):
    code, told = run("waiver_policy_check", str(make.SHIPPED_POLICY), cases(text))
    assert code == 2
    assert words in told


def test_a_file_that_is_not_there_ends_with_2(cases):
    code, told = run("waiver_policy_check", "/nowhere.yaml", cases())
    assert code == 2
    assert "/nowhere.yaml: cannot be read" in told


def test_lists_are_loaded_shown_and_found_unchanged():
    assert run("waiver_policy_lists", "load", "shipped", "--source", "UN")[0] == 0
    code, told = run("waiver_policy_lists", "load", "shipped")
    assert (code, told.splitlines()[-1]) == (0, "Nothing new.")
    code, told = run("waiver_policy_lists", "show", "--on", "2026-11-24", "--list", "LDC")
    assert "LDC on 2026-11-24: 41 members" in told
    assert "  UG - 1971" in told or "  UG" in told


def test_contested_rows_are_told_with_exit_code_1():
    run("waiver_policy_lists", "load", "shipped")
    code, told = run("waiver_policy_lists", "check")
    assert code == 1
    assert "LDC-1, BD: leaves on 2026-11-24" in told
    assert "2 to confirm. The dates in force decide." in told


def test_a_list_that_is_missing_is_told():
    make.lists(make.list_text({}))
    code, told = run("waiver_policy_lists", "check")
    assert code == 1
    assert "SIDS has no edition" in told


def test_a_difference_is_shown_and_nothing_loaded(tmp_path):
    make.lists(make.list_text({}))
    path = tmp_path / "new.csv"
    path.write_text(make.list_text({"until_date": "2029-11-24"}), encoding="utf-8")
    code, told = run("waiver_policy_lists", "diff", str(path))
    assert code == 0
    assert "~ LDC LA" in told
    assert "1 difference." in told
    assert len(api.list_editions()) == 1


def test_a_malformed_list_ends_with_2_and_loads_nothing(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(make.list_text({}, {"iso3166_alpha2": "QQ"}), encoding="utf-8")
    code, told = run("waiver_policy_lists", "load", str(path))
    assert code == 2
    assert f"{path}, line 3, iso3166_alpha2: “QQ” is not a country code we know." in told
    assert "Nothing was loaded." in told
    assert api.list_editions() == ()


def test_a_policy_is_loaded_and_activated():
    make.lists()
    ines = make.operator("ines")
    told = [
        run("waiver_policy_policies", *words)[1]
        for words in (("load", "shipped", "--by", ines), ("activate", make.SLUG, "--by", ines),
                      ("activate", make.SLUG, "--by", ines), ("show",))
    ]  # fmt: skip
    assert told[:3] == [
        f"{make.SLUG} v1: loaded as a draft.\n",
        f"{make.SLUG} v1 is active now.\n",
        f"{make.SLUG} v1 was active already.\n",
    ]
    assert f"{make.SLUG} v1: active" in told[3]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("waiver_policy_lists", "load", "shipped", "--by", "x" * 151),
         "argument --by: the text has 151 characters; at most 150 can be kept."),
        (("waiver_policy_lists", "load", "shipped", "--source", "x" * 501),
         "argument --source: the text has 501 characters; at most 500 can be kept."),
        (("waiver_policy_lists", "load", "shipped", "--symbol", "x" * 101),
         "argument --symbol: the text has 101 characters; at most 100 can be kept."),
        (("waiver_policy_policies", "load", "shipped", "--by", "x" * 151),
         "argument --by: the text has 151 characters; at most 150 can be kept."),
        (("waiver_policy_policies", "activate", make.SLUG, "--by", "x" * 151),
         "argument --by: the text has 151 characters; at most 150 can be kept."),
        *(
            (("waiver_policy_policies", "activate", make.SLUG, "--policy-version", number),
             "argument --policy-version: a whole number from 1 to 2147483647 is needed.")
            for number in ("9" * 30, "9" * 5000, "2147483648", "0", "one", "²")
        ),
    ],
    ids=lambda value: value[-2] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_an_option_that_no_column_holds_ends_with_2_and_loads_nothing(words, sentence, capsys):
    with pytest.raises(SystemExit) as ended:
        load_command_class("waiver_policy", words[0]).run_from_argv(["manage.py", *words])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
    assert (api.list_editions(), api.list_policies()) == ((), ())


@pytest.mark.parametrize(
    ("codename", "allowed"),
    [("add_policyversion", "load"), ("activate_policy", "activate"), ("activate_policy", "retire")],
)
def test_who_answers_for_a_policy_exists_and_may(codename, allowed):
    # given
    make.lists()
    make.policy()
    before = api.list_policies()
    other = {"add_policyversion", "activate_policy"} - {codename}
    user = User.objects.create(username="ines")
    user.user_permissions.set(Permission.objects.filter(codename__in=other))
    what = "shipped" if allowed == "load" else make.SLUG

    # when
    unknown = run("waiver_policy_policies", allowed, what, "--by", "Ines")
    lacking = run("waiver_policy_policies", allowed, what, "--by", "ines")

    # then
    assert (unknown[0], lacking[0]) == (1, 1)
    assert "“Ines” is not the name of an active user of this site." in unknown[1]
    assert f"the permission waiver_policy.{codename} is missing" in lacking[1]
    assert api.list_policies() == before
    user.user_permissions.set(Permission.objects.filter(codename=codename))
    assert run("waiver_policy_policies", allowed, what, "--by", "ines")[0] == 0


def test_a_policy_without_its_lists_is_not_activated():
    ines = make.operator("ines")
    run("waiver_policy_policies", "load", "shipped", "--by", ines)
    code, told = run("waiver_policy_policies", "activate", make.SLUG, "--by", ines)
    assert code == 1
    assert "The list LDC has no edition." in told


def test_system_checks_warn_of_contested_rows_and_of_no_policy():
    make.lists()
    api.load_policy(make.SHIPPED_POLICY.read_text(encoding="utf-8"), file="p", by="x", at=make.EVE)
    found = check_lists_and_policy(databases=["default"])
    assert [warning.id for warning in found] == ["waiver_policy.W001"] * 2 + ["waiver_policy.W002"]
    assert "BD leaves the list LDC on 2026-11-24" in found[0].msg
    assert check_lists_and_policy(databases=None) == []


def test_without_a_policy_the_full_fee_is_due_and_nothing_breaks():
    decision = api.decide(make.applicant(), offering_code=make.COURSE, at=make.EVE)
    assert (decision.outcome, decision.reasons[0].code) == ("refused", "NO_ACTIVE_POLICY")
    assert api.explain(decision)[0] == "No waiver applies; the full fee is due."


@pytest.mark.parametrize(
    "model", ["listedition", "listmembership", "waiverdecision", "waivergrant", "waiverfund",
              "fundentry", "waiverapplication", "pricelock", "waitingplace", "quotasubject"],
)  # fmt: skip
def test_the_admin_shows_evidence_and_changes_none(client, model):
    make.programme()
    make.grant()
    client.force_login(User.objects.create(username="root", is_superuser=True, is_staff=True))
    assert client.get(f"/admin/waiver_policy/{model}/").status_code == 200
    assert client.get(f"/admin/waiver_policy/{model}/add/").status_code == 403
    assert models.FundEntry.objects.count() == 2
