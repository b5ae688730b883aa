"""Seats of institutions: pools, seats, their history and mails; orders of organisations."""

import django
from django.db import migrations, models
import django.db.models.deletion
import uuid

# Django 5.1 renamed the argument of a CHECK constraint; one migration serves 4.2 and 5.2.
CHECK = 'condition' if django.VERSION >= (5, 1) else 'check'


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0014_bank_statements'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('live_key', models.CharField(editable=False, max_length=48, null=True, unique=True)),
                ('assigned_at', models.DateTimeField(null=True, verbose_name='given at')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='to be accepted until')),
                ('email_digest', models.CharField(editable=False, max_length=64, null=True)),
                ('sealed', models.TextField(blank=True, default='', editable=False)),
                ('assigned_user', models.BigIntegerField(db_index=True, null=True, verbose_name='invited account')),
                ('nonce', models.UUIDField(editable=False, null=True)),
                ('token_digest', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('is_for_address', models.BooleanField(default=True, verbose_name='for the invited address only')),
                ('accepted_by', models.BigIntegerField(db_index=True, null=True, verbose_name='accepted by')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='accepted at')),
                ('consented_at', models.DateTimeField(null=True, verbose_name='shares progress since')),
                ('revoked_by', models.BigIntegerField(null=True, verbose_name='taken back by')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='taken back at')),
                ('revoked_because', models.CharField(blank=True, default='', max_length=255, verbose_name='taken back because')),
                ('held_at', models.DateTimeField(null=True, verbose_name='held for a refund since')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='refunded at')),
            ],
            options={
                'verbose_name': 'seat',
                'verbose_name_plural': 'seats',
                'ordering': ['pool_id', 'number', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SeatMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100, unique=True, verbose_name='key')),
                ('nonce', models.UUIDField(editable=False)),
                ('kind', models.CharField(choices=[('invitation', 'invitation'), ('reminder', 'reminder')], max_length=16, verbose_name='kind')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('claimed_until', models.DateTimeField(editable=False, null=True)),
                ('tries', models.PositiveIntegerField(default=0, verbose_name='tries')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('dropped_at', models.DateTimeField(null=True, verbose_name='dropped at')),
                ('failure', models.CharField(blank=True, default='', max_length=64, verbose_name='failure')),
            ],
            options={
                'verbose_name': 'mail about a seat',
                'verbose_name_plural': 'mails about seats',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SeatPool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('quantity', models.PositiveIntegerField(verbose_name='seats')),
                ('sponsor', models.CharField(max_length=255, verbose_name='sponsor')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends at')),
            ],
            options={
                'verbose_name': 'seats of an institution',
                'verbose_name_plural': 'seats of institutions',
                'ordering': ['-opened_at', '-id'],
                'permissions': [('manage_seats', 'Can manage the seats of every institution')],
            },
        ),
        migrations.CreateModel(
            name='SeatStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('invited', 'invited'), ('code_issued', 'given as a code'), ('released', 'taken back before it was accepted'), ('declined', 'not wanted'), ('expired', 'not accepted in time'), ('accepted', 'accepted'), ('shared', 'progress shared'), ('unshared', 'progress no longer shared'), ('reminded', 'reminded'), ('revoked', 'taken back'), ('held', 'held for a refund'), ('unheld', 'no longer held for a refund'), ('withdrawn', 'refunded'), ('forgotten', 'personal data removed')], max_length=16, verbose_name='what happened')),
                ('by', models.BigIntegerField(null=True, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('note', models.CharField(blank=True, default='', max_length=255, verbose_name='note')),
            ],
            options={
                'verbose_name': 'step of a seat',
                'verbose_name_plural': 'steps of seats',
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='entitlement',
            name='fee_payments_ent_rests_on_one',
        ),
        migrations.AddField(
            model_name='order',
            name='buyer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='fee_payments.buyer', verbose_name='buyer'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='source',
            field=models.CharField(choices=[('order', 'a paid order'), ('waiver', 'a waiver'), ('seat', 'a seat that somebody gave'), ('staff', 'given by hand')], max_length=16, verbose_name='rests on'),
        ),
        migrations.AddField(
            model_name='seatstep',
            name='seat',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='fee_payments.seat', verbose_name='seat'),
        ),
        migrations.AddField(
            model_name='seatpool',
            name='buyer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seat_pools', to='fee_payments.buyer', verbose_name='buyer'),
        ),
        migrations.AddField(
            model_name='seatpool',
            name='line',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seat_pool', to='fee_payments.orderline', verbose_name='order line'),
        ),
        migrations.AddField(
            model_name='seatpool',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering', verbose_name='offering'),
        ),
        migrations.AddField(
            model_name='seatmail',
            name='seat',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='fee_payments.seat', verbose_name='seat'),
        ),
        migrations.AddField(
            model_name='seat',
            name='code',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='seat', to='fee_payments.seatcode', verbose_name='seat code'),
        ),
        migrations.AddField(
            model_name='seat',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='fee_payments.seatpool', verbose_name='pool'),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='seat',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='fee_payments.seat', verbose_name='seat'),
        ),
        migrations.AddField(
            model_name='seatcodebatch',
            name='pool',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='code_batches', to='fee_payments.seatpool', verbose_name='seats of an institution'),
        ),
        migrations.AddConstraint(
            model_name='seatpool',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('quantity__gte', 1))}, name='fee_payments_pool_quantity'),
        ),
        migrations.AddConstraint(
            model_name='seatpool',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('opened_at')), _connector='OR')}, name='fee_payments_pool_period'),
        ),
        migrations.AddIndex(
            model_name='seatmail',
            index=models.Index(fields=['sent_at', 'tries'], name='fee_payments_seat_mail_wait'),
        ),
        migrations.AddIndex(
            model_name='seat',
            index=models.Index(fields=['expires_at'], name='fee_payments_seat_expires'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(fields=('pool', 'email_digest'), name='fee_payments_seat_address_once'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('assigned_at__isnull', False), models.Q(('assigned_at__isnull', True), ('assigned_user__isnull', True), ('code__isnull', True), ('email_digest__isnull', True), ('expires_at__isnull', True), ('nonce__isnull', True), ('sealed', ''), ('token_digest__isnull', True)), _connector='OR')}, name='fee_payments_seat_assigned'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True), ('consented_at__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False), ('assigned_user__isnull', True), ('email_digest__isnull', True), ('nonce__isnull', True), ('sealed', '')), _connector='OR')}, name='fee_payments_seat_accepted'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('accepted_at', None), models.Q(('assigned_at', None), _negated=True), _connector='OR')}, name='fee_payments_seat_accepted_given'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('assigned_at__isnull', True), ('accepted_at__isnull', False), models.Q(('assigned_user__isnull', True), ('code__isnull', True), ('email_digest__isnull', False)), models.Q(('assigned_user__isnull', False), ('code__isnull', True), ('email_digest__isnull', True)), models.Q(('assigned_user__isnull', True), ('code__isnull', False), ('email_digest__isnull', True)), _connector='OR')}, name='fee_payments_seat_for_one'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('revoked_at', None), models.Q(('accepted_at', None), _negated=True), _connector='OR')}, name='fee_payments_seat_revoked'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('held_at', None), ('assigned_at', None), _connector='OR')}, name='fee_payments_seat_held'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('withdrawn_at', None), models.Q(('held_at', None), _negated=True), _connector='OR')}, name='fee_payments_seat_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_key__isnull', False), ('revoked_at__isnull', True), ('withdrawn_at__isnull', True)), models.Q(('live_key__isnull', True), ('revoked_at__isnull', False)), models.Q(('live_key__isnull', True), ('withdrawn_at__isnull', False)), _connector='OR')}, name='fee_payments_seat_live'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('given__isnull', True), ('line__isnull', True), ('seat__isnull', True), ('seat_code__isnull', False), ('source', 'seat')), models.Q(('given__isnull', True), ('line__isnull', True), ('seat__isnull', False), ('seat_code__isnull', True), ('source', 'seat')), models.Q(('given__isnull', True), ('line__isnull', False), ('seat__isnull', True), ('seat_code__isnull', True), ('source__in', ['order', 'waiver'])), models.Q(('given__isnull', False), ('line__isnull', True), ('seat__isnull', True), ('seat_code__isnull', True), ('source', 'staff')), _connector='OR')}, name='fee_payments_ent_rests_on_one'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.UniqueConstraint(fields=('seat', 'offering'), name='fee_payments_ent_seat_once'),
        ),
    ]
