"""One distribution, three source roots, flat import names (docs/decisions/0002-import-names.md)."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
ROOTS = ("libs", "plugins", "xblocks")
TOP = {name: f"{root}/{name}" for root in ROOTS for name in find_packages(root) if "." not in name}

# What a package holds besides Python: pages, styles, translations, lists, policies and fonts.
FILES = [
    "py.typed",
    "static/**/*",
    "templates/**/*",
    "locale/**/*",
    "conf/locale/**/*",
    "data/**/*",
    "fonts/*",
]

# The same classes in LMS and Studio; the name of the entry point is the name of the package.
DJANGO_APPS = [
    f"{app} = {app}.apps:{config}"
    for app, config in {
        "waiver_policy": "WaiverPolicyConfig",
        "fee_payments": "FeePaymentsConfig",
        "partnerships": "PartnershipsConfig",
        "revenue_share": "RevenueShareConfig",
        "fee_gate": "FeeGateConfig",
    }.items()
]

# Lower bounds only: an Open edX release decides the versions, we must not move them. Each
# requirement beyond the platform's own core has its reason in docs/decisions/0009-dependencies.md.
REQUIRES = [
    "Django>=4.2",
    "XBlock>=5.1",  # brings PyYAML, and web_fragments: its own from 6.2, the distribution before
    "edx-opaque-keys",
    "requests",
    "django-countries>=7.6",
    "Pillow>=11",
    "cryptography>=44",
    "pypdf>=7",
    "djangorestframework>=3.14",
    "drf-spectacular>=0.28",
    "typst>=0.15",  # draws documents: no system packages, one wheel
    "XlsxWriter>=3.1",  # writes workbooks: pure Python, nothing required
]

# Payments by Stripe: the official SDK, whose version is that of the API (docs/decisions/0034).
STRIPE = ["stripe>=16.1"]

# The demo runs the blocks in the workbench of the SDK.
DEMO = ["xblock-sdk>=0.14"]

TEST = [
    "axe-playwright-python>=0.1.8",  # carries axe-core (MPL-2.0), which looks at every page
    "build",
    "hypothesis",
    "jsonschema",  # holds our schema of policy documents against our reader
    "openpyxl",  # reads the workbooks that we write
    "openedx-filters>=2.0",  # in every platform; our blocks and apps have to get along with it
    "playwright",
    "polib",  # reads catalogues of translations
    "pycountry",  # only to check our lists and currencies against
    "PyMySQL>=1.1",  # pure Python: the tests reach MariaDB without a compiler
    "pytest>=8",
    "pytest-cov",
    "pytest-django",
    "pytest-socket",
    "pytest-xdist",
    "setuptools>=64",
    "wheel",
]

DEV = [
    "code-annotations",
    "codespell",
    "django-stubs[compatible-mypy]",
    "import-linter",
    "ruff",
    "twine",
    "types-PyYAML",
    "types-requests",
]


def version() -> str:
    """The one in ``fairgate/__init__.py``, read as text: building must not import the package."""
    source = (HERE / "libs/fairgate/__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', source, re.MULTILINE)
    if found is None:
        raise SystemExit("libs/fairgate/__init__.py does not say __version__.")
    return found[1]


setup(
    name="openedx-fairgate",
    version=version(),
    description=(
        "Fees, waivers, partner co-branding and revenue shares for capacity building on Open edX."
    ),
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    keywords="open edx, xblock, django, fees, waivers, partnerships, revenue share",
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Web Environment",
        "Framework :: Django",
        "Framework :: Django :: 4.2",
        "Framework :: Django :: 5.2",
        "Intended Audience :: Education",
        "Natural Language :: English",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Education",
    ],
    python_requires=">=3.11",
    package_dir=TOP,
    packages=[name for root in ROOTS for name in find_packages(root)],
    package_data=dict.fromkeys(TOP, FILES),
    include_package_data=False,
    zip_safe=False,
    install_requires=REQUIRES,
    extras_require={
        "stripe": STRIPE,
        "demo": DEMO,
        "test": DEMO + STRIPE + TEST,
        "dev": DEMO + STRIPE + TEST + DEV,
    },
    entry_points={
        "xblock.v1": [
            "fee_gate = fee_gate:FeeGateXBlock",
            "partner_badge = partner_badge:PartnerBadgeXBlock",
        ],
        "lms.djangoapp": DJANGO_APPS,
        "cms.djangoapp": DJANGO_APPS,
        # Payment providers; other distributions add theirs (fee_payments.providers.base).
        "fairgate.payment_providers": [
            "sandbox = fee_payments.providers.sandbox:Sandbox",
            "stripe = fee_payments.providers.stripe_checkout.provider:StripeCheckout",
        ],
        "openedx.user_partition_scheme": [
            "fee_gate = fee_gate.partitions:FeeGatePartitionScheme",
        ],
        "openedx.block_structure_transformer": [
            "fee_gate = fee_gate.structures:FeeGateTransformer",
        ],
        "openedx.dynamic_partition_generator": [
            "fee_gate = fee_gate.partitions:create_fee_partition",
        ],
    },
)
