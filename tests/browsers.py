"""Finds the Chromium of this machine; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
MISSING = (
    "needs Chromium: install it (Debian and Ubuntu: apt-get install chromium; macOS: "
    "brew install --cask chromium) or name it by CHROMIUM=/path/to/chromium."
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The program to start, or empty."""
    if named := os.environ.get("CHROMIUM", ""):
        return shutil.which(named) or ""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), "")
    return on_path or next((name for name in MAC if Path(name).exists()), "")
