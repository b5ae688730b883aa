"""The partner badge as an XBlock: it declares; others ask, word and draw."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from web_fragments.fragment import Fragment
from webob import Response
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock
from xblock.exceptions import InvalidScopeError, JsonHandlerError
from xblock.fields import List, Scope, String

from fairgate import clock
from partner_badge import client, compat, drawing, presenter, studio_form


def _(text: str) -> str:
    """Mark a text for translation; the block's i18n service translates it when it is shown."""
    return text


def _told(refused: studio_form.SettingsRefused) -> dict[str, str]:
    told = {"error": str(refused)}
    return told | {"field": refused.field} if refused.field else told


@XBlock.needs("i18n")
@XBlock.wants("user", "studio_user_permissions")
class PartnerBadgeXBlock(XBlock):
    """The partners of the course, from the agreements in force at the moment of looking.

    The block stores what the author chose and nothing else: a mark is never kept here, so that it
    is gone the second its agreement ends.
    """

    CATEGORY = "partner_badge"
    icon_class = "other"
    has_score = False
    has_author_view = True
    completion_mode = XBlockCompletionMode.EXCLUDED

    display_name = String(
        display_name=_("Name"),
        help=_("How the badge is called in the outline."),
        scope=Scope.settings,
        default=_("Partners"),
        enforce_type=True,
    )
    heading = String(
        display_name=_("Heading"),
        help=_("Stands above the partners. Leave it empty for “In partnership with”."),
        scope=Scope.settings,
        default="",
        enforce_type=True,
    )
    layout = String(
        display_name=_("Layout"),
        help=_("A strip of names, a card for each partner, or one partner alone."),
        scope=Scope.settings,
        default=presenter.STRIP,
        values=[
            {"display_name": _("Strip"), "value": presenter.STRIP},
            {"display_name": _("Cards"), "value": presenter.CARD},
            {"display_name": _("Single"), "value": presenter.SINGLE},
        ],
        enforce_type=True,
    )
    partners = List(
        display_name=_("Partners"),
        help=_("Codes of the partners to show while in force. Empty shows all in force."),
        scope=Scope.settings,
        default=[],
        enforce_type=True,
    )

    @XBlock.supports("multi_device")
    def student_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """The partners whose agreements are in force now; an empty fragment if there are none."""
        del context
        return self._badge()

    @XBlock.supports("multi_device")
    def public_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """The same for who is not signed in or not enrolled: a mark is nobody's secret."""
        del context
        return self._badge()

    def author_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """Who shows now and until when, who shows when the course starts. Drawn in Studio."""
        del context
        return drawing.author(self._author_page(), html_id=self._html_id())

    def studio_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """The settings form."""
        del context
        partners, note = self._partners_to_choose_from()
        form = studio_form.studio_form(self._settings(), partners, note=note, gettext=self.gettext)
        return drawing.studio(form, html_id=self._html_id())

    @XBlock.json_handler
    def save_settings(self, data: Any, suffix: str = "") -> dict[str, str] | Response:
        """Store what the author chose.

        Answers with a sentence: 403 to who is not an author of the course and outside Studio, 400
        to what cannot be stored, with the field's name if it is one field's fault.
        """
        del suffix
        if not compat.may_edit(self):
            raise JsonHandlerError(403, self.gettext("Only authors of this course may do this."))
        partners, _note = self._partners_to_choose_from()
        try:
            settings = studio_form.checked(
                data,
                known=[code for code, _name in partners],
                saved=self._settings(),
                gettext=self.gettext,
            )
        except studio_form.SettingsRefused as refused:
            return Response(json_body=_told(refused), status=400)
        if self._is_read_only():
            raise JsonHandlerError(403, self.gettext("These settings are changed in Studio."))
        self.display_name = settings.display_name
        self.heading = settings.heading
        self.layout = settings.layout
        self.partners = list(settings.partners)
        return {"result": "success"}

    def student_view_data(self, context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What apps may show without the block: settings, and where to ask for the marks.

        The platform keeps this for long, so no mark is in it.
        """
        del context
        return {
            "marks_url": client.address_of_marks(compat.course_key_of(self)),
            "heading": self.heading,
            "layout": self.layout,
            "partners": list(self._settings().partners),
        }

    def index_dictionary(self) -> dict[str, Any]:
        """What search may find: the author's words, never a mark, which would outlive its day."""
        return {
            "content": {"display_name": self.display_name, "heading": self.heading},
            "content_type": "Partner badge",
        }

    def _is_read_only(self) -> bool:
        """Whether nobody changes settings here: not in the LMS, and not in Studio's preview.

        Tried with the name as it is, before anything is changed: the runtime stores what a handler
        changed after its answer, where a refusal could no longer be put in words.
        """
        self.fields["display_name"].read_from(self)  # what was never read cannot be stored
        try:
            self.force_save_fields(["display_name"])
        except InvalidScopeError:
            return True
        return False

    def _badge(self) -> Fragment:
        course_key = compat.course_key_of(self)
        try:
            marks = client.marks_on_page(course_key) if course_key else ()
        except client.PartnersUnknown:
            marks = ()  # learners see nothing; the author's view says why
        page = presenter.badge(
            marks,
            settings=self._settings(),
            gettext=self.gettext,
            language=client.page_language(),
            in_brief=client.in_brief(gettext=self.gettext) if marks else None,
        )
        said = client.rules_on_page(str(self.parent or ""))
        return drawing.badge(page, html_id=self._html_id(), said=said)

    def _author_page(self) -> presenter.AuthorPage:
        settings, course_key = self._settings(), compat.course_key_of(self)
        if not course_key:
            why = self._why_unknown(in_course=False)
            return presenter.author_without_answer(why, settings=settings, gettext=self.gettext)
        start, at = compat.course_start_of(self), clock.now()
        try:
            now = self._moment(course_key, at=at)
            at_start = self._moment(course_key, at=start) if start else None
        except client.PartnersUnknown as unknown:
            why = self._why_unknown(is_installed=not isinstance(unknown, client.NotInstalled))
            return presenter.author_without_answer(why, settings=settings, gettext=self.gettext)
        return presenter.author(
            now,
            at_start,
            start=start,
            has_started=start is not None and start <= at,
            settings=settings,
            gettext=self.gettext,
            language=client.page_language(),
            in_brief=client.in_brief(gettext=self.gettext),
        )

    def _moment(self, course_key: str, *, at: datetime) -> presenter.Moment:
        marks = client.marks_of(course_key, at=at)
        return presenter.Moment(marks=marks, absent=client.absent_of(course_key, at=at))

    def _partners_to_choose_from(self) -> tuple[tuple[tuple[str, str], ...], str]:
        """Code and name of each partner of the course, and a sentence if nobody can say."""
        course_key = compat.course_key_of(self)
        if not course_key:
            return (), self._why_unknown(in_course=False)
        try:
            return client.partners_of(course_key), ""
        except client.PartnersUnknown as unknown:
            is_installed = not isinstance(unknown, client.NotInstalled)
            return (), self._why_unknown(is_installed=is_installed)

    def _why_unknown(self, *, in_course: bool = True, is_installed: bool = True) -> str:
        return presenter.why_unknown(
            in_course=in_course, is_installed=is_installed, gettext=self.gettext
        )

    def _settings(self) -> presenter.Settings:
        return presenter.Settings(
            display_name=self.display_name or "",
            heading=self.heading or "",
            layout=self.layout,
            # An import may hold anything; what is not a code is nobody's mark.
            partners=tuple(code for code in self.partners or () if isinstance(code, str)),
        )

    def _html_id(self) -> str:
        """A name for ids that no other block on the page has."""
        usage = str(self.scope_ids.usage_id)
        return f"partner-badge-{hashlib.sha256(usage.encode()).hexdigest()[:12]}"

    def gettext(self, text: str) -> str:
        return str(self.runtime.service(self, "i18n").gettext(text))
