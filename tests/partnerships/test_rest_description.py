"""What the description of the API of partners says, and that its answers are like that."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from drf_spectacular.validation import validate_schema

from factories import recognition
from factories.brand import drawing, sent
from factories.partners_rest import (
    ROOT,
    client_of,
    delivery,
    fulfilment,
    pdf,
    post,
    send,
)
from factories.partnerships import (
    COURSE,
    PROMISES,
    colleague,
    load,
    propose_change,
    terms_text,
    version_text,
)
from factories.rest_callers import JSON
from fairgate import clock
from partnerships import api, models
from partnerships.rest import urls

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
WHY, NO = {"reason": "Review"}, {"sentence": "No."}
ACTUAL = {"code": "TRAINED", "on": "2027-01-10", "value": "42", "source": "Report 1"}


@pytest.fixture(autouse=True)
def now(settings):
    """A clock that is asked, and has moved on by a second."""
    settings.FAIRGATE_API_RATES = dict.fromkeys(("read", "write", "upload"), "1000/minute")
    seconds = itertools.count()
    clock.use(lambda: NOON + timedelta(seconds=next(seconds)))
    yield
    clock.use(None)


@pytest.fixture
def document():
    return client_of("").get(f"{ROOT}openapi/").json()


@pytest.fixture
def version():
    """An agreement in force, under which GSMA has given enough for an award, and has it."""
    recognition.gold()
    return api.list_versions(at=NOON)[0]


def root():
    """Somebody who may everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_the_description_names_every_path_and_is_valid(document):
    assert len(document["paths"]) == len(urls.described)
    validate_schema(document)


def test_what_makes_something_takes_a_key(document):
    made, keyed = set(), set()
    for methods in document["paths"].values():
        for operation in methods.values():
            if "201" in operation["responses"]:
                made.add(operation["operationId"])
            for one in operation.get("parameters", ()):
                if (one["in"], one["name"], one.get("required")) == (
                    "header", "Idempotency-Key", True,
                ):  # fmt: skip
                    keyed.add(operation["operationId"])

    assert keyed == made
    assert keyed == {
        "record_fulfilment", "record_delivery", "record_actual", "propose_promotion",
        "send_picture", "add_contact", "record_due_diligence", "ask_end", "propose_scheme",
        "propose_award",
    }  # fmt: skip


def test_answers_are_as_the_description_says(document, version):
    officer, client = client_of("officer"), root()
    send(officer, f"agreements/{version.uuid}/fulfilments/", file=pdf(), **fulfilment())
    send(officer, f"agreements/{version.uuid}/deliveries/", **delivery())
    post(officer, f"agreements/{version.uuid}/actuals/", ACTUAL)
    api.ask_end(version.uuid, last_day=date(2027, 3, 31), reason="Both", by=1, at=NOON)
    contact = api.add_contact("GSMA", role="finance", name="F.", email="f@example.org", at=NOON)
    api.record_due_diligence(
        "GSMA", accepted=True, expires_on=date(2031, 1, 31), by=colleague(), at=NOON
    )
    propose_change(text=recognition.TERMS, at=NOON)
    award = api.awards(at=NOON)[0]
    keys = {
        "agreements": version.uuid,
        "contacts": contact,
        "schemes": award.scheme,
        "awards": award.uuid,
        "pictures": sent().uuid,
        "promotions": propose(version),
        "evidence": models.EvidenceFile.objects.get().uuid,
        "partners": "GSMA",
        "due-diligence": "waiting",
        "partner-changes": "waiting",
        "courses": COURSE,
    }

    asked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        kind = path.split("/")[1]
        url = ROOT.rstrip("/") + re.sub(r"{\w+}", str(keys[kind]), path)
        days = {"since": "2026-10-01", "until": "2026-10-31"} if "reached" in path else {}
        answer = client.get(url, days)
        assert answer.status_code == 200, (url, answer.content)
        content = methods["get"]["responses"]["200"]["content"]
        if JSON in content:
            assert differences(answer.json(), content[JSON]["schema"], document, path) == []
        else:
            assert answer["Content-Type"] in content
        asked += 1
    assert asked == 30


