"""Reads: rows in, values of ``data`` out. One module per subject."""
