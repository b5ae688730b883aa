"""The door of fee_payments: everything that other packages may ask or tell.

Names that read begin with ``list_`` or name what they give (``quote``, ``order``,
``has_entitlement``); names that write are verbs. Each is described where it is defined.
Reading: ``quote``, ``quote_lines``, ``has_entitlement``, ``entitled_offerings``, ``offering``,
``course_key_of``, ``list_offerings``, ``learner_for``, ``order``, ``list_orders``,
``list_providers``, ``list_entitlements``, ``list_events``, ``provider_names``; ``search_orders``,
``list_payment_attempts``, ``list_refund_attempts``, ``list_event_notes``; the facts again:
``list_payments``, ``list_refunds``, ``list_waived_seats``, ``list_returned_seats``,
``list_disputes``; ``list_seat_codes``, ``given_seat``, ``price_kept``, ``ended_note``,
``country_refusal``, ``refusal_note``;
``refund_offer``, ``refund_request``, ``list_refund_requests``; ``price_list``,
``price_spans``, ``author_limits``, ``list_author_limits``, ``author_page_url``,
``author_request``, ``list_author_requests``, ``is_beyond_limits``, ``list_merchants``,
``merchant``,
``room_place``, ``list_room_places``; ``enrolment_findings``, ``courses_with_enrolment``;
``fee_page_url``, ``seat_code_page_url``, ``account_page_url``, ``terms_page_url``;
``bundle_parts``, ``published_terms``, ``refund_policy_of``.
Writing: ``place_order``, ``take_waived_seat``, ``start_payment``, ``receive_event``, ``refund``,
``issue_seat_codes``, ``redeem_seat_code``, ``revoke_seat_code``, ``keep_price``,
``forget_learner``, ``ask_for_refund``, ``grant_refund_request``, ``refuse_refund_request``;
``take_event``, ``work_event``, ``replay_event``, ``reopen_event``, ``retry_events``,
``scrub_events``, ``reconcile``, ``list_wrong_rights``, ``finish_refunds``, ``let_refund_go``,
``expire_orders``, ``close_left_pages``;
``join_room``, ``leave_room``, ``offer_seats``, ``tell_room_offers``; ``add_authored``,
``change_authored``, ``price_authored``, ``change_within_limits``; ``ask_for_change``,
``approve_author_request``, ``decline_author_request``, ``withdraw_author_request``;
``set_author_limits``; ``verify_payer``, ``block_country``; ``set_offering``,
``set_session``, ``set_merchant``, ``publish_terms``, ``set_tax``, ``add_tax`` for seeds;
``ask_hold_closing``, ``confirm_hold_closing``, ``refuse_hold_closing``;
``give_access``, ``give_access_again``, ``end_access``, ``end_access_that_is_over``;
``follow_enrolment``, ``follow_enrolments``, ``repair_enrolment``, ``retry_enrolment``,
``unenrol_without_right``, ``ask_about_holds``.

Invoices, reading: ``invoice``, ``invoice_of_order``, ``list_invoices``, ``credit_notes_of``,
``list_quotes``, ``search_quotes``, ``quote_of``, ``search_invoices``, ``history_of``,
``addressees``, ``buyer_details``, ``buyer_of_order``, ``paper_of``, ``list_write_offs``,
``write_off``; ``bank_account_id``,
``list_accounts``, ``list_imports``, ``inspect_import``, ``search_lines``, ``inspect_line``,
``matches_of_invoice``, ``own_legal_name``,
``list_transfers_back``, ``transfer_back``, ``preview_statements``, ``read_bank_file``. Writing:
``issue_invoice``,
``issue_credit_note``, ``issue_quote``, ``issue_own_quote``, ``receive_purchase_order``,
``send_purchase_order``, ``order_quote``, ``invoice_purchase_order``, ``invoice_quoted_seats``,
``accept_proposal``,
``import_statements``, ``apply_import``, ``match_line``, ``undo_match``, ``put_aside``,
``take_back``, ``ask_write_off``, ``confirm_write_off``, ``refuse_write_off``,
``ask_transfer_back``, ``confirm_transfer_back``, ``refuse_transfer_back``, ``stop_reminders``,
``resume_reminders``, ``remind``, ``remind_now``, ``send_reminders``, ``finish_invoices``;
``set_buyer`` and ``set_bank_account`` for seeds.

Seats of institutions, reading: ``list_organisations``, ``organisation``, ``quote_batch``,
``has_seats_to_give``, ``list_pools``, ``pool``, ``pool_of_seat``, ``one_seat``, ``seats_after``,
``list_seats``, ``every_seat``, ``pool_use``, ``given_seats``,
``look_at_invitation``, ``read_people``. Writing: ``place_batch_order``, ``assign_seats``,
``issue_pool_codes``, ``accept_seat``, ``decline_seat``, ``share_progress``, ``release_seat``,
``revoke_seat``, ``reassign_seat``, ``remind_seat``, ``finish_seats``, ``move_pool_end``.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote as quote_path

from django.urls import NoReverseMatch, reverse

from fee_payments import compat, rules, selectors, wording
from fee_payments.data import Learner, OfferingSummary, PriceSpan, TermsSummary
from fee_payments.exceptions import CountryBlocked, PaymentsError
from fee_payments.providers import registry
from fee_payments.selectors import (
    ask_about_holds,
    author_limits,
    author_request,
    bundle_parts,
    course_key_of,
    courses_with_enrolment,
    enrolment_findings,
    entitled_offerings,
    given_seat,
    has_entitlement,
    has_seats_to_give,
    learner_for,
    list_author_limits,
    list_author_requests,
    list_disputes,
    list_entitlements,
    list_event_notes,
    list_events,
    list_merchants,
    list_offerings,
    list_orders,
    list_payment_attempts,
    list_payments,
    list_refund_attempts,
    list_refund_requests,
    list_refunds,
    list_returned_seats,
    list_room_places,
    list_seat_codes,
    list_waived_seats,
    merchant,
    offering,
    order,
    published_terms,
    refund_request,
    room_place,
    search_orders,
)
from fee_payments.selectors.bank import bank_account_id
from fee_payments.selectors.bank_desk import (
    inspect_import,
    inspect_line,
    list_accounts,
    list_imports,
    list_transfers_back,
    matches_of_invoice,
    search_lines,
    transfer_back,
)
from fee_payments.selectors.buyers import addressees, buyer_details, buyer_of_order
from fee_payments.selectors.contacts import list_organisations, organisation
from fee_payments.selectors.institution_seats import (
    given_seats,
    list_pools,
    pool,
    pool_of_seat,
    pool_use,
)
from fee_payments.selectors.invoices import (
    credit_notes_of,
    history_of,
    invoice,
    invoice_of_order,
    list_invoices,
    list_write_offs,
    search_invoices,
    write_off,
)
from fee_payments.selectors.pool_seats import every_seat, list_seats, one_seat, seats_after
from fee_payments.selectors.quotes import list_quotes, quote_of, search_quotes
from fee_payments.services import (
    add_authored,
    add_tax,
    approve_author_request,
    ask_for_change,
    ask_for_refund,
    block_country,
    change_authored,
    change_within_limits,
    close_left_pages,
    decline_author_request,
    end_access,
    end_access_that_is_over,
    expire_orders,
    finish_refunds,
    follow_enrolment,
    follow_enrolments,
    forget_learner,
    give_access,
    give_access_again,
    grant_refund_request,
    is_beyond_limits,
    issue_seat_codes,
    join_room,
    keep_price,
    leave_room,
    let_refund_go,
    list_wrong_rights,
    offer_seats,
    place_order,
    price_authored,
    price_kept,
    publish_terms,
    quote,
    quote_lines,
    receipt_of,
    receive_event,
    reconcile,
    redeem_seat_code,
    refund,
    refund_offer,
    refund_policy_of,
    refuse_refund_request,
    reopen_event,
    repair_enrolment,
    replay_event,
    retry_enrolment,
    retry_events,
    revoke_seat_code,
    scrub_events,
    set_author_limits,
    set_merchant,
    set_offering,
    set_session,
    set_tax,
    start_payment,
    take_event,
    take_waived_seat,
    tell_room_offers,
    unenrol_without_right,
    verify_payer,
    withdraw_author_request,
    work_event,
)
from fee_payments.services import choices_for as list_providers
from fee_payments.services.bank_importing import (
    import_statements,
    preview_statements,
    read_bank_file,
)
from fee_payments.services.bank_matching import (
    accept_proposal,
    apply_import,
    match_line,
    put_aside,
    take_back,
    undo_match,
)
from fee_payments.services.batch_ordering import (
    place_batch_order,
    quote_batch,
)
from fee_payments.services.buying import set_bank_account, set_buyer
from fee_payments.services.crediting import issue_credit_note
from fee_payments.services.hold_closing import (
    ask_hold_closing,
    confirm_hold_closing,
    refuse_hold_closing,
)
from fee_payments.services.invoicing import issue_invoice
from fee_payments.services.offering_quotes import (
    invoice_purchase_order,
    issue_own_quote,
    issue_quote,
    receive_purchase_order,
    send_purchase_order,
)
from fee_payments.services.pool_ends import move_pool_end
from fee_payments.services.printing import paper_of
from fee_payments.services.quote_ordering import invoice_quoted_seats, order_quote
from fee_payments.services.reminding import (
    finish_invoices,
    remind,
    remind_now,
    resume_reminders,
    send_reminders,
    stop_reminders,
)
from fee_payments.services.seat_accepting import (
    accept_seat,
    check_open_to,
    decline_seat,
    look_at_invitation,
    share_progress,
)
from fee_payments.services.seat_assigning import (
    assign_seats,
    issue_pool_codes,
    reassign_seat,
)
from fee_payments.services.seat_assigning import remind as remind_seat
from fee_payments.services.seat_housekeeping import (
    finish_seats,
)
from fee_payments.services.seat_lists import (
    read_people,
)
from fee_payments.services.seat_taking_back import (
    release_seat,
    revoke_seat,
)
from fee_payments.services.sellers import own_legal_name
from fee_payments.services.two_people import (
    ask_transfer_back,
    ask_write_off,
    confirm_transfer_back,
    confirm_write_off,
    refuse_transfer_back,
    refuse_write_off,
)

__all__ = [
    "accept_proposal",
    "accept_seat",
    "account_page_url",
    "add_authored",
    "add_tax",
    "addressees",
    "apply_import",
    "approve_author_request",
    "ask_about_holds",
    "ask_for_change",
    "ask_for_refund",
    "ask_hold_closing",
    "ask_transfer_back",
    "ask_write_off",
    "assign_seats",
    "author_limits",
    "author_page_url",
    "author_request",
    "bank_account_id",
    "block_country",
    "bundle_parts",
    "buyer_details",
    "buyer_of_order",
    "change_authored",
    "change_within_limits",
    "close_left_pages",
    "confirm_hold_closing",
    "confirm_transfer_back",
    "confirm_write_off",
    "country_refusal",
    "course_key_of",
    "courses_with_enrolment",
    "credit_notes_of",
    "decline_author_request",
    "decline_seat",
    "end_access",
    "end_access_that_is_over",
    "ended_note",
    "enrolment_findings",
    "entitled_offerings",
    "every_seat",
    "expire_orders",
    "fee_page_url",
    "finish_invoices",
    "finish_refunds",
    "finish_seats",
    "follow_enrolment",
    "follow_enrolments",
    "forget_learner",
    "give_access",
    "give_access_again",
    "given_seat",
    "given_seats",
    "grant_refund_request",
    "has_entitlement",
    "has_seats_to_give",
    "history_of",
    "import_statements",
    "inspect_import",
    "inspect_line",
    "invoice",
    "invoice_of_order",
    "invoice_purchase_order",
    "invoice_quoted_seats",
    "is_beyond_limits",
    "issue_credit_note",
    "issue_invoice",
    "issue_own_quote",
    "issue_pool_codes",
    "issue_quote",
    "issue_seat_codes",
    "join_room",
    "keep_price",
    "learner_for",
    "leave_room",
    "let_refund_go",
    "list_accounts",
    "list_author_limits",
    "list_author_requests",
    "list_disputes",
    "list_entitlements",
    "list_event_notes",
    "list_events",
    "list_imports",
    "list_invoices",
    "list_merchants",
    "list_offerings",
    "list_orders",
    "list_organisations",
    "list_payment_attempts",
    "list_payments",
    "list_pools",
    "list_providers",
    "list_quotes",
    "list_refund_attempts",
    "list_refund_requests",
    "list_refunds",
    "list_returned_seats",
    "list_room_places",
    "list_seat_codes",
    "list_seats",
    "list_transfers_back",
    "list_waived_seats",
    "list_write_offs",
    "list_wrong_rights",
    "look_at_invitation",
    "match_line",
    "matches_of_invoice",
    "merchant",
    "move_pool_end",
    "offer_seats",
    "offering",
    "one_seat",
    "order",
    "order_quote",
    "organisation",
    "own_legal_name",
    "paper_of",
    "place_batch_order",
    "place_order",
    "pool",
    "pool_of_seat",
    "pool_use",
    "preview_statements",
    "price_authored",
    "price_kept",
    "price_list",
    "price_spans",
    "provider_names",
    "publish_terms",
    "published_terms",
    "put_aside",
    "quote",
    "quote_batch",
    "quote_lines",
    "quote_of",
    "read_bank_file",
    "read_people",
    "reassign_seat",
    "receipt_of",
    "receive_event",
    "receive_purchase_order",
    "reconcile",
    "redeem_seat_code",
    "refund",
    "refund_offer",
    "refund_policy_of",
    "refund_request",
    "refusal_note",
    "refuse_hold_closing",
    "refuse_refund_request",
    "refuse_transfer_back",
    "refuse_write_off",
    "release_seat",
    "remind",
    "remind_now",
    "remind_seat",
    "reopen_event",
    "repair_enrolment",
    "replay_event",
    "resume_reminders",
    "retry_enrolment",
    "retry_events",
    "revoke_seat",
    "revoke_seat_code",
    "room_place",
    "scrub_events",
    "search_invoices",
    "search_lines",
    "search_orders",
    "search_quotes",
    "seat_code_page_url",
    "seats_after",
    "send_purchase_order",
    "send_reminders",
    "set_author_limits",
    "set_bank_account",
    "set_buyer",
    "set_merchant",
    "set_offering",
    "set_session",
    "set_tax",
    "share_progress",
    "start_payment",
    "stop_reminders",
    "take_back",
    "take_event",
    "take_waived_seat",
    "tell_room_offers",
    "terms_page_url",
    "transfer_back",
    "undo_match",
    "unenrol_without_right",
    "verify_payer",
    "withdraw_author_request",
    "work_event",
    "write_off",
]


def provider_names() -> tuple[str, ...]:
    """The payment providers that are in use."""
    return tuple(provider.name for provider in registry.list_providers())


def account_page_url() -> str:
    """The address of the platform's page on which a person says where they live."""
    return compat.account_url()


