"""Where the API is: ``/fairgate/revenue/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest import row_numbers  # noqa: F401 - numbers of rows in addresses
from fairgate_rest.views import description
from revenue_share.rest import (
    views,
    views_accounts,
    views_adjustments,
    views_payouts,
    views_rates,
    views_remittances,
    views_reports,
    views_runs,
    views_statements,
)

_STATEMENT = "statements/<str:party>/<str:period>/<str:currency>/"
_ADJUSTMENT = "adjustments/<uuid:uuid>/"
_REMITTANCE = "remittances/<uuid:uuid>/"
_BATCH = "batches/<uuid:uuid>/"
_DIFFERENCE = "differences/<uuid:uuid>/"
_REJECTION = "rejections/<uuid:uuid>/"
_ACCOUNT = "accounts/<uuid:uuid>/"
_RATE = "rate-proposals/<uuid:uuid>/"

described = [
    path("periods/", views.Periods.as_view(), name="periods"),
    path("periods/next/", views.NextPeriod.as_view(), name="next_period"),
    path("periods/<str:period>/", views.OnePeriod.as_view(), name="period"),
    path("periods/<str:period>/close/", views_runs.Close.as_view(), name="close"),
    path("statements/", views_statements.Statements.as_view(), name="statements"),
    path(_STATEMENT, views_statements.OneStatement.as_view(), name="statement"),
    path(f"{_STATEMENT}lines/", views_statements.Lines.as_view(), name="lines"),
    path(
        f"{_STATEMENT}lines/<row:number>/events/",
        views_statements.EventsOfLine.as_view(),
        name="line_events",
    ),
    path(f"{_STATEMENT}events/", views_statements.Events.as_view(), name="events"),
    path(f"{_STATEMENT}statement.pdf", views_statements.Paper.as_view(), name="pdf"),
    path(f"{_STATEMENT}statement.xlsx", views_statements.Workbook.as_view(), name="xlsx"),
    path(f"{_STATEMENT}statement.csv", views_statements.Table.as_view(), name="csv"),
    path(f"{_STATEMENT}statement.json", views_statements.Document.as_view(), name="json"),
    path(f"{_STATEMENT}events.csv", views_statements.EventsTable.as_view(), name="events_csv"),
    path("balances/", views.Balances.as_view(), name="balances"),
    path("check/", views_runs.Check.as_view(), name="check"),
    path("runs/<uuid:uuid>/", views_runs.OneRun.as_view(), name="run"),
    path("reports/by/<str:by>/", views_reports.Rows.as_view(), name="report_rows"),
    path("reports/by/<str:by>/total/", views_reports.Total.as_view(), name="report_total"),
    path("reports/waterfall/", views_reports.Fall.as_view(), name="waterfall"),
    path("reports/fund/", views_reports.Fund.as_view(), name="fund"),
    path("reports/costs/", views_reports.Costs.as_view(), name="costs"),
    path("adjustments/", views_adjustments.Adjustments.as_view(), name="adjustments"),
    path(_ADJUSTMENT, views_adjustments.OneAdjustment.as_view(), name="adjustment"),
    path(
        f"{_ADJUSTMENT}confirm/",
        views_adjustments.ConfirmAdjustment.as_view(),
        name="confirm_adjustment",
    ),
    path(
        f"{_ADJUSTMENT}refuse/",
        views_adjustments.RefuseAdjustment.as_view(),
        name="refuse_adjustment",
    ),
    path("remittances/", views_remittances.Remittances.as_view(), name="remittances"),
    path(_REMITTANCE, views_remittances.OneRemittance.as_view(), name="remittance"),
    path(
        f"{_REMITTANCE}confirm/",
        views_remittances.ConfirmRemittance.as_view(),
        name="confirm_remittance",
    ),
    path(
        f"{_REMITTANCE}refuse/",
        views_remittances.RefuseRemittance.as_view(),
        name="refuse_remittance",
    ),
    path("payables/", views_payouts.Payables.as_view(), name="payables"),
    path("batches/", views_payouts.Batches.as_view(), name="batches"),
    path(_BATCH, views_payouts.OneBatch.as_view(), name="batch"),
    path(f"{_BATCH}approve/", views_payouts.ApproveBatch.as_view(), name="approve_batch"),
    path(f"{_BATCH}refuse/", views_payouts.RefuseBatch.as_view(), name="refuse_batch"),
    path(f"{_BATCH}order.xml", views_payouts.OrderFile.as_view(), name="payment_order"),
    path("bank-files/", views_payouts.BankFiles.as_view(), name="bank_files"),
    path("faulty-payouts/", views_payouts.FaultyPayouts.as_view(), name="faulty_payouts"),
    path("differences/", views_payouts.Differences.as_view(), name="differences"),
    path(
        "bank-entries/<row:entry>/accept/",
        views_payouts.AskToAccept.as_view(),
        name="ask_to_accept",
    ),
    path(
        f"{_DIFFERENCE}accept/",
        views_payouts.AcceptDifference.as_view(),
        name="accept_difference",
    ),
    path(
        f"{_DIFFERENCE}refuse/",
        views_payouts.RefuseDifference.as_view(),
        name="refuse_difference",
    ),
    path("payouts/<uuid:uuid>/reject/", views_payouts.AskToReject.as_view(), name="ask_to_reject"),
    path("rejections/", views_payouts.Rejections.as_view(), name="rejections"),
    path(f"{_REJECTION}confirm/", views_payouts.RejectPayout.as_view(), name="reject_payout"),
    path(f"{_REJECTION}refuse/", views_payouts.RefuseRejection.as_view(), name="refuse_rejection"),
    path("accounts/", views_accounts.Accounts.as_view(), name="accounts"),
    path("account-ends/", views_accounts.AccountEnds.as_view(), name="account_ends"),
    path(_ACCOUNT, views_accounts.OneAccount.as_view(), name="account"),
    path(f"{_ACCOUNT}confirm/", views_accounts.ConfirmAccount.as_view(), name="confirm_account"),
    path(f"{_ACCOUNT}refuse/", views_accounts.RefuseAccount.as_view(), name="refuse_account"),
    path("rates/", views_rates.Rates.as_view(), name="rates"),
    path("rate-files/", views_rates.RateFiles.as_view(), name="rate_files"),
    path("rate-proposals/", views_rates.RateProposals.as_view(), name="rate_proposals"),
    path(_RATE, views_rates.OneRateProposal.as_view(), name="rate_proposal"),
    path(f"{_RATE}confirm/", views_rates.ConfirmRate.as_view(), name="confirm_rate"),
    path(f"{_RATE}refuse/", views_rates.RefuseRate.as_view(), name="refuse_rate"),
]

ABOUT = (
    "The books: months and their close, statements with their lines and every event behind them, "
    "balances, reports, what is moved by hand, what parties paid over, accounts, payouts and rates "
    "of exchange. A partner's people see the statements of their own party; everything else is for "
    "colleagues with permissions. "
    "What two people have to do is asked for by one request and decided by another. Faults are "
    "problem details (RFC 9457) with a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: revenue", ABOUT, "1", described), name="openapi"),
]
