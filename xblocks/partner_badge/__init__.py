"""The partner badge: an XBlock with the partners whose agreements are in force."""

from partner_badge.block import PartnerBadgeXBlock

__all__ = ["PartnerBadgeXBlock"]