def country_refusal(learner: Learner, offering_code: str, *, at: datetime) -> CountryBlocked | None:
    """Why nothing is sold or given to this learner, because of their country; ``None`` if it is.

    What is refused is written down, as by a quote; ``refusal_note`` says it in words.

    Raises:
        UnknownOffering: no offering has this code.
    """
    try:
        check_open_to(learner, offering_code, at=at)
    except CountryBlocked as refused:
        return refused
    return None


def refusal_note(refused: PaymentsError) -> str:
    """What a learner reads about a refusal, translated."""
    return wording.in_words(refused)


def ended_note(user_id: int, offering_code: str, *, at: datetime) -> str:
    """What became of a right that this learner had, translated; "" if none ended, or one holds."""
    right = selectors.ended_entitlement(user_id, offering_code, at=at)
    return wording.ended_note(right, at=at) if right else ""


def fee_page_url(offering_code: str) -> str:
    """The address of the page on which a learner settles this fee."""
    return reverse("fee_payments:fee", args=[offering_code])


def seat_code_page_url(offering_code: str) -> str:
    """The address of the page on which a learner redeems a seat code for this fee."""
    return reverse("fee_payments:seat_code", args=[offering_code])


def terms_page_url(terms: TermsSummary) -> str:
    """The address of the page that shows a version of terms, in force or not."""
    return reverse("fee_payments:terms", args=[terms.id])


def author_page_url(course_key: str) -> str:
    """The address of the page on which authors manage a course's fees, for who is in Studio."""
    try:
        path = reverse("fee_payments:author_fees", args=[course_key])
    except NoReverseMatch:
        # Studio serves none of our pages: the LMS does, at the place that ``apps`` declares.
        path = f"/fairgate/fees/author/{quote_path(course_key)}/"
    return compat.absolute_url(path)


def price_list(offering_code: str) -> tuple[PriceSpan, ...]:
    """What the price list of an offering says of every time: prices, gaps and overlaps.

    Raises:
        UnknownOffering: no offering has this code.
    """
    return price_spans(selectors.offering(offering_code))


def price_spans(found: OfferingSummary) -> tuple[PriceSpan, ...]:
    """The same of an offering that is at hand."""
    return rules.price_gaps(found.prices)
