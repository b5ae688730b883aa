"""What can go wrong, by family.

* FairgateError
  + MoneyError (``fairgate.money``)
  + DocumentError (``fairgate.documents``)
  + RowIsKept: a row that is evidence was about to be changed or deleted
  + one family per app, each in the app's ``exceptions.py``
"""


class FairgateError(Exception):
    """The root of every error that Fairgate raises on purpose.

    ``retryable`` tells the caller whether the same call may succeed later without any change.
    The text is a sentence for a person: it names what is wrong and where.
    """

    retryable = False


class RowIsKept(FairgateError):
    """A row that is evidence was about to be changed or deleted: a mistake in the program."""

    def __init__(self, what: str) -> None:
        super().__init__(f"A {what} is written once: it is never changed or deleted.")
