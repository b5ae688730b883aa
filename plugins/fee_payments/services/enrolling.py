"""Has enrolments follow rights: an outbox that is written with the change and worked after it.

Order of locks: whatever the change locks, then the task. Who works a task begins by locking its row
by the primary key and does everything in one transaction with it, the platform's rows too: a task
that is delivered twice, or whose worker dies between two statements, has one effect.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import run_again
from fee_payments import compat, conf, models, rules, selectors
from fee_payments.data import (
    EnrolmentAction,
    EnrolmentFacts,
    EnrolmentFault,
    EnrolmentFinding,
    EnrolmentStep,
)
from fee_payments.exceptions import EnrolmentRefused

log = logging.getLogger(__name__)

_PAGE = 500


def enqueue(user_id: int, course_key: str, *, at: datetime) -> None:
    """Have the enrolment of a learner in a course run follow their rights, from this moment on.

    Called in the transaction that changes a right. A task that waits after a failure is tried at
    once again.
    """
    if not course_key:
        return  # a bundle is of no course run: the rights to what it opens are followed
    key = _key(user_id, course_key)
    if not _lock_open(key):
        row = models.EnrolmentTask(
            open_key=key, user_id=user_id, course_key=course_key, due_at=at, next_try_at=at
        )
        insert_or_lock(row, field="open_key")
    models.EnrolmentTask.objects.filter(open_key=key, next_try_at__gt=at).update(
        due_at=at, next_try_at=at
    )


def _lock_open(key: str) -> bool:
    """Lock the task of this key, as a worker does; whether it is there, and open.

    By its primary key. The INSERT would ask for the entry of the key in its index, and then for the
    row, while the worker has the row and needs the entry to close the task: a deadlock. That is
    left where two changes write the first task at once, and a worker is between them; then who
    began the transaction runs it again.
    """
    pk = models.EnrolmentTask.objects.filter(open_key=key).values_list("pk", flat=True).first()
    if pk is None:
        return False
    # The row count decides: the task may be done since it was found.
    open_now = models.EnrolmentTask.objects.filter(pk=pk, open_key__isnull=False)
    return bool(open_now.update(user_id=F("user_id")))


def follow_enrolment(user_id: int, course_key: str, *, at: datetime) -> bool:
    """Work the task of a learner and a course run, if one is open and due.

    Call it outside a transaction. Again, or by somebody else at the same moment, does nothing. What
    fails is tried again later; its error is in the task and in the log.
    Returns whether the enrolment follows the rights by this call.
    """
    if not conf.has_enrolments_follow():
        return False
    key = _key(user_id, course_key)
    found = models.EnrolmentTask.objects.filter(open_key=key, due_at__lte=at).first()
    return found is not None and _work(found.pk, at=at)


def follow_enrolments(*, at: datetime) -> int:
    """Work every task that is due and that nobody has worked. Returns how many were done."""
    if not conf.has_enrolments_follow():
        return 0
    due = models.EnrolmentTask.objects.filter(next_try_at__lte=at).order_by("id")
    done, last = 0, 0
    while page := list(due.filter(id__gt=last).values_list("pk", flat=True)[:_PAGE]):
        last = page[-1]
        done += sum(_work(pk, at=at) for pk in page)
    return done


def repair_enrolment(finding: EnrolmentFinding, *, at: datetime) -> bool:
    """Mend what was found, by the same way that a change of rights takes.

    Whom no right let in stays: staff may have enrolled them. Returns whether it is mended.
    """
    if finding.fault is EnrolmentFault.NOT_ENTITLED:
        return False
    return not retry_enrolment(finding.user_id, finding.course_key, at=at)


def retry_enrolment(user_id: int, course_key: str, *, at: datetime) -> str:
    """Have the enrolment of a learner follow their rights now, and not when it is due.

    Call it outside a transaction. Returns what stands in the way, as it is kept with the task;
    "" if it follows.
    """
    enqueue(user_id, course_key, at=at)
    if follow_enrolment(user_id, course_key, at=at):
        return ""
    waits = models.EnrolmentTask.objects.filter(open_key=_key(user_id, course_key)).first()
    return waits.last_error if waits else ""


def unenrol_without_right(finding: EnrolmentFinding, *, at: datetime) -> bool:
    """Take somebody out of a paid mode that they have no right to, because an operator says so.

    Asks once more first: they may have paid since. Returns whether they are out.
    """
    user_id, course_key = finding.user_id, finding.course_key
    facts = selectors.enrolment_facts(course_key, [user_id], at=at)[user_id]
    if not rules.has_no_right(facts):
        return False
    try:
        with transaction.atomic():
            compat.unenrol(user_id, course_key)
    except EnrolmentRefused:
        log.exception("not unenrolled: user=%s course=%s", user_id, course_key)
        return False
    log.info("unenrolled without a right: user=%s course=%s", user_id, course_key)
    return True


def _key(user_id: int, course_key: str) -> str:
    """The text that may stand in one open row only: one learner, one course run."""
    return hashlib.sha256(f"{user_id}:{course_key}".encode()).hexdigest()


def _work(pk: int, *, at: datetime) -> bool:
    try:
        return _work_once(pk, at=at)
    except Exception as error:  # whatever the platform raises, the task is kept and tried again
        log.exception("enrolment does not follow: task=%s", pk)
        _put_off(pk, error, at=at)
        return False


@run_again
def _work_once(pk: int, *, at: datetime) -> bool:
    with transaction.atomic(durable=True):
        # The lock is the first read of this transaction: a second worker waits here, and then sees
        # that the task is done.
        task = models.EnrolmentTask.objects.select_for_update().get(pk=pk)
        if task.open_key is None:
            return False
        facts = selectors.enrolment_facts(task.course_key, [task.user_id], at=at)[task.user_id]
        action = rules.next_action(facts)
        _act(task, action, facts)
        _remember(task, action, facts, at=at)
        _close(task, at=at)
    log.info(
        "enrolment follows: user=%s course=%s step=%s mode=%s",
        task.user_id,
        task.course_key,
        action.step,
        action.mode,
    )
    return True


def _act(task: models.EnrolmentTask, action: EnrolmentAction, facts: EnrolmentFacts) -> None:
    user_id, course_key = task.user_id, task.course_key
    if action.step is EnrolmentStep.ASK:
        raise EnrolmentRefused(
            f"The course run {course_key} has no mode “{action.mode}”: add the mode, or change the "
            "enrolment mode of its offering."
        )
    if action.step is EnrolmentStep.ENROL:
        compat.enrol(user_id, course_key, action.mode, facts.attributes)
    elif action.step is EnrolmentStep.CHANGE_MODE:
        compat.change_mode(user_id, course_key, action.mode, facts.attributes)
    elif action.step is EnrolmentStep.UNENROL:
        compat.unenrol(user_id, course_key)


def _remember(
    task: models.EnrolmentTask, action: EnrolmentAction, facts: EnrolmentFacts, *, at: datetime
) -> None:
    """Keep what we did, and for which rights; or that it was taken back."""
    if facts.ours is None:
        if action.step is not EnrolmentStep.NOTHING or rules.came_by_right(facts):
            _begin(task, action, facts, at=at)
        return
    ours = models.Enrolled.objects.filter(open_key=_key(task.user_id, task.course_key))
    if not rules.gives_a_mode(facts):
        ours.update(open_key=None, ended_at=at)
    elif action.step is EnrolmentStep.ENROL:
        # Who comes in again is a new story; what we did the first time stays as it was.
        ours.update(open_key=None, ended_at=at)
        _begin(task, action, facts, at=at)
    else:
        mode = action.mode or facts.ours.mode_by_us
        ours.update(last_right=_newest(facts), mode_by_us=mode)


def _begin(
    task: models.EnrolmentTask, action: EnrolmentAction, facts: EnrolmentFacts, *, at: datetime
) -> None:
    present = facts.present.mode if facts.present and facts.is_in else ""
    models.Enrolled.objects.create(
        open_key=_key(task.user_id, task.course_key),
        user_id=task.user_id,
        course_key=task.course_key,
        mode_before="" if rules.came_by_right(facts) else present,
        mode_by_us=action.mode or present,
        last_right=_newest(facts),
        enrolled_at=at,
    )


def _newest(facts: EnrolmentFacts) -> int:
    return max((right.id for right in facts.rights), default=0)


def _close(task: models.EnrolmentTask, *, at: datetime) -> None:
    """Close the task, or leave it open for the next right that begins."""
    begins = selectors.next_start(task.user_id, task.course_key, at=at)
    task.attempts, task.last_error = 0, ""
    if begins is None:
        task.open_key, task.next_try_at, task.done_at = None, None, at
    else:
        task.due_at = task.next_try_at = begins
    task.save()


def _put_off(pk: int, error: Exception, *, at: datetime) -> None:
    """Keep the error for who operates, and when to try again. Errors of ours name ids only."""
    said = str(error) if isinstance(error, EnrolmentRefused) else type(error).__name__
    with transaction.atomic():
        task = models.EnrolmentTask.objects.select_for_update().get(pk=pk)
        if task.open_key is None:
            return
        task.attempts += 1
        task.last_error = said[:255]
        task.next_try_at = at + rules.retry_after(task.attempts)
        task.save(update_fields=["attempts", "last_error", "next_try_at"])
