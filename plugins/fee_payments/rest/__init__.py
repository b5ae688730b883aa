"""The REST API, version 1: what a learner, an operator and an accountant may do by program."""
