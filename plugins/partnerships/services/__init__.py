"""The only writers. Each function is one use case, whole or not at all."""

from partnerships.services.brand import (
    approve_picture,
    keep_pictures,
    refuse_picture,
    upload_picture,
    withdraw_picture,
)
from partnerships.services.contacts import (
    add_contact,
    forget_contact,
    remove_contact,
)
from partnerships.services.counting import count_learners
from partnerships.services.ending import (
    ask_end,
    confirm_end,
    refuse_end,
)
from partnerships.services.issuing import issue_marks
from partnerships.services.loading import (
    load,
)
from partnerships.services.people import (
    add_person,
    forget_user,
    remove_person,
)
from partnerships.services.promoting import (
    approve_promotion,
    propose_promotion,
    refuse_promotion,
    withdraw_promotion,
)
from partnerships.services.recognising import (
    confirm_award,
    confirm_scheme,
    propose_award,
    propose_scheme,
    refuse_award,
    refuse_scheme,
    revoke_award,
)
from partnerships.services.recording import (
    accept_delivery,
    record_actual,
    record_delivery,
    record_fulfilment,
    refuse_delivery,
)
from partnerships.services.reminding import (
    remind,
)
from partnerships.services.renaming import (
    confirm_partner_change,
    refuse_partner_change,
)
from partnerships.services.reviewing import (
    approve,
    return_to_draft,
    submit,
)
from partnerships.services.signing import (
    consent,
    sign,
)
from partnerships.services.suspending import (
    ask_resume,
    confirm_resume,
    refuse_resume,
    suspend,
)
from partnerships.services.vetting import (
    confirm_due_diligence,
    record_due_diligence,
    refuse_due_diligence,
)

__all__ = [
    "accept_delivery",
    "add_contact",
    "add_person",
    "approve",
    "approve_picture",
    "approve_promotion",
    "ask_end",
    "ask_resume",
    "confirm_award",
    "confirm_due_diligence",
    "confirm_end",
    "confirm_partner_change",
    "confirm_resume",
    "confirm_scheme",
    "consent",
    "count_learners",
    "forget_contact",
    "forget_user",
    "issue_marks",
    "keep_pictures",
    "load",
    "propose_award",
    "propose_promotion",
    "propose_scheme",
    "record_actual",
    "record_delivery",
    "record_due_diligence",
    "record_fulfilment",
    "refuse_award",
    "refuse_delivery",
    "refuse_due_diligence",
    "refuse_end",
    "refuse_partner_change",
    "refuse_picture",
    "refuse_promotion",
    "refuse_resume",
    "refuse_scheme",
    "remind",
    "remove_contact",
    "remove_person",
    "return_to_draft",
    "revoke_award",
    "sign",
    "submit",
    "suspend",
    "upload_picture",
    "withdraw_picture",
    "withdraw_promotion",
]
