from django.db import migrations, models
import django.db.models.deletion
import uuid


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='allocationline',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'verbose_name': 'allocation', 'verbose_name_plural': 'allocations'},
        ),
        migrations.AlterModelOptions(
            name='carriedremainder',
            options={'default_permissions': ('view',), 'verbose_name': 'carried remainder', 'verbose_name_plural': 'carried remainders'},
        ),
        migrations.AlterModelOptions(
            name='countedevent',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'verbose_name': 'counted event', 'verbose_name_plural': 'counted events'},
        ),
        migrations.AlterModelOptions(
            name='fundcredit',
            options={'default_permissions': ('view',), 'verbose_name': 'credit of the fund', 'verbose_name_plural': 'credits of the fund'},
        ),
        migrations.AlterModelOptions(
            name='fundposition',
            options={'default_permissions': ('view',), 'verbose_name': 'position of the fund', 'verbose_name_plural': 'positions of the fund'},
        ),
        migrations.AlterModelOptions(
            name='ledgerentry',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'verbose_name': 'ledger entry', 'verbose_name_plural': 'ledger entries'},
        ),
        migrations.AlterModelOptions(
            name='ledgertransaction',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'verbose_name': 'ledger transaction', 'verbose_name_plural': 'ledger transactions'},
        ),
        migrations.AlterModelOptions(
            name='periodclose',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'permissions': [('close_period', 'Can close a month')], 'verbose_name': 'closed month', 'verbose_name_plural': 'closed months'},
        ),
        migrations.AlterModelOptions(
            name='revenueevent',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'verbose_name': 'event of the books', 'verbose_name_plural': 'events of the books'},
        ),
        migrations.AlterModelOptions(
            name='salestanding',
            options={'default_permissions': ('view',), 'verbose_name': 'standing of a sale', 'verbose_name_plural': 'standings of sales'},
        ),
        migrations.AlterModelOptions(
            name='statement',
            options={'base_manager_name': 'objects', 'default_permissions': ('view',), 'verbose_name': 'statement', 'verbose_name_plural': 'statements'},
        ),
        migrations.AlterField(
            model_name='allocationline',
            name='base_minor',
            field=models.BigIntegerField(verbose_name='shared amount (minor units)'),
        ),
        migrations.AlterField(
            model_name='allocationline',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='allocationline',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='revenue_share.revenueevent', verbose_name='event of the books'),
        ),
        migrations.AlterField(
            model_name='allocationline',
            name='part',
            field=models.CharField(choices=[('share', 'Share of a sale'), ('mirror', 'Share of a refund, taken back'), ('lost_fee', 'Processor’s fee that did not come back'), ('seat', 'Waived seat')], max_length=16, verbose_name='part'),
        ),
        migrations.AlterField(
            model_name='allocationline',
            name='party',
            field=models.CharField(max_length=64, verbose_name='party'),
        ),
        migrations.AlterField(
            model_name='allocationline',
            name='units_minor',
            field=models.BigIntegerField(verbose_name='amount (minor units)'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='denominator',
            field=models.BigIntegerField(verbose_name='denominator'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='numerator',
            field=models.BigIntegerField(default=0, verbose_name='numerator'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='party',
            field=models.CharField(max_length=64, verbose_name='party'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='place',
            field=models.PositiveSmallIntegerField(verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='terms_version',
            field=models.UUIDField(verbose_name='version of the terms'),
        ),
        migrations.AlterField(
            model_name='carriedremainder',
            name='weight',
            field=models.BigIntegerField(verbose_name='weight'),
        ),
        migrations.AlterField(
            model_name='fundcredit',
            name='amount_minor',
            field=models.BigIntegerField(verbose_name='amount (minor units)'),
        ),
        migrations.AlterField(
            model_name='fundcredit',
            name='created_at',
            field=models.DateTimeField(verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='fundcredit',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='fundcredit',
            name='sale',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='fund_credit', to='revenue_share.revenueevent', verbose_name='sale'),
        ),
        migrations.AlterField(
            model_name='fundcredit',
            name='sent_at',
            field=models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='sent at'),
        ),
        migrations.AlterField(
            model_name='fundposition',
            name='cleared_minor',
            field=models.BigIntegerField(default=0, verbose_name='cleared (minor units)'),
        ),
        migrations.AlterField(
            model_name='fundposition',
            name='credited_minor',
            field=models.BigIntegerField(default=0, verbose_name='handed over (minor units)'),
        ),
        migrations.AlterField(
            model_name='fundposition',
            name='currency',
            field=models.CharField(max_length=3, unique=True, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='account',
            field=models.CharField(choices=[('gateway_clearing', 'At the payment provider'), ('processor_fee', 'Processor’s fees'), ('deferred_receipts', 'Receipts to be shared'), ('tax_payable', 'Tax to be paid'), ('unallocated', 'Not allocated'), ('payable_on_hold', 'Owed, on hold'), ('fee_lost', 'Lost fees, on hold'), ('payable_cleared', 'Owed, cleared'), ('fund_available', 'Cleared for the waiver fund')], max_length=24, verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='credit_minor',
            field=models.BigIntegerField(default=0, verbose_name='credit (minor units)'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='debit_minor',
            field=models.BigIntegerField(default=0, verbose_name='debit (minor units)'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='party',
            field=models.CharField(blank=True, max_length=64, verbose_name='party'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='transaction',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='revenue_share.ledgertransaction', verbose_name='ledger transaction'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='cause_kind',
            field=models.CharField(max_length=16, verbose_name='kind of the cause'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='cause_uuid',
            field=models.UUIDField(db_index=True, verbose_name='cause'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='credit_minor',
            field=models.BigIntegerField(verbose_name='credit (minor units)'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='debit_minor',
            field=models.BigIntegerField(verbose_name='debit (minor units)'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='key',
            field=models.CharField(max_length=100, unique=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='kind',
            field=models.CharField(max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='occurred_at',
            field=models.DateTimeField(verbose_name='occurred at'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='posted_at',
            field=models.DateTimeField(verbose_name='posted at'),
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='periodclose',
            name='closed_at',
            field=models.DateTimeField(verbose_name='closed at'),
        ),
        migrations.AlterField(
            model_name='periodclose',
            name='closed_by',
            field=models.CharField(max_length=150, verbose_name='closed by'),
        ),
        migrations.AlterField(
            model_name='periodclose',
            name='period',
            field=models.CharField(max_length=7, unique=True, verbose_name='month'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='agreement',
            field=models.CharField(blank=True, max_length=255, verbose_name='agreement'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='booked_at',
            field=models.DateTimeField(verbose_name='booked at'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='course_key',
            field=models.CharField(max_length=255, verbose_name='course run'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='fee_bearer',
            field=models.CharField(blank=True, max_length=64, verbose_name='who bears the fee'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='fee_minor',
            field=models.BigIntegerField(verbose_name='processor’s fee (minor units)'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='gross_minor',
            field=models.BigIntegerField(verbose_name='gross (minor units)'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='kind',
            field=models.CharField(choices=[('sale', 'sale'), ('refund', 'refund'), ('waived_seat', 'Waived seat')], max_length=16, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='minimum_payout_minor',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='smallest payout (minor units)'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='net_minor',
            field=models.BigIntegerField(verbose_name='net (minor units)'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='occurred_at',
            field=models.DateTimeField(verbose_name='occurred at'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='offering_code',
            field=models.CharField(max_length=255, verbose_name='offering'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='payload_sha256',
            field=models.CharField(max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='period',
            field=models.CharField(max_length=7, verbose_name='month'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='sale',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='revenue_share.revenueevent', verbose_name='sale'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='tax_minor',
            field=models.BigIntegerField(verbose_name='tax (minor units)'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='terms_version',
            field=models.UUIDField(blank=True, null=True, verbose_name='version of the terms'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='uuid',
            field=models.UUIDField(editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='version',
            field=models.PositiveIntegerField(default=0, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='salestanding',
            name='cleared_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='cleared at'),
        ),
        migrations.AlterField(
            model_name='salestanding',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='hold ends at'),
        ),
        migrations.AlterField(
            model_name='salestanding',
            name='held',
            field=models.JSONField(default=dict, verbose_name='held by party'),
        ),
        migrations.AlterField(
            model_name='salestanding',
            name='lost',
            field=models.JSONField(default=dict, verbose_name='lost fees by party'),
        ),
        migrations.AlterField(
            model_name='salestanding',
            name='refunded_minor',
            field=models.BigIntegerField(default=0, verbose_name='refunded (minor units)'),
        ),
        migrations.AlterField(
            model_name='salestanding',
            name='sale',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='standing', to='revenue_share.revenueevent', verbose_name='sale'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='close',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='revenue_share.periodclose', verbose_name='closed month'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='closing_minor',
            field=models.BigIntegerField(verbose_name='closing (minor units)'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='document',
            field=models.TextField(verbose_name='document'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='number',
            field=models.PositiveIntegerField(unique=True, verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='opening_minor',
            field=models.BigIntegerField(verbose_name='opening (minor units)'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='party',
            field=models.CharField(max_length=64, verbose_name='party'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='payable_minor',
            field=models.BigIntegerField(verbose_name='payable (minor units)'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='period',
            field=models.CharField(max_length=7, verbose_name='month'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='sha256',
            field=models.CharField(max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('closed', 'closed'), ('carried', 'carried forward')], max_length=8, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='subtotal_minor',
            field=models.BigIntegerField(verbose_name='month’s sum (minor units)'),
        ),
    ]
