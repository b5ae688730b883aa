"""From a drawing (SVG) to a picture of it (PNG)."""

from __future__ import annotations

import json

from fairgate_papers.compiling import Job, compiled_alone
from fairgate_papers.typefaces import typesetter

SECONDS = 20


def draw(svg: bytes, *, width: int, height: int) -> bytes:
    """A PNG of a drawing, in pixels, transparent where nothing is drawn.

    Nothing is fetched and no file is read, whatever the drawing refers to. The same drawing gives
    the same bytes, with the same version of ``typst``. It is drawn in a process of its own that is
    ended after 20 seconds: what is drawn may be a stranger's.

    Raises:
        TypesetterMissing: the package ``typst`` cannot be loaded.
        TypesetterFailed: it cannot be drawn, or not in that time.
    """
    typesetter()  # what is missing here is missing in another process, which could not say so
    content = {"svg": svg.decode(), "width": width, "height": height}
    job = Job(paper=json.dumps(content), timestamp=0, format="png", template="drawing", ppi=72)
    return compiled_alone(job, seconds=SECONDS)
