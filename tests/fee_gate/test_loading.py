"""What entry points name loads anywhere: no platform, no settings, no Django apps."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "fee_gate:FeeGateXBlock",
        "fee_gate.partitions:FeeGatePartitionScheme",
        "fee_gate.partitions:create_fee_partition",
        "fee_gate.apps:FeeGateConfig",
    ],
)
def test_an_entry_point_loads_without_a_platform(name):
    module, attribute = name.split(":")
    code = f"import {module} as m; assert m.{attribute}"
    paths = [path for path in sys.path if path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; {code}"],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )

    assert done.returncode == 0, done.stderr
