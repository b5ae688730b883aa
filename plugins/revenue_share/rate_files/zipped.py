"""The one table in an archive; what it unpacks to has a limit that the archive cannot move."""

from __future__ import annotations

import io
import zipfile
import zlib

from fairgate.documents import Faults


def only_table(content: bytes, faults: Faults, *, most: int) -> bytes:
    """The bytes of the only CSV in a ZIP archive.

    Raises:
        DocumentErrors: it is no archive of one CSV, or it holds more than ``most`` bytes.
    """
    unpacked = b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) != 1 or not names[0].lower().endswith(".csv"):
                faults.add("is an archive, and not of one CSV alone.")
                faults.raise_if_any()
            with archive.open(names[0]) as member:
                # What the archive says of its sizes may be wrong: only what comes out counts.
                unpacked = member.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        faults.add("is an archive that is damaged, locked, or packed in a way we do not know.")
    if len(unpacked) > most:
        faults.add(f"unpacks to more than {most // 1024**2} MiB.")
    faults.raise_if_any()
    return unpacked
