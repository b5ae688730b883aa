"""The marks that a certificate bears: those of the day it was issued on, for good."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairgate_tables.written_once import WrittenOnce


class IssuedMarks(WrittenOnce):
    """The marks of one certificate as of one date of issue.

    A certificate that is issued anew has another date and gets another row; the old one stays.
    There is no user: ``certificate`` is the number that stands on the certificate, and only the
    platform knows whose it is.

    .. no_pii:
    """

    certificate = models.CharField(_("number of the certificate"), max_length=64)
    course_key = models.CharField(_("course run"), max_length=255)
    issued_at = models.DateTimeField(_("issued at"))
    #: A list of marks (``services.issuing`` writes and reads it), in the words of the site's
    #: language on that day.
    marks = models.JSONField(_("marks"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("marks of a certificate")
        verbose_name_plural = _("marks of certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "issued_at"], name="partnerships_issued_marks_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.issued_at:%Y-%m-%d}"
