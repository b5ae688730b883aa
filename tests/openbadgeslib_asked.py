"""Run by a Python that has openbadgeslib, not by ours: is the badge in this picture valid?

Reads JSON: the picture (base64), the public key (PEM), and what is found at each address. Nothing
is fetched. Its clock is that of the machine.
"""

import base64
import json
import sys

from openbadgeslib.verify import verify_badge

asked = json.load(sys.stdin)
pages = asked["pages"]
found = verify_badge(
    base64.b64decode(asked["picture"]),
    "3",
    pubkey_pem=asked["public_key"].encode(),
    expected_recipient=asked["recipient"],
    check_status=True,
    download=lambda address: pages[address].encode(),
)
badge = found.credential
json.dump(
    {
        "valid": found.valid,
        "proof": found.proof_format,
        "reason": found.reason,
        "name": badge and badge.achievement.name,
        "issuer": badge and badge.issuer.id,
    },
    sys.stdout,
)
