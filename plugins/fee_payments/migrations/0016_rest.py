"""Access that rests and comes back: a seat may carry a right again, closed seats may open again.

And holds of orders: a row for each reason, where one text was.
"""

import django
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
import django.db.models.deletion

# Django 5.1 renamed the argument of a CHECK constraint; one migration serves 4.2 and 5.2.
CHECK = 'condition' if django.VERSION >= (5, 1) else 'check'

PREFIX = 'Held for a person: '


def rows_of(apps, schema_editor):
    """A function that gives the rows of a table as they are here."""
    alias = schema_editor.connection.alias
    return lambda name: apps.get_model('fee_payments', name).objects.using(alias)


def name_live_rights_of_seats(apps, schema_editor):
    """Each right of a seat that is not revoked gets the key that lets no second one be."""
    rows = rows_of(apps, schema_editor)
    text = models.CharField(max_length=48)
    rows('Entitlement').filter(seat__isnull=False, revoked_at__isnull=True).update(
        seat_key=Concat(Cast('seat_id', text), Value(':'), Cast('offering_id', text))
    )


def tell_closed_seats(apps, schema_editor):
    """A closed seat was written as a refunded one, or as one taken back by nobody."""
    rows = rows_of(apps, schema_editor)
    taken = rows('Seat').filter(revoked_at__isnull=False, revoked_by__isnull=True)
    pools = set(taken.values_list('pool_id', flat=True))
    pools |= set(rows('Seat').filter(withdrawn_at__isnull=False).values_list('pool_id', flat=True))
    for pool in rows('SeatPool').filter(pk__in=pools).select_related('line').order_by('pk'):
        accepted = list(taken.filter(pool=pool))
        gone = rows('Seat').filter(pool=pool, withdrawn_at__isnull=False)
        # What left with a refund is what the refunds cover; the newest of the others were closed.
        more = gone.count() - _refunded(pool)
        closed = list(gone.order_by('-withdrawn_at', '-number')[:max(more, 0)])
        if not accepted and not closed:
            continue
        disputes = rows('Dispute').filter(payment__order=pool.line.order_id)
        was_lost = disputes.filter(state__in=['lost', 'won']).exists()
        told = accepted[0].revoked_because if accepted else ''
        pool.closed_because = (told or ('dispute_lost' if was_lost else 'cancelled'))[:32]
        pool.save(update_fields=['closed_because'])
        for seat in accepted:
            seat.closed_at, seat.revoked_at, seat.revoked_because = seat.revoked_at, None, ''
            seat.save(update_fields=['closed_at', 'revoked_at', 'revoked_because'])
        for seat in closed:
            seat.closed_at, seat.held_at, seat.withdrawn_at = seat.withdrawn_at, None, None
            seat.save(update_fields=['closed_at', 'held_at', 'withdrawn_at'])


def _refunded(pool):
    """How many seats of a pool its refunds cover, the cheaper ones first."""
    line = pool.line
    if not line.total_minor:
        return 0
    back = line.returned_minor - max(line.paid_minor - line.total_minor, 0)
    price, dearer = divmod(line.total_minor, pool.quantity)
    cheap = pool.quantity - dearer
    numbers = range(1, pool.quantity + 1)
    return sum(back >= number * price + max(number - cheap, 0) for number in numbers)


def write_holds(apps, schema_editor):
    """The one text of a held order becomes a row, with what holds it."""
    rows, now = rows_of(apps, schema_editor), timezone.now()
    back = set(
        rows('InvoiceStanding').filter(holds_order=True).values_list('live_order_id', flat=True)
    )
    for order in rows('Order').exclude(held_because='').order_by('pk'):
        why = order.held_because.removeprefix(PREFIX)
        cause = _cause(why, is_taken_back=order.pk in back)
        told = [(cause, why)]
        if order.pk in back and cause != 'reversal':
            # Another reason had written over it.
            told.append(('reversal', 'The bank took the payment back.'))
        for cause, sentence in told:
            rows('OrderHold').create(order=order, cause=cause, sentence=sentence, held_at=now)
        order.held_because = PREFIX + ' '.join(sentence for _cause, sentence in told)
        order.save(update_fields=['held_because'])


