"""The addresses of the statements and of the books."""

from __future__ import annotations

from django.urls import include, path, re_path

from . import views, views_behind, views_courses, views_payouts, views_reports

app_name = "revenue_share"

# The key of a course run: no name of ours, and no path.
_COURSE = r"(?P<course_key>[^/:]+:[^/]+)"

urlpatterns = [
    path("api/v1/", include("revenue_share.rest.urls")),
    path("", views.statements, name="statements"),
    path("statements/<str:party>/", views.statements, name="statements"),
    re_path(
        r"^statements/(?P<party>[^/]+)/money/(?P<which>held|cleared)/$",
        views_behind.party_money,
        name="party_money",
    ),
    re_path(
        r"^statements/(?P<party>[^/]+)/money/(?P<which>held|cleared)\.csv$",
        views_behind.party_money_csv,
        name="party_money_csv",
    ),
    path("statements/<str:party>/<str:period>/", views.statement, name="statement"),
    path(
        "statements/<str:party>/<str:period>/statement.csv",
        views.statement_csv,
        name="statement_csv",
    ),
    path(
        "statements/<str:party>/<str:period>/statement.json",
        views.statement_json,
        name="statement_json",
    ),
    path(
        "statements/<str:party>/<str:period>/statement.pdf",
        views.statement_paper,
        name="statement_paper",
    ),
    path(
        "statements/<str:party>/<str:period>/statement.xlsx",
        views.statement_workbook,
        name="statement_workbook",
    ),
    path(
        "statements/<str:party>/<str:period>/events.csv",
        views.statement_events_csv,
        name="statement_events_csv",
    ),
    path(
        "statements/<str:party>/<str:period>/lines/<int:line>/",
        views.statement_events,
        name="statement_events",
    ),
    re_path(rf"^courses/{_COURSE}/$", views_courses.course_report, name="course_report"),
    re_path(
        rf"^courses/{_COURSE}/report\.json$",
        views_courses.course_report_json,
        name="course_report_json",
    ),
    path("finance/", views_reports.finance, name="finance"),
    path("reports/waterfall/", views_reports.waterfall, name="waterfall"),
    path("reports/fund/", views_reports.fund, name="fund"),
    path("reports/costs/", views_reports.costs, name="costs"),
    path("reports/fund/entries/", views_behind.fund_entries, name="fund_entries"),
    path("reports/fund/entries.csv", views_behind.fund_entries_csv, name="fund_entries_csv"),
    path("reports/<str:name>/sum/", views_behind.report_sum, name="report_sum"),
    path("reports/<str:name>/sum.csv", views_behind.report_sum_csv, name="report_sum_csv"),
    path("reports/<str:name>/report.csv", views_reports.report_csv, name="report_csv"),
    path("reports/<str:name>/report.xlsx", views_reports.report_workbook, name="report_workbook"),
    path("reports/<str:name>/events/", views_reports.report_events, name="report_events"),
    path(
        "reports/<str:name>/events.csv", views_reports.report_events_csv, name="report_events_csv"
    ),
    path("reports/<str:name>/", views_reports.report, name="report"),
    path("books/", views.books, name="books"),
    path("books/entries/", views_behind.entries, name="entries"),
    path("books/entries.csv", views_behind.entries_csv, name="entries_csv"),
    path("books/payable/", views_behind.payable, name="payable"),
    path("books/payable.csv", views_behind.payable_csv, name="payable_csv"),
    path("books/proof/", views.proof, name="proof"),
    path("books/runs/<uuid:uuid>/", views.run, name="run"),
    path("books/close/", views.close, name="close"),
    path("payouts/", views_payouts.payouts, name="payouts"),
    path("payouts/propose/", views_payouts.propose, name="propose_payouts"),
    path("payouts/record/", views_payouts.record, name="record_payouts"),
    path("payouts/entries/<int:entry>/accept/", views_payouts.ask_to_accept, name="ask_to_accept"),
    path(
        "payouts/differences/<uuid:uuid>/",
        views_payouts.decide_difference,
        name="decide_difference",
    ),
    path(
        "payouts/rejections/<uuid:uuid>/", views_payouts.decide_rejection, name="decide_rejection"
    ),
    path("payouts/sent/<uuid:uuid>/reject/", views_payouts.ask_to_reject, name="ask_to_reject"),
    path("payouts/<uuid:uuid>/", views_payouts.batch, name="payout_batch"),
    path("payouts/<uuid:uuid>/decide/", views_payouts.decide, name="decide_payouts"),
    path("payouts/<uuid:uuid>/order.xml", views_payouts.order_file, name="payment_order"),
]
