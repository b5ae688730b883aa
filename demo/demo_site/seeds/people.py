"""The sample people. They are invented, and nobody of them has a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from demo_site.models import Person

LEARNER, AUTHOR, FINANCE, PARTNER, ADMINISTRATION, OPERATOR = Person.Role


@dataclass(frozen=True, slots=True)
class Sample:
    """One person: user name, name, country (ISO alpha-2 or empty), role, and who they are."""

    username: str
    first: str
    last: str
    country: str
    role: Person.Role
    bio: str


PEOPLE = (
    Sample(
        "amina",
        "Amina",
        "Nakato",
        "UG",
        LEARNER,
        "Licensing officer at a regulator. Uganda is a least developed country.",
    ),
    Sample(
        "sela",
        "Sela",
        "Tuilagi",
        "FJ",
        LEARNER,
        "Runs a harbour radio station. Fiji is a small island developing State.",
    ),
    Sample(
        "bounmy",
        "Bounmy",
        "Phommachanh",
        "LA",
        LEARNER,
        "Radio engineer. Lao PDR leaves the LDC list on 24 November 2026.",
    ),
    Sample(
        "celeste",
        "Céleste",
        "Marival",
        "GP",
        LEARNER,
        "Teaches electronics. Guadeloupe is an associate of the SIDS group.",
    ),
    Sample(
        "joaquin",
        "Joaquin",
        "Taitano",
        "GU",
        LEARNER,
        "Keeps the island’s repeaters running. Guam is an associate of the SIDS group.",
    ),
    Sample(
        "lena",
        "Lena",
        "Brunner",
        "CH",
        LEARNER,
        "Frequency planner at a railway. No list applies to Switzerland.",
    ),
    Sample(
        "nadia", "Nadia", "Haddad", "", LEARNER, "Has just registered and has not given a country."
    ),
    Sample(
        "claire",
        "Claire",
        "Morel",
        "FR",
        LEARNER,
        "Paid in October, with French value added tax included.",
    ),
    Sample(
        "otieno",
        "Otieno",
        "Odhiambo",
        "KE",
        LEARNER,
        "Paid in October for the course and for the examination.",
    ),
    Sample(
        "beatriz",
        "Beatriz",
        "Sampaio",
        "BR",
        LEARNER,
        "Paid the price for universities in October; a part was refunded.",
    ),
    Sample(
        "ruth",
        "Ruth",
        "Mensah",
        "GH",
        LEARNER,
        "Inspector of radio sites. Her institution has paid for seats and gave her a code.",
    ),
    Sample(
        "tomas",
        "Tomás",
        "Varela",
        "CV",
        AUTHOR,
        "Wrote the spectrum course and edits it in Studio.",
    ),
    Sample(
        "ines",
        "Inès",
        "Delacroix",
        "CH",
        FINANCE,
        "Closes the months, refunds, and watches over the fund.",
    ),
    Sample(
        "grace",
        "Grace",
        "Wanjiru",
        "KE",
        PARTNER,
        "Looks after the agreement on the partner’s side and reads its statements.",
    ),
    Sample(
        "somchit",
        "Somchit",
        "Vongsa",
        "LA",
        ADMINISTRATION,
        "Nominates for the administration of Lao PDR.",
    ),
    Sample(
        "wambui",
        "Wambui",
        "Kariuki",
        "KE",
        ADMINISTRATION,
        "Coordinates the training of a ministry: orders seats and gives them to its people.",
    ),
    Sample(
        "daudi",
        "Daudi",
        "Mutua",
        "KE",
        ADMINISTRATION,
        "Pays for that ministry: reads its quotes and invoices, and gives no seats.",
    ),
    Sample(
        "faith",
        "Faith",
        "Achieng",
        "KE",
        LEARNER,
        "The ministry gave her a seat. She lets it see how far she is.",
    ),
    Sample(
        "joseph",
        "Joseph",
        "Kiptoo",
        "KE",
        LEARNER,
        "The ministry gave him a seat. How far he is, he keeps to himself.",
    ),
    Sample(
        "operator",
        "Omar",
        "Said",
        "CH",
        OPERATOR,
        "Runs the platform: loads lists, activates policies, reviews applications.",
    ),
)

# What a finance officer may do beyond looking, at accounts as well: lists then name people. The
# names are those of the apps' own permissions.
FINANCE_MAY = (
    "refund_payment", "close_period", "view_statement", "review_application",
    "apply_edition", "confirm_membership", "propose_credit", "receive_purchase_orders",
    "issue_invoices", "import_bank_statements", "match_bank_lines", "ask_write_off",
    "ask_transfer_back", "ask_hold_closing", "verify_buyer", "propose_payout", "record_payout",
    "propose_remittance", "propose_payout_account",
)  # fmt: skip
FAIRGATE = ("waiver_policy", "partnerships", "fee_payments", "revenue_share")


def seed() -> None:
    """Make everybody who is not there yet; who is there keeps what a visitor changed."""
    for position, sample in enumerate(PEOPLE):
        user = _user(sample)
        Person.objects.get_or_create(
            user=user,
            defaults={
                "country": sample.country,
                "role": sample.role,
                "bio": sample.bio,
                "position": position,
            },
        )
    ines = user_called("ines")
    looks = Permission.objects.filter(
        content_type__app_label__in=FAIRGATE, codename__startswith="view_"
    )
    acts = Permission.objects.filter(content_type__app_label__in=FAIRGATE, codename__in=FINANCE_MAY)
    accounts = Permission.objects.filter(content_type__app_label="auth", codename="view_user")
    ines.user_permissions.add(*looks, *acts, *accounts)


def user_called(username: str) -> Any:
    """The user of a sample person."""
    return get_user_model()._default_manager.get(username=username)


def _user(sample: Sample) -> Any:
    user, is_new = get_user_model()._default_manager.get_or_create(
        username=sample.username,
        defaults={
            "first_name": sample.first,
            "last_name": sample.last,
            "email": f"{sample.username}@example.org",
            "is_staff": sample.role in {FINANCE, OPERATOR},
            "is_superuser": sample.role == OPERATOR,
        },
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
