"""How many learners courses had when they were last counted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CourseCount(models.Model):
    """What is told of one course until enough learners came or left, and another month began.

    ``month`` is the first day of the last month (UTC) for which that was decided; what is told may
    have been counted before. ``groups`` is a number of learners by the code of a list of countries,
    ``outside`` how many live in none of them. Numbers are exact, and told in round ones.

    .. no_pii:
    """

    course_key = models.CharField(_("course run"), max_length=255, unique=True)
    month = models.DateField(_("month"))
    learners = models.PositiveIntegerField(pgettext_lazy("a number", "learners"))
    groups = models.JSONField(_("learners by list of countries"))
    outside = models.PositiveIntegerField(_("learners of other countries"))

    class Meta:
        verbose_name = _("count of learners")
        verbose_name_plural = _("counts of learners")

    def __str__(self) -> str:
        return f"{self.course_key}: {self.learners}"
