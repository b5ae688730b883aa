"""Stripe, by its hosted page (Checkout) and the official SDK.

The SDK is an extra: ``pip install openedx-fairgate[stripe]``. How to set it up:
docs/how-tos/stripe.md.

* options  what an operator says: keys, secrets, limits
* amounts  money as Stripe counts it
* calls    the SDK's client, and what its errors mean to us
* facts    from Stripe's objects to facts
* signatures  who sent an event, and when
* provider the interface of ``fee_payments.providers.base``
"""