def propose(version, text="Free reports"):
    body = {
        "agreement": str(version.uuid), "place": "course", "course": COURSE, "language": "en",
        "text": text, "url": "https://www.gsma.example/", "first_day": "2027-02-01",
        "last_day": "2027-09-30",
    }  # fmt: skip
    answer = post(client_of("officer"), "partners/GSMA/promotions/", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["uuid"]


def picture(client):
    return send(
        client, "partners/GSMA/pictures/", background="light", seen_en="Waves",
        file=SimpleUploadedFile("a.svg", drawing()),
    )  # fmt: skip


def test_every_act_answers_as_the_description_says(document, version):
    acts = {**of_records(version), **of_showing(version), **of_recognition(), **of_people()}
    acts |= (
        of_due_diligence() | of_changes_of_partners() | of_the_way_of_a_text() | of_ends(version)
    )

    described = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for method, operation in methods.items()
        if method != "get"
    }
    assert set(acts) == set(described)
    for name, answer in acts.items():
        assert answer.status_code < 300, (name, answer.content)
        told = described[name]["responses"][str(answer.status_code)]
        if answer.status_code == 204:
            assert answer.content == b""
        else:
            schema = told["content"][JSON]["schema"]
            assert differences(answer.json(), schema, document, name) == []


def of_records(version):
    officer, colleague = client_of("officer"), client_of("", "view_agreement", "accept_delivery")
    path = f"agreements/{version.uuid}/"
    acts = {
        "record_fulfilment": send(officer, f"{path}fulfilments/", **fulfilment()),
        "record_delivery": send(officer, f"{path}deliveries/", **delivery()),
        "record_actual": post(officer, f"{path}actuals/", ACTUAL),
    }
    other = send(officer, f"{path}deliveries/", **delivery(amount="7.00")).json()["record"]
    first = acts["record_delivery"].json()["record"]
    acts["accept_delivery"] = post(colleague, f"deliveries/{first}/accept/")
    acts["refuse_delivery"] = post(colleague, f"deliveries/{other}/refuse/", WHY)
    return acts


def of_showing(version):
    officer, colleague = client_of("officer"), root()
    acts = {"send_picture": picture(officer)}
    keys = {
        "picture": [acts["send_picture"].json()["uuid"], str(sent().uuid)],
        "promotion": [propose(version), propose(version)],
    }
    for kind, (first, second) in keys.items():
        acts[f"approve_{kind}"] = post(colleague, f"{kind}s/{first}/approve/")
        acts[f"withdraw_{kind}"] = post(colleague, f"{kind}s/{first}/withdraw/", WHY)
        acts[f"refuse_{kind}"] = post(colleague, f"{kind}s/{second}/refuse/", NO)
    body = {
        "agreement": str(version.uuid), "place": "catalogue", "language": "en", "text": "Third",
        "url": "https://www.gsma.example/", "first_day": "2027-02-01", "last_day": "2027-09-30",
    }  # fmt: skip
    acts["propose_promotion"] = post(officer, "partners/GSMA/promotions/", body)
    User.objects.filter(username="root").delete()
    return acts


def of_recognition():
    first = client_of("", "propose_recognitionscheme", "propose_recognitionaward")
    second = client_of(
        "", "confirm_recognitionscheme", "confirm_recognitionaward", "revoke_recognitionaward"
    )
    acts = {"propose_scheme": post(first, "schemes/", scheme("2027-03-01"))}
    other = post(first, "schemes/", scheme("2027-04-01")).json()["uuid"]
    key = acts["propose_scheme"].json()["uuid"]
    acts["confirm_scheme"] = post(second, f"schemes/{key}/confirm/")
    acts["refuse_scheme"] = post(second, f"schemes/{other}/refuse/", WHY)
    acts["propose_award"] = post(first, "partners/GSMA/awards/", award("2027-11-01", "2028-10-31"))
    key = acts["propose_award"].json()["uuid"]
    later = award("2028-11-01", "2029-10-31")
    other = post(first, "partners/GSMA/awards/", later).json()["uuid"]
    acts["confirm_award"] = post(second, f"awards/{key}/confirm/")
    acts["refuse_award"] = post(second, f"awards/{other}/refuse/", WHY)
    acts["revoke_award"] = post(second, f"awards/{key}/revoke/", WHY)
    return acts


def scheme(first_day):
    return {"text": recognition.tiers_text(valid_from=first_day), "reason": "Next"}


def award(first_day, last_day):
    return {
        "since": "2026-10-01", "until": "2026-10-31", "valid_from": first_day,
        "valid_until": last_day, "reason": "For 2028",
    }  # fmt: skip


def of_people():
    client, named = root(), User.objects.create_user("pia")
    acts = {
        "add_contact": post(
            client, "partners/GSMA/contacts/",
            {"role": "focal_point", "name": "Fay", "email": "fay@example.org", "language": "fr"},
        ),
        "add_person": client.put(
            f"{ROOT}partners/GSMA/people/", {"username": "pia", "role": "officer"},
            content_type=JSON,
        ),
        "remove_person": client.delete(f"{ROOT}partners/GSMA/people/{named.pk}/"),
    }  # fmt: skip
    key = acts["add_contact"].json()["uuid"]
    acts["remove_contact"] = client.delete(f"{ROOT}contacts/{key}/")
    User.objects.filter(username="root").delete()
    return acts


