import django
from django.db import migrations, models
import django.db.models.deletion
import django.db.models.expressions
import uuid


# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AllocationLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('share', 'share'), ('mirror', 'mirror'), ('lost_fee', 'lost_fee'), ('seat', 'seat')], max_length=16)),
                ('party', models.CharField(max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('base_minor', models.BigIntegerField()),
                ('units_minor', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='CarriedRemainder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('terms_version', models.UUIDField()),
                ('currency', models.CharField(max_length=3)),
                ('party', models.CharField(max_length=64)),
                ('place', models.PositiveSmallIntegerField()),
                ('weight', models.BigIntegerField()),
                ('numerator', models.BigIntegerField(default=0)),
                ('denominator', models.BigIntegerField()),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CountedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='FundCredit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, db_index=True, null=True)),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='FundPosition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3, unique=True)),
                ('cleared_minor', models.BigIntegerField(default=0)),
                ('credited_minor', models.BigIntegerField(default=0)),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(choices=[('gateway_clearing', 'gateway_clearing'), ('processor_fee', 'processor_fee'), ('deferred_receipts', 'deferred_receipts'), ('tax_payable', 'tax_payable'), ('unallocated', 'unallocated'), ('payable_on_hold', 'payable_on_hold'), ('fee_lost', 'fee_lost'), ('payable_cleared', 'payable_cleared'), ('fund_available', 'fund_available')], max_length=24)),
                ('party', models.CharField(blank=True, max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('debit_minor', models.BigIntegerField(default=0)),
                ('credit_minor', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'ledger entries',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LedgerTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(max_length=100, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('cause_kind', models.CharField(max_length=16)),
                ('cause_uuid', models.UUIDField(db_index=True)),
                ('currency', models.CharField(max_length=3)),
                ('debit_minor', models.BigIntegerField()),
                ('credit_minor', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('posted_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PeriodClose',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=7, unique=True)),
                ('closed_at', models.DateTimeField()),
                ('closed_by', models.CharField(max_length=150)),
            ],
            options={
                'permissions': [('close_period', 'Can close a month')],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RevenueEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(editable=False, unique=True)),
                ('kind', models.CharField(choices=[('sale', 'sale'), ('refund', 'refund'), ('waived_seat', 'waived_seat')], max_length=16)),
                ('payload_sha256', models.CharField(max_length=64)),
                ('course_key', models.CharField(max_length=255)),
                ('offering_code', models.CharField(max_length=255)),
                ('currency', models.CharField(max_length=3)),
                ('gross_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('booked_at', models.DateTimeField()),
                ('period', models.CharField(max_length=7)),
                ('terms_version', models.UUIDField(blank=True, null=True)),
                ('agreement', models.CharField(blank=True, max_length=255)),
                ('version', models.PositiveIntegerField(default=0)),
                ('fee_bearer', models.CharField(blank=True, max_length=64)),
                ('minimum_payout_minor', models.BigIntegerField(blank=True, null=True)),
                ('sale', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='revenue_share.revenueevent')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('period', models.CharField(max_length=7)),
                ('party', models.CharField(max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('closed', 'closed'), ('carried', 'carried')], max_length=8)),
                ('opening_minor', models.BigIntegerField()),
                ('subtotal_minor', models.BigIntegerField()),
                ('payable_minor', models.BigIntegerField()),
                ('closing_minor', models.BigIntegerField()),
                ('document', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('close', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='revenue_share.periodclose')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SaleStanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('held', models.JSONField(default=dict)),
                ('lost', models.JSONField(default=dict)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('sale', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='standing', to='revenue_share.revenueevent')),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='ledgertransaction',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('debit_minor', models.F('credit_minor')), ('debit_minor__gt', 0))}, name='revenue_share_txn_balanced'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='transaction',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='revenue_share.ledgertransaction'),
        ),
        migrations.AddConstraint(
            model_name='fundposition',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('credited_minor__gte', 0))}, name='revenue_share_fund_credited'),
        ),
        migrations.AddField(
            model_name='fundcredit',
            name='sale',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='fund_credit', to='revenue_share.revenueevent'),
        ),
        migrations.AddField(
            model_name='countedevent',
            name='close',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='revenue_share.periodclose'),
        ),
        migrations.AddField(
            model_name='countedevent',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='counted', to='revenue_share.revenueevent'),
        ),
        migrations.AddConstraint(
            model_name='carriedremainder',
            constraint=models.UniqueConstraint(fields=('terms_version', 'currency', 'place'), name='revenue_share_carry_once'),
        ),
        migrations.AddConstraint(
            model_name='carriedremainder',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('denominator__gt', 0), ('weight__gte', 0))}, name='revenue_share_carry_weight'),
        ),
        migrations.AddField(
            model_name='allocationline',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='revenue_share.revenueevent'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('party', 'period', 'currency'), name='revenue_share_statement_once'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('closing_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening_minor'), '+', models.F('subtotal_minor')), '-', models.F('payable_minor'))), ('payable_minor__gte', 0))}, name='revenue_share_statement_sum'),
        ),
        migrations.AddIndex(
            model_name='salestanding',
            index=models.Index(fields=['cleared_at', 'ends_at'], name='revenue_share_standing_due'),
        ),
        migrations.AddConstraint(
            model_name='salestanding',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('refunded_minor__gte', 0))}, name='revenue_share_standing_refunded'),
        ),
        migrations.AddIndex(
            model_name='revenueevent',
            index=models.Index(fields=['period', 'currency'], name='revenue_share_event_period'),
        ),
        migrations.AddConstraint(
            model_name='revenueevent',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('fee_minor__gte', 0), ('gross_minor__gte', 0), ('tax_minor__gte', 0))}, name='revenue_share_event_signs'),
        ),
        migrations.AddConstraint(
            model_name='revenueevent',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('kind', 'sale'), _negated=True), ('net_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('gross_minor'), '-', models.F('tax_minor')), '-', models.F('fee_minor'))), _connector='OR')}, name='revenue_share_event_sale_net'),
        ),
        migrations.AddConstraint(
            model_name='revenueevent',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('kind', 'refund'), ('sale__isnull', False)), models.Q(('kind', 'refund'), _negated=True), _connector='OR')}, name='revenue_share_event_refund_of'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['currency', 'account', 'party'], name='revenue_share_entry_account'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('credit_minor', 0), ('debit_minor__gt', 0)), models.Q(('credit_minor__gt', 0), ('debit_minor', 0)), _connector='OR')}, name='revenue_share_entry_one_side'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(fields=('transaction', 'account', 'party'), name='revenue_share_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='fundcredit',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor__gt', 0))}, name='revenue_share_credit_positive'),
        ),
        migrations.AddIndex(
            model_name='allocationline',
            index=models.Index(fields=['party', 'currency'], name='revenue_share_line_party'),
        ),
        migrations.AddConstraint(
            model_name='allocationline',
            constraint=models.UniqueConstraint(fields=('event', 'part', 'party'), name='revenue_share_line_once'),
        ),
        migrations.AddConstraint(
            model_name='allocationline',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('units_minor', 0), _negated=True)}, name='revenue_share_line_not_zero'),
        ),
    ]
