"""Fairgate in Tutor. The version is that of the suite it installs."""

__version__ = "0.1.0"
