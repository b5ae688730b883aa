"""What the REST APIs of all apps share: who calls, what may come in, how faults are told.

The views of an app stand in its ``rest`` package and only parse, call ``api`` and answer.
"""
