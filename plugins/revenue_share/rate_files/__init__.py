"""Published rates of exchange, read strictly: the United Nations' and the European Central Bank's.

Plain Python: bytes in, frozen values out, and no network. ``read_rates`` is the one door. A file
is read whole or refused whole, and every bad row is named.
"""

from __future__ import annotations

from .reading import MAX_BYTES, read_rates

__all__ = ["MAX_BYTES", "read_rates"]
