"""The demo: a small site in which everything of Fairgate can be tried without an Open edX instance.

It stands where the LMS and Studio would stand. Units are drawn by the XBlock runtime of the SDK
workbench, the four apps run unchanged, and ``platform.py`` answers what ``compat.py`` of each app
would ask the platform. Nothing in the suite imports this package.
"""
