"""Archives from outside: what they unpack to has a limit that the archive cannot move."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from fairgate.documents import Faults

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, NotImplementedError, EOFError,
    OSError, ValueError,
)  # fmt: skip
#: What stops where it is told to. bzip2 and LZMA give out all they hold, however little is asked
#: for: 900 bytes of them are gigabytes in memory.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: A workbook with fifty sheets has fewer.
MAX_NAMES = 500


class Archive:
    """The files of a ZIP archive, unpacked one by one; all together are at most ``most`` bytes.

    Raises:
        DocumentErrors: it is damaged, locked, packed by other methods than those that published
            files and workbooks use, or holds a name twice.
    """

    def __init__(self, content: bytes, faults: Faults, *, most: int) -> None:
        self._faults, self._most, self._left = faults, most, most
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGED:
            self._refuse_damaged()
        self.names = tuple(self._archive.namelist())
        if len(self.names) > MAX_NAMES:
            self._refuse(f"is an archive of more than {MAX_NAMES} files.")
        for name in self.names:
            if self.names.count(name) > 1:
                # Which of the two counts would depend on who reads it.
                self._refuse(f"is an archive with {name[:60]} in it twice.")
        if any(one.compress_type not in _METHODS for one in self._archive.infolist()):
            self._refuse(
                "is an archive packed in a way that we do not unpack: only “deflate” and “stored” "
                "are."
            )

    def read(self, name: str) -> bytes:
        """What a file of it unpacks to.

        Raises:
            DocumentErrors: it is damaged or locked, or all that was read is more than the limit.
        """
        unpacked = b""
        try:
            with self._archive.open(name) as member:
                # What the archive says of its sizes may be wrong: only what comes out counts.
                unpacked = member.read(self._left + 1)
        except _DAMAGED:
            self._refuse_damaged()
        self._left -= len(unpacked)
        if self._left < 0:
            self._refuse(f"unpacks to more than {self._most // 1024**2} MiB.")
        return unpacked

    def _refuse_damaged(self) -> None:
        self._refuse("is an archive that is damaged, locked, or packed in a way we do not know.")

    def _refuse(self, sentence: str) -> None:
        self._faults.add(sentence)
        self._faults.raise_if_any()


def only_table(content: bytes, faults: Faults, *, most: int) -> bytes:
    """The bytes of the only CSV in a ZIP archive.

    Raises:
        DocumentErrors: it is no archive of one CSV, or it holds more than ``most`` bytes.
    """
    archive = Archive(content, faults, most=most)
    if len(archive.names) != 1 or not archive.names[0].lower().endswith(".csv"):
        faults.add("is an archive, and not of one CSV alone.")
        faults.raise_if_any()
    return archive.read(archive.names[0])