DILIGENCE = "partners/GSMA/due-diligence/"


def of_due_diligence():
    first = client_of("", "add_duediligencecheck")
    second = client_of("", "confirm_duediligenceproposal")
    body = {"accepted": True, "expires_on": "2031-01-31"}
    refused = post(first, DILIGENCE, body).json()["uuid"]
    acts = {"refuse_due_diligence": post(second, f"due-diligence/{refused}/refuse/", WHY)}
    acts["record_due_diligence"] = post(first, DILIGENCE, body)
    key = acts["record_due_diligence"].json()["uuid"]
    acts["confirm_due_diligence"] = post(second, f"due-diligence/{key}/confirm/")
    return acts


def of_changes_of_partners():
    second, at = client_of("", "confirm_partnerchange"), clock.now()
    refused, path = propose_change(text=recognition.TERMS, at=at).uuid, "partner-changes"
    acts = {"refuse_partner_change": post(second, f"{path}/{refused}/refuse/", WHY)}
    key = propose_change("GSMA Global", text=recognition.TERMS, at=at).uuid
    acts["confirm_partner_change"] = post(second, f"{path}/{key}/confirm/")
    return acts


def test_a_refusal_of_due_diligence_answers_as_the_description_says(document, version):
    body = {"accepted": False, "expires_on": "2031-01-31"}

    answer = post(client_of("", "add_duediligencecheck"), DILIGENCE, body)

    told = document["paths"]["/partners/{code}/due-diligence/"]["post"]["responses"]
    assert answer.status_code == 201
    schema = told["201"]["content"][JSON]["schema"]
    assert differences(answer.json(), schema, document, "refusal") == []


def of_the_way_of_a_text():
    load(terms_text(version_text(agreement="NEXT", revenue="", promises=PROMISES)))
    draft = next(one for one in api.list_versions(at=clock.now()) if one.agreement == "NEXT")
    path = f"agreements/{draft.uuid}"
    first = client_of("", "view_agreement", "submit_agreementversion", "sign_agreementversion")
    second = client_of("", "view_agreement", "approve_agreementversion", "suspend_agreement")
    acts = {"submit": post(first, f"{path}/submit/", {"note": "As talked over"})}
    acts["return_to_draft"] = post(second, f"{path}/return/", WHY)
    post(first, f"{path}/submit/")
    acts["approve"] = post(second, f"{path}/approve/")
    acts["consent"] = post(client_of("signatory"), f"{path}/consent/", {"checksum": draft.checksum})
    acts["sign"] = post(first, f"{path}/sign/", {"side": "host", "signed_by": "H. Host"})
    acts["suspend"] = post(second, f"{path}/suspend/", WHY)
    acts["ask_resume"] = post(second, f"{path}/resume/", WHY)
    third = client_of("", "view_agreement", "confirm_resumerequest")
    acts["refuse_resume"] = post(third, f"{path}/resume/refuse/", WHY)
    post(second, f"{path}/resume/", WHY)
    acts["confirm_resume"] = post(third, f"{path}/resume/confirm/")
    return acts


def of_ends(version):
    first = client_of("", "view_agreement", "ask_endrecord")
    second = client_of("", "view_agreement", "confirm_endrecord")
    path, body = f"agreements/{version.uuid}/ends/", {"last_day": "2027-03-31", "reason": "Both"}
    refused = post(first, path, body).json()["number"]
    acts = {"refuse_end": post(second, f"ends/{refused}/refuse/", WHY)}
    acts["ask_end"] = post(first, path, body)
    acts["confirm_end"] = post(second, f"ends/{acts['ask_end'].json()['number']}/confirm/")
    return acts


def differences(value, schema, document, at):
    """Where an answer is not as its schema says: names, kinds, enumerations, nulls."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return differences(value, document["components"]["schemas"][name], document, at)
    if value is not None and "allOf" in schema:
        return differences(value, schema["allOf"][0], document, at)
    if value is None:
        return [] if schema.get("nullable") else [f"{at}: null"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    kind = kinds.get(schema.get("type", ""))
    if kind is not None and not isinstance(value, kind):
        return [f"{at}: {type(value).__name__}"]
    return _within(value, schema, document, at)


def _within(value, schema, document, at):
    if isinstance(value, list):
        found = [differences(one, schema["items"], document, f"{at}[]") for one in value]
        return [fault for faults in found for fault in faults]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    odd = [f"{at}: {name}" for name in set(value) ^ set(known)]
    inner = [differences(value[n], known[n], document, f"{at}.{n}") for n in value if n in known]
    return [*odd, *(fault for faults in inner for fault in faults)]
