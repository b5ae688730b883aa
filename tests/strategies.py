"""Values that hypothesis draws from, shared by the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from fairgate.money import Money, currencies

MAX = 10**12

currency_codes = st.sampled_from(("USD", "CHF", "JPY", "KWD", "CLF"))
any_currency = st.sampled_from(currencies())
amounts = st.integers(min_value=-MAX, max_value=MAX)
weights = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=6).filter(any)


@st.composite
def monies(draw: st.DrawFn, minor: st.SearchStrategy[int] = amounts) -> Money:
    """An amount in one of the currencies with 0, 2, 3 or 4 decimals."""
    return Money.from_minor(draw(minor), draw(currency_codes))
