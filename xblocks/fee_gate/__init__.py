"""The fee gate: a block that marks where a fee begins, and the Django app that enforces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fee_gate.block import FeeGateXBlock

__all__ = ["FeeGateXBlock"]


def __getattr__(name: str) -> Any:
    """Load the block when it is asked for: Django imports this package before it has settings."""
    if name == "FeeGateXBlock":
        from fee_gate.block import FeeGateXBlock

        return FeeGateXBlock
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
