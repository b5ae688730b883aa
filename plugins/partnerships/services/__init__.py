"""The only writers. Each function is one use case, whole or not at all."""

from partnerships.services.loading import load
from partnerships.services.people import add_person, forget_user, remove_person
from partnerships.services.signing import sign
from partnerships.services.suspending import resume, suspend
from partnerships.services.vetting import record_due_diligence

__all__ = [
    "add_person",
    "forget_user",
    "load",
    "record_due_diligence",
    "remove_person",
    "resume",
    "sign",
    "suspend",
]
