import uuid

import django.db.models.deletion
from django.db import migrations, models

from fairgate_tables.constraints import check

KINDS = [('sale', 'sale'), ('refund', 'refund'), ('waived_seat', 'Waived seat'), ('returned_seat', 'Waived seat, given back'), ('dispute_opened', 'Dispute opened'), ('dispute_lost', 'Dispute lost'), ('dispute_won', 'Dispute won'), ('adjustment', 'Adjustment by hand')]
PARTS = [('share', 'Share of a sale'), ('mirror', 'Share taken back, or given again'), ('recouped', 'Recouped before the shares'), ('processor_fee', 'Processor’s fee'), ('lost_fee', 'Processor’s fee that did not come back'), ('dispute_fee', 'Fee of a dispute'), ('collected', 'Received from payers, and owed'), ('adjustment', 'Adjustment by hand'), ('seat', 'Waived seat')]


class Migration(migrations.Migration):
    dependencies = [("revenue_share", "0005_disputes")]

    operations = [
        migrations.CreateModel(
            name='RecoupmentStanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.CharField(max_length=255, verbose_name='agreement')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('party', models.CharField(max_length=64, verbose_name='party')),
                ('recouped_minor', models.BigIntegerField(default=0, verbose_name='recouped (minor units)')),
            ],
            options={
                'verbose_name': 'standing of a recoupment',
                'verbose_name_plural': 'standings of recoupments',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            'recoupmentstanding',
            models.UniqueConstraint(fields=('agreement', 'currency', 'party'), name='revenue_share_recoupment_once'),
        ),
        migrations.AddConstraint('recoupmentstanding', check('revenue_share_recoupment_positive', models.Q(recouped_minor__gte=0))),
        migrations.AddField('revenueevent', 'merchant', models.CharField(blank=True, default='', max_length=64, verbose_name='merchant of record')),
        migrations.AddField('revenueevent', 'processor_fee_bearer', models.CharField(blank=True, default='', max_length=64, verbose_name='who bears the processor’s fee')),
        migrations.AddField('revenueevent', 'recouped_minor', models.BigIntegerField(default=0, verbose_name='recouped (minor units)')),
        migrations.AlterField('partyrollup', 'part', models.CharField(choices=PARTS, max_length=16, verbose_name='part')),
        migrations.AlterField('receiptrollup', 'kind', models.CharField(choices=KINDS, max_length=16, verbose_name='kind')),
        migrations.AlterField('allocationline', 'part', models.CharField(choices=PARTS, max_length=16, verbose_name='part')),
        migrations.AlterField('revenueevent', 'kind', models.CharField(choices=KINDS, max_length=16, verbose_name='kind')),
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=255, verbose_name='reason')),
                ('asked_by', models.BigIntegerField(verbose_name='asked for by')),
                ('asked_at', models.DateTimeField(verbose_name='asked for at')),
                ('confirmed_by', models.BigIntegerField(null=True, verbose_name='confirmed by')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('refused_by', models.BigIntegerField(null=True, verbose_name='refused by')),
                ('refused_at', models.DateTimeField(null=True, verbose_name='refused at')),
                ('refused_because', models.CharField(blank=True, default='', max_length=255, verbose_name='refused because')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('period', models.CharField(max_length=7, verbose_name='month')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
            ],
            options={
                'verbose_name': 'adjustment',
                'verbose_name_plural': 'adjustments',
                'ordering': ['-id'],
                'permissions': [('propose_adjustment', 'Can propose adjustments of the books'), ('decide_adjustment', 'Can confirm or refuse adjustments of the books')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='AdjustmentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(blank=True, max_length=64, verbose_name='party')),
                ('units_minor', models.BigIntegerField(verbose_name='amount (minor units)')),
                ('adjustment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='revenue_share.adjustment', verbose_name='adjustment')),
            ],
            options={
                'verbose_name': 'line of an adjustment',
                'verbose_name_plural': 'lines of adjustments',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            'adjustment',
            check('revenue_share_adjustment_two_people', models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F('asked_by'))),
        ),
        migrations.AddConstraint(
            'adjustment',
            check(
                'revenue_share_adjustment_confirmed',
                models.Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            'adjustment',
            check('revenue_share_adjustment_one_end', models.Q(confirmed_at__isnull=True) | models.Q(refused_at__isnull=True)),
        ),
        migrations.AddConstraint(
            'adjustmentline',
            models.UniqueConstraint(fields=('adjustment', 'party'), name='revenue_share_adjustment_line_once'),
        ),
        migrations.AddConstraint('adjustmentline', check('revenue_share_adjustment_line_not_zero', ~models.Q(units_minor=0))),
    ]
