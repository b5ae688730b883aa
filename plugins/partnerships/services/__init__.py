"""The only writers. Each function is one use case, whole or not at all."""

from partnerships.services.brand import (
    approve_picture,
    keep_pictures,
    refuse_picture,
    upload_picture,
    withdraw_picture,
)
from partnerships.services.loading import load
from partnerships.services.people import add_person, forget_user, remove_person
from partnerships.services.signing import sign
from partnerships.services.suspending import resume, suspend
from partnerships.services.vetting import record_due_diligence

__all__ = [
    "add_person",
    "approve_picture",
    "forget_user",
    "keep_pictures",
    "load",
    "record_due_diligence",
    "refuse_picture",
    "remove_person",
    "resume",
    "sign",
    "suspend",
    "upload_picture",
    "withdraw_picture",
]
