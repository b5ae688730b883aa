"""What is to be done about enrolments, and what was done."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnrolmentTask(models.Model):
    """The rights of a learner in a course run have changed; their enrolment is to follow.

    The outbox: written with the change, in its transaction, and worked after it. ``open_key`` names
    learner and course run until it is done; the unique index lets one open row exist, because what
    is to be done follows from the rights of that moment and not from the change.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    open_key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    user_id = models.BigIntegerField(_("user"))
    course_key = models.CharField(_("course run"), max_length=255)
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveIntegerField(_("tries that failed"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True, db_index=True)
    last_error = models.CharField(_("last error"), max_length=255, blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("enrolment to follow a right")
        verbose_name_plural = _("enrolments to follow rights")
        indexes = [
            models.Index(fields=["user_id", "course_key"], name="fee_payments_task_learner"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.course_key}"


class Enrolled(models.Model):
    """What we did to an enrolment, so that it can be taken back and nothing else is.

    ``mode_before`` is empty if the learner was not in the course. ``last_right`` is the newest
    right that was followed: who leaves the course by themselves is not enrolled again for a right
    that they had then. ``open_key`` names learner and course run until it was taken back; then the
    row stays as history (T23).

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    open_key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    user_id = models.BigIntegerField(_("user"))
    course_key = models.CharField(_("course run"), max_length=255)
    mode_before = models.CharField(_("mode before"), max_length=100, blank=True, default="")
    mode_by_us = models.CharField(_("mode by the right"), max_length=100)
    last_right = models.BigIntegerField(_("newest right"))
    enrolled_at = models.DateTimeField(_("enrolled at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("enrolment by a right")
        verbose_name_plural = _("enrolments by rights")
        indexes = [
            models.Index(fields=["course_key", "user_id"], name="fee_payments_enrolled_course"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.course_key}"
