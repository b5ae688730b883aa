"""Reads of the books, answered in values of ``data``."""
