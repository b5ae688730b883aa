"""The partner badge: an XBlock that shows the partners of a course while an agreement is in force."""

from partner_badge.block import PartnerBadgeXBlock

__all__ = ["PartnerBadgeXBlock"]
