"""Files that prove something: a short list of kinds, told by their bytes, kept in the database.

They are few and small, and a row of the database is never served by accident. The name that a file
had is not kept.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.translation import gettext as _

from partnerships import conf, models
from partnerships.exceptions import EvidenceRefused

_KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def keep(
    content: bytes | None, *, partner: models.Partner, by: int, at: datetime
) -> models.EvidenceFile | None:
    """Check and keep a file, if there is one.

    Raises:
        EvidenceRefused: it is too large, or none of the kinds that are taken.
    """
    if content is None:
        return None
    most = conf.evidence_max_bytes()
    if len(content) > most:
        raise EvidenceRefused(
            _("The file has more than %(kilobytes)s kB.") % {"kilobytes": most // 1024}
        )
    kind = next((kind for begins, kind in _KINDS.items() if content.startswith(begins)), None)
    if kind is None:
        raise EvidenceRefused(_("Evidence is a PDF, a PNG or a JPEG file."))
    kept = models.EvidenceFile(
        partner=partner,
        content=content,
        content_type=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by,
        uploaded_at=at,
    )
    kept.save()
    return kept
