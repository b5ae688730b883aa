"""The marker block: what follows it needs a fee. It declares; others decide, word and draw."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from web_fragments.fragment import Fragment
from webob import Response
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock
from xblock.exceptions import InvalidScopeError, JsonHandlerError
from xblock.fields import Scope, String
from xblock.validation import ValidationMessage

from fairgate import clock
from fee_gate import author, client, compat, drawing, keys, paywalls, presenter
from fee_gate.data import Advice, PaywallState

# What an author may well have meant: a warning in Studio. Everything else is an error.
_REMARKS = frozenset(
    {
        Advice.INSIDE_ANOTHER,
        Advice.NOTHING_FOLLOWS,
        Advice.IN_LIBRARY,
        Advice.IN_SELECTION,
        Advice.SEEN_BY_SOME,
    }
)


def _(text: str) -> str:
    """Mark a text for translation; the block's i18n service translates it when it is shown."""
    return text


@XBlock.needs("i18n")
@XBlock.wants("user")
class FeeGateXBlock(XBlock):
    """A gate: everything after it, within its reach, opens to who has settled the fee.

    The block itself shuts nothing. It tells the author's wish; the partition, the field override
    and the middleware of this package make the platform obey. It keeps nothing about learners.
    """

    CATEGORY = "fee_gate"
    icon_class = "other"
    has_score = False
    has_author_view = True
    completion_mode = XBlockCompletionMode.EXCLUDED

    display_name = String(
        display_name=_("Name"),
        help=_("How the gate is called in the outline."),
        scope=Scope.settings,
        default=_("Fee"),
        enforce_type=True,
    )
    fee = String(
        display_name=_("Fee"),
        help=_("The fee a learner has to settle before what follows opens."),
        scope=Scope.settings,
        default="",
        enforce_type=True,
    )
    # Called "reach" in texts; the field's name is part of course exports.
    scope = String(
        display_name=_("What it closes"),
        help=_("How far the gate reaches: always from here to the end of the unit, and so on."),
        scope=Scope.settings,
        default="unit",
        enforce_type=True,
    )
    teaser = String(
        display_name=_("Teaser"),
        help=_("A few words about what follows, for those who have not settled the fee."),
        scope=Scope.settings,
        default="",
        enforce_type=True,
        multiline_editor=True,
    )

    @XBlock.supports("multi_device")
    def student_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """The paywall with the learner's own price; one quiet line for who may go on.

        In a library, which has no fees and no learners of its own, what its author sees.
        """
        if self.is_in_library:
            return self.author_view(context)
        return self._paywall(self._user_id())

    @XBlock.supports("multi_device")
    def public_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """The teaser and the list price, for who is not signed in or not enrolled."""
        if self.is_in_library:
            return self.author_view(context)
        return self._paywall(None)

    def author_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """What the gate closes now, what is wrong with it, and what learners meet. In Studio."""
        del context
        page = presenter.author(
            author.report(self, at=clock.now()),
            display_name=self.display_name,
            fee=self.fee,
            scope=self.scope,
            teaser=self.teaser,
            gettext=self.gettext,
            ngettext=self._i18n().ngettext,
            language=None if self.is_in_library else client.course_language(self.course_text),
        )
        return drawing.author(page, words=presenter.author_words(self.gettext))

    def studio_view(self, context: Mapping[str, Any] | None = None) -> Fragment:
        """The settings form: the fee is chosen by name among those of the course."""
        del context
        return drawing.studio(author.form(self, at=clock.now(), gettext=self.gettext))

    @XBlock.json_handler
    def save_settings(self, data: Any, suffix: str = "") -> dict[str, str] | Response:
        """Store what the author chose.

        Answers with a sentence: 403 to who may not change the course and outside Studio, 400 to
        what cannot be stored, with the field's name if it is one field's fault.
        """
        del suffix
        user_id = self._user_id()
        if user_id is None or not compat.may_edit(user_id, self.usage_text):
            raise JsonHandlerError(403, self.gettext("Only authors of this course may do this."))
        try:
            settings = author.checked(self, data, at=clock.now(), gettext=self.gettext)
        except author.Refused as refused:
            answer = {"error": str(refused), "field": refused.field}
            return Response(json_body=answer, status=400)
        if self._is_read_only():
            raise JsonHandlerError(403, self.gettext("These settings are changed in Studio."))
        for name, value in settings.items():
            setattr(self, name, value)
        return {"result": "success"}

    def student_view_data(self, context: Mapping[str, Any] | None = None) -> dict[str, str]:
        """What apps may show without the block. The same for everybody: the platform keeps it."""
        del context
        return {"teaser": self.teaser, "scope": self.scope}

    def index_dictionary(self) -> dict[str, Any]:
        """What search may find: the author's words, never a price."""
        return {
            "content": {"display_name": self.display_name, "teaser": self.teaser},
            "content_type": "Fee gate",
        }

    def validate(self) -> Any:
        """What Studio shows as warnings and errors on the unit page, and in a list of blocks."""
        validation = super().validate()
        advice = author.advice(self, at=clock.now())
        for one, sentence in zip(
            advice, presenter.advice_sentences(advice, gettext=self.gettext), strict=True
        ):
            kind = ValidationMessage.WARNING if one in _REMARKS else ValidationMessage.ERROR
            validation.add(ValidationMessage(kind, sentence))
        return validation

    @classmethod
    def get_customizable_fields(cls) -> dict[str, str | None]:
        """What stays the course's own when a gate of a library is brought up to date there.

        Asked by the platform. ``None`` means: of the course alone. A library has no fees, so its
        version must not take the course's away.
        """
        of_any_block = getattr(super(), "get_customizable_fields", dict)
        return {**of_any_block(), "fee": None}

    @property
    def course_text(self) -> str:
        """The course run this block stands in, as the gate table knows it."""
        return keys.course_text(self._course_key)

    @property
    def is_in_library(self) -> bool:
        """Whether this block is kept in a library, and not in a course that uses it."""
        return keys.is_library(self.context_key)

    @property
    def usage_text(self) -> str:
        """This block, as the gate table knows it."""
        return keys.usage_text(self.scope_ids.usage_id)

    @property
    def _course_key(self) -> Any:
        """The course run this block is shown in: of a CCX, the CCX itself."""
        return self.context_key or getattr(self, "course_id", "")

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

    def _paywall(self, user_id: int | None) -> Fragment:
        paywall = paywalls.at_gate(
            self.fee,
            gate=self.usage_text,
            course_key=self._course_key,
            user_id=user_id,
            at=clock.now(),
        )
        if paywall.state is PaywallState.SWITCHED_OFF:
            return Fragment()
        page = presenter.paywall(
            paywall,
            teaser=self.teaser,
            gettext=self.gettext,
            ngettext=self._i18n().ngettext,
            language=None if paywall.is_open else client.course_language(self.course_text),
        )
        return drawing.paywall(page, is_settled=paywall.is_open, html_id=self._html_id())

    def _html_id(self) -> str:
        """A name for ids that no other block on the page has."""
        return f"fee-gate-{hashlib.sha256(self.usage_text.encode()).hexdigest()[:12]}"

    def _user_id(self) -> int | None:
        """Whose page this is; ``None`` for somebody who is not signed in."""
        service = self.runtime.service(self, "user")
        facts = service.get_current_user().opt_attrs if service else {}
        named = ("edx-platform.user_id", "xblock-workbench.user_id")
        found = next((facts[name] for name in named if facts.get(name)), None)
        try:
            return int(found) if found is not None else None
        except ValueError:
            return None

    def _i18n(self) -> Any:
        return self.runtime.service(self, "i18n")

    def gettext(self, text: str) -> str:
        return str(self._i18n().gettext(text))