def _cause(why, *, is_taken_back):
    """What has written a text; only that of a bank was in the language of the site."""
    if why.startswith(('a refund of ', 'a refund at the provider')):
        return 'refund'
    if why.startswith('a dispute was won'):
        return 'access'
    return 'reversal' if is_taken_back else 'payment'


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0015_institution_seats'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('payment', 'a payment that does not fit'), ('refund', 'a refund that was not made'), ('reversal', 'a payment that the bank took back'), ('access', 'access that could not be given again')], max_length=16, verbose_name='what holds it')),
                ('sentence', models.CharField(max_length=255, verbose_name='why')),
                ('held_at', models.DateTimeField(verbose_name='held since')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
            ],
            options={
                'verbose_name': 'hold of an order',
                'verbose_name_plural': 'holds of orders',
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='entitlement',
            name='fee_payments_ent_seat_once',
        ),
        migrations.RemoveConstraint(
            model_name='seat',
            name='fee_payments_seat_live',
        ),
        migrations.AddField(
            model_name='entitlement',
            name='seat_key',
            field=models.CharField(editable=False, max_length=48, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='seat',
            name='closed_at',
            field=models.DateTimeField(null=True, verbose_name='closed at'),
        ),
        migrations.AddField(
            model_name='seatpool',
            name='closed_because',
            field=models.CharField(blank=True, default='', max_length=32, verbose_name='closed because'),
        ),
        migrations.AlterField(
            model_name='order',
            name='held_because',
            field=models.TextField(blank=True, default='', verbose_name='held because'),
        ),
        migrations.AlterField(
            model_name='seatstep',
            name='action',
            field=models.CharField(choices=[('invited', 'invited'), ('code_issued', 'given as a code'), ('released', 'taken back before it was accepted'), ('declined', 'not wanted'), ('expired', 'not accepted in time'), ('accepted', 'accepted'), ('shared', 'progress shared'), ('unshared', 'progress no longer shared'), ('reminded', 'reminded'), ('revoked', 'taken back'), ('held', 'held for a refund'), ('unheld', 'no longer held for a refund'), ('withdrawn', 'refunded'), ('closed', 'closed'), ('reopened', 'open again'), ('forgotten', 'personal data removed')], max_length=16, verbose_name='what happened'),
        ),
        migrations.RunPython(name_live_rights_of_seats, migrations.RunPython.noop),
        migrations.RunPython(tell_closed_seats, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('revoked_at__isnull', True), ('seat__isnull', False), ('seat_key__isnull', False)), models.Q(models.Q(('seat__isnull', True), ('revoked_at__isnull', False), _connector='OR'), ('seat_key__isnull', True)), _connector='OR')}, name='fee_payments_ent_seat_key'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('closed_at__isnull', True), ('live_key__isnull', False), ('revoked_at__isnull', True), ('withdrawn_at__isnull', True)), models.Q(('closed_at__isnull', True), ('live_key__isnull', True), ('revoked_at__isnull', False)), models.Q(('closed_at__isnull', True), ('live_key__isnull', True), ('withdrawn_at__isnull', False)), models.Q(('closed_at__isnull', False), ('live_key__isnull', True), ('revoked_at__isnull', True), ('withdrawn_at__isnull', True)), _connector='OR')}, name='fee_payments_seat_live'),
        ),
        migrations.AddField(
            model_name='orderhold',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='fee_payments.order', verbose_name='order'),
        ),
        migrations.AddConstraint(
            model_name='orderhold',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('cause__in', ['payment', 'refund', 'reversal', 'access']))}, name='fee_payments_hold_cause'),
        ),
        migrations.AddConstraint(
            model_name='orderhold',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('sentence', ''), _negated=True)}, name='fee_payments_hold_why'),
        ),
        migrations.RunPython(write_holds, migrations.RunPython.noop),
    ]
