"""Settings of the test runs: the demo's, on a SQLite of their own.

``DATABASE_URL`` does not move the whole run: tests that need a database run on SQLite and, where
it answers, on MariaDB as well (``two_databases``).
"""

from demo_site.settings import *  # noqa: F403

DATABASES = {
    "default": {
        "ENGINE": "demo_site.sqlite",
        "NAME": ":memory:",
        "ATOMIC_REQUESTS": True,
        # From the models: migrations have tests of their own (``packaging/test_migrated_tables``
        # on MariaDB), and the journeys begin with a database that was migrated.
        "TEST": {"NAME": ":memory:", "MIGRATE": False},
    },
}
# One way to pay and no place for files, as most tests have it; the others say what they need.
FEE_PAYMENTS_PROVIDERS = ["sandbox"]
FEE_PAYMENTS_PURCHASE_ORDERS = {}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, for tests only
