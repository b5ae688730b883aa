"""The root of the family."""

from __future__ import annotations

from fairgate.errors import FairgateError


class PaymentsError(FairgateError):
    """The root of this family.

    ``offering_code`` is the line of an order that an error is about, "" where it is about none;
    ``line_title`` its title, where several were ordered and a person has to know which.
    """

    offering_code = ""
    line_title = ""
