"""Takes money: offerings, prices, quotes, orders, payments and entitlements.

Other code enters through ``fee_payments.api``, its values (``data``), its facts (``signals``) and
its errors (``exceptions``).
"""
