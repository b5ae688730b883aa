"""Reads: rows in, values of ``data`` out. By subject: lists, policies, grants, fund, applications."""
