import django
from django.db import migrations, models
import django.db.models.deletion
import django.db.models.expressions
import uuid

# Django 5.1 renamed the argument; this file has to load before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('waiver_policy', '0007_decisions'),
    ]

    operations = [
        # Nothing was released: entries and uses of limits are other rows now.
        migrations.DeleteModel(name='FundEntry'),
        migrations.DeleteModel(name='QuotaUse'),
        migrations.CreateModel(
            name='FundEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('kind', models.CharField(max_length=10, verbose_name='kind')),
                ('available_change', models.BigIntegerField(default=0, verbose_name='change of what is available')),
                ('reserved_change', models.BigIntegerField(default=0, verbose_name='change of what is reserved')),
                ('committed_change', models.BigIntegerField(default=0, verbose_name='change of what is committed')),
                ('shortfall_change', models.BigIntegerField(default=0, verbose_name='change of the shortfall')),
                ('key', models.CharField(max_length=220, unique=True, verbose_name='key')),
                ('reason', models.CharField(blank=True, max_length=255, verbose_name='reason')),
                ('effective_on', models.DateField(verbose_name='effective on')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'fund entry',
                'verbose_name_plural': 'fund entries',
                'ordering': ['id'],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ManualCredit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('kind', models.CharField(choices=[('manual', 'manual credit'), ('donation', 'donation'), ('correction', 'correction downwards')], max_length=10, verbose_name='kind')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('minor', models.BigIntegerField(verbose_name='minor units')),
                ('reason', models.CharField(max_length=255, verbose_name='reason')),
                ('effective_on', models.DateField(verbose_name='effective on')),
                ('state', models.CharField(choices=[('proposed', 'waits for a second person'), ('confirmed', 'confirmed'), ('rejected', 'rejected')], default='proposed', max_length=10, verbose_name='state')),
                ('proposed_by', models.BigIntegerField(verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.BigIntegerField(blank=True, null=True, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
            ],
            options={
                'verbose_name': 'manual credit of a fund',
                'verbose_name_plural': 'manual credits of funds',
                'ordering': ['id'],
                'permissions': [('propose_credit', 'Can propose a credit or a correction of a fund'), ('confirm_credit', 'Can confirm what somebody else has proposed for a fund')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='QuotaSubject',
            fields=[
                ('subject', models.CharField(max_length=160, primary_key=True, serialize=False, verbose_name='subject')),
                ('used', models.BigIntegerField(default=0, verbose_name='used')),
                ('version', models.BigIntegerField(default=0, editable=False, verbose_name='version')),
                ('waiting', models.IntegerField(default=0, verbose_name='places that wait')),
            ],
            options={
                'verbose_name': 'subject of a limit',
                'verbose_name_plural': 'subjects of limits',
                'ordering': ['subject'],
            },
        ),
        migrations.CreateModel(
            name='QuotaUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('user_id', models.BigIntegerField(default=0, verbose_name='user')),
                ('label', models.CharField(max_length=100, verbose_name='label')),
                ('item', models.CharField(blank=True, max_length=100, verbose_name='what it gives')),
                ('amount', models.BigIntegerField(default=1, verbose_name='counts as')),
                ('minor', models.BigIntegerField(default=0, verbose_name='minor units')),
                ('given_back_at', models.DateTimeField(blank=True, null=True, verbose_name='given back at')),
            ],
            options={
                'verbose_name': 'use of a limit',
                'verbose_name_plural': 'uses of limits',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WaitingPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('user_id', models.BigIntegerField(verbose_name='user')),
                ('offering_code', models.CharField(max_length=100, verbose_name='offering')),
                ('full_cost_minor', models.BigIntegerField(blank=True, null=True, verbose_name='full cost of the seat')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('price_minor', models.BigIntegerField(blank=True, null=True, verbose_name='list price')),
                ('price_currency', models.CharField(blank=True, max_length=3, verbose_name='currency of the list price')),
                ('waits_for', models.CharField(blank=True, max_length=160, verbose_name='waits for')),
                ('rank', models.IntegerField(default=0, verbose_name='rank')),
                ('requested_at', models.DateTimeField(verbose_name='requested at')),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('offered', 'has an offer'), ('taken', 'took the offer'), ('left', 'left the list'), ('expired', 'expired')], default='waiting', max_length=10, verbose_name='state')),
                ('live_key', models.CharField(blank=True, editable=False, max_length=130, null=True, unique=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
            ],
            options={
                'verbose_name': 'place on the waiting list',
                'verbose_name_plural': 'places on the waiting list',
                'ordering': ['rank', 'requested_at', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='waivergrant',
            name='waiver_policy_grant_state',
        ),
        migrations.AddField(
            model_name='waiverfund',
            name='shortfall_minor',
            field=models.BigIntegerField(default=0, verbose_name='shortfall'),
        ),
        migrations.AddField(
            model_name='waiverfund',
            name='waiting',
            field=models.IntegerField(default=0, verbose_name='places that wait'),
        ),
        migrations.AddField(
            model_name='waivergrant',
            name='asked_cost',
            field=models.CharField(blank=True, editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='waivergrant',
            name='counts_for',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='waivergrant',
            name='held_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held until'),
        ),
        migrations.AddField(
            model_name='waivergrant',
            name='offered_until',
            field=models.DateField(blank=True, null=True, verbose_name='offered until'),
        ),
        migrations.AddIndex(
            model_name='waivergrant',
            index=models.Index(fields=['state', 'expires_on'], name='waiver_policy_grant_expiry'),
        ),
        migrations.AddConstraint(
            model_name='waiverfund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('shortfall_minor__gte', 0))}, name='waiver_policy_fund_shortfall'),
        ),
        migrations.AddConstraint(
            model_name='waiverfund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('waiting__gte', 0))}, name='waiver_policy_fund_waiting'),
        ),
        migrations.AddConstraint(
            model_name='waiverfund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('available_minor', 0), ('shortfall_minor', 0), _connector='OR')}, name='waiver_policy_fund_owes'),
        ),
        migrations.AddConstraint(
            model_name='waivergrant',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_key__isnull', True), ('state__in', ['released', 'expired', 'returned'])), models.Q(('live_key__isnull', False), ('state__in', ['reserved', 'committed'])), _connector='OR')}, name='waiver_policy_grant_state'),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waiting_places', to='waiver_policy.waiverdecision', verbose_name='waiver decision'),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='grant',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='waiting_place', to='waiver_policy.waivergrant', verbose_name='waiver grant'),
        ),
        migrations.AddField(
            model_name='quotause',
            name='grant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quota_uses', to='waiver_policy.waivergrant', verbose_name='waiver grant'),
        ),
        migrations.AddField(
            model_name='quotause',
            name='subject',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='waiver_policy.quotasubject', verbose_name='subject of a limit'),
        ),
        migrations.AddConstraint(
            model_name='quotasubject',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('used__gte', 0), ('waiting__gte', 0))}, name='waiver_policy_quota_counts'),
        ),
        migrations.AddConstraint(
            model_name='manualcredit',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('kind', 'correction'), ('minor__lt', 0)), models.Q(('kind__in', ['manual', 'donation']), ('minor__gt', 0)), _connector='OR')}, name='waiver_policy_manual_sign'),
        ),
        migrations.AddConstraint(
            model_name='manualcredit',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('decided_by__isnull', True), ('state', 'proposed')), models.Q(('decided_by__isnull', False), ('state', 'rejected')), models.Q(('decided_by__isnull', False), ('state', 'confirmed'), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR')}, name='waiver_policy_manual_two_people'),
        ),
        migrations.AddField(
            model_name='fundentry',
            name='fund',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='waiver_policy.waiverfund', to_field='currency', verbose_name='waiver fund'),
        ),
        migrations.AddField(
            model_name='fundentry',
            name='grant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='waiver_policy.waivergrant', verbose_name='waiver grant'),
        ),
        migrations.AddIndex(
            model_name='waitingplace',
            index=models.Index(fields=['state', 'currency', 'rank', 'requested_at'], name='waiver_policy_place_queue'),
        ),
        migrations.AddConstraint(
            model_name='waitingplace',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('grant__isnull', True), ('live_key__isnull', False), ('state', 'waiting')), models.Q(('grant__isnull', False), ('live_key__isnull', False), ('state', 'offered')), models.Q(('grant__isnull', False), ('live_key__isnull', True), ('state', 'taken')), models.Q(('live_key__isnull', True), ('state__in', ['left', 'expired'])), _connector='OR')}, name='waiver_policy_place_state'),
        ),
        migrations.AddIndex(
            model_name='fundentry',
            index=models.Index(fields=['fund', 'kind', 'at'], name='waiver_policy_entry_of_fund'),
        ),
        migrations.AddConstraint(
            model_name='fundentry',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('kind__in', ('reserved', 'committed', 'released', 'expired', 'returned')), models.Q(('committed_change', 0), ('kind__in', ('revenue', 'donation', 'manual', 'correction', 'clawback')), ('reserved_change', 0)), _connector='OR')}, name='waiver_policy_entry_outside'),
        ),
        migrations.AddConstraint(
            model_name='fundentry',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('kind__in', ('revenue', 'donation', 'manual', 'correction', 'clawback')), models.Q(('grant__isnull', False), ('shortfall_change', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('available_change'), '+', models.F('reserved_change')), '+', models.F('committed_change')))), _connector='OR')}, name='waiver_policy_entry_inside'),
        ),
        migrations.AddConstraint(
            model_name='fundentry',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('available_change__gte', 0), ('kind__in', ['revenue', 'donation', 'manual']), ('shortfall_change__lte', 0)), models.Q(('available_change__lte', 0), ('kind__in', ['correction', 'clawback']), ('shortfall_change__gte', 0)), models.Q(('committed_change', 0), ('kind', 'reserved'), ('reserved_change__gt', 0), ('shortfall_change', 0)), models.Q(('available_change', 0), ('committed_change__gt', 0), ('kind', 'committed'), ('shortfall_change', 0)), models.Q(('committed_change', 0), ('kind__in', ['released', 'expired']), ('reserved_change__lt', 0)), models.Q(('committed_change__lt', 0), ('kind', 'returned'), ('reserved_change', 0)), _connector='OR')}, name='waiver_policy_entry_sign'),
        ),
    ]
