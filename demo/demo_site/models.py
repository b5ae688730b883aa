"""What the demo itself has to remember: its people, its calendar, and what its blocks hold."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from fairgate.clock import now

FIRST_DAY = date(2026, 11, 23)
"""Where the calendar stands until a visitor moves it: the last day of Lao PDR on the LDC list."""


class Person(models.Model):
    """One of the sample people a visitor can be.

    .. pii: A country of residence and a short text, of invented people.
    .. pii_types: location, biography
    .. pii_retirement: local_api
    """

    class Role(models.TextChoices):
        """What a person does in the story."""

        LEARNER = "learner", _("Learner")
        AUTHOR = "author", _("Course author")
        FINANCE = "finance", _("Finance officer")
        PARTNER = "partner", _("Partner’s officer")
        ADMINISTRATION = "administration", _("Officer of an administration")
        OPERATOR = "operator", _("Platform operator")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="demo_person"
    )
    # ISO 3166-1 alpha-2, or empty: Open edX does not require a country either.
    country = models.CharField(max_length=2, blank=True, default="")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.LEARNER)
    bio = models.CharField(max_length=255, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()

    @property
    def country_name(self) -> str:
        """The country in the visitor's language, or that there is none."""
        return str(countries.name(self.country) or _("no country given"))


class DemoDay(models.Model):
    """The day on which the demo takes place; the time of day is the real one. There is one row.

    .. no_pii:
    """

    day = models.DateField()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendar")

    def __str__(self) -> str:
        return self.day.isoformat()


class SeatCodeSlip(models.Model):
    """The slip of paper with a seat code that a sample person was given.

    The suite keeps no code it has issued; somebody does, and in the demo that is this table.

    .. no_pii:
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="slip")
    text = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("seat code on paper")
        verbose_name_plural = _("seat codes on paper")

    def __str__(self) -> str:
        return self.text


class BlockState(models.Model):
    """The value of the fields of one block that differ from the course's XML, per branch and user.

    A course author's save goes to the branch ``draft``; publishing copies it to ``published``.

    .. no_pii:
    """

    branch = models.CharField(max_length=16)
    # A usage key, a block type (preferences) or "all" (user info), as the XBlock scope asks.
    scope = models.CharField(max_length=32)
    scope_id = models.CharField(max_length=255, blank=True)
    user_id = models.CharField(max_length=32, blank=True, default="")
    fields = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("block state")
        verbose_name_plural = _("block states")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "scope", "scope_id", "user_id"], name="demo_site_state_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.scope} {self.scope_id}"


class DemoEnrolment(models.Model):
    """A sample person's enrolment in a course run, as the platform would keep it.

    .. no_pii:
    """

    user_id = models.BigIntegerField()
    course_key = models.CharField(max_length=255)
    mode = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    began_at = models.DateTimeField(default=now)
    # Triples: namespace, name, value.
    attributes = models.JSONField(default=list)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "course_key"], name="demo_site_enrolled_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.course_key} as {self.mode}"
