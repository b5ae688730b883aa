"""What several tests of fees and payments ask for."""

from __future__ import annotations

import pytest


@pytest.fixture
def pays_by_invoice(settings):
    """A learner chooses between the sandbox and a bank transfer."""
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox", "invoice"]
