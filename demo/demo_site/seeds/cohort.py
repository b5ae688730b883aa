"""How many learners the courses have beside the sample people, by country.

Sums about partners' courses are told of many learners only; whom a visitor can be are a few. These
have neither a name nor an account, and nothing else in the demo knows of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from demo_site.seeds.programme import ONLINE, WORKSHOP

#: In the workshop few are of LDC and fewer of SIDS: those numbers are hidden.
LEARNERS: Mapping[str, Mapping[str, int]] = {
    ONLINE: {
        "BD": 27, "ET": 22, "LA": 16, "NP": 18, "SN": 12, "UG": 31,
        "CV": 8, "FJ": 13, "JM": 7, "MU": 6,
        "BR": 17, "CH": 6, "CO": 12, "FR": 9, "GH": 29, "IN": 33, "KE": 41,
    },
    WORKSHOP: {"GH": 6, "KE": 11, "UG": 3, "FJ": 2},
}  # fmt: skip
