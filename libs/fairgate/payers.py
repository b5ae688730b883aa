"""Who pays: one axis of price lists, and what waiver policies may ask."""

from __future__ import annotations

from enum import StrEnum


class PayerClass(StrEnum):
    """Who pays, in the vocabulary of the ITU's membership."""

    INDIVIDUAL = "individual"
    MEMBER_STATE = "member_state"
    SECTOR_MEMBER = "sector_member"
    ASSOCIATE = "associate"
    ACADEMIA = "academia"
    PRIVATE = "private"
