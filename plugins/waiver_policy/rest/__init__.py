"""The REST API, version 1: what a learner, a reviewer and an operator may do by program."""
