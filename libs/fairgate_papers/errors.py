"""What can go wrong with papers.

* PapersError
  + PaperRefused        a value of the paper cannot be printed; the sentence names it
  + TypesetterMissing   the package ``typst`` is not installed, or cannot be loaded here
  + TypesetterFailed    it gave up on a paper that should have been printed (retryable)
"""

from __future__ import annotations

from fairgate.errors import FairgateError


class PapersError(FairgateError):
    """The root of this family."""


class PaperRefused(PapersError, ValueError):
    """A text that is too long, a row without its cells, too many rows."""


class TypesetterMissing(PapersError):
    """The typesetter cannot be loaded."""


class TypesetterFailed(PapersError):
    """The typesetter gave up, or did not answer in time. No part of the paper is in the text."""

    retryable = True
