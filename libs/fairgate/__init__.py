"""The kernel of Fairgate: values that every app shares, in plain Python.

Nothing here imports Django, XBlock or the platform. The folders ``templates`` and ``static`` hold
the page frame that the apps' pages extend; they are files only.
"""

__version__ = "0.1.0"
