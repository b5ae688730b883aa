from django.db import migrations, models
from django.db.models import F, Sum

from fairgate_tables.constraints import check

KINDS = [('sale', 'sale'), ('refund', 'refund'), ('waived_seat', 'Waived seat'), ('returned_seat', 'Waived seat, given back'), ('dispute_opened', 'Dispute opened'), ('dispute_lost', 'Dispute lost'), ('dispute_won', 'Dispute won')]
PARTS = [('share', 'Share of a sale'), ('mirror', 'Share taken back, or given again'), ('lost_fee', 'Processor’s fee that did not come back'), ('dispute_fee', 'Fee of a dispute'), ('seat', 'Waived seat')]
ACCOUNTS = [('gateway_clearing', 'At the payment provider'), ('processor_fee', 'Processor’s fees'), ('deferred_receipts', 'Receipts to be shared'), ('tax_payable', 'Tax to be paid'), ('unallocated', 'Not allocated'), ('payable_on_hold', 'Owed, on hold'), ('fee_lost', 'Lost fees, on hold'), ('dispute_fee', 'Fees of disputes'), ('payable_cleared', 'Owed, cleared'), ('receivable', 'To be given back'), ('fund_available', 'Cleared for the waiver fund')]


def carry_over(apps, schema_editor):
    """Every fact of before is one event; what is left of each sale is counted by part."""

    def rows(app, model):
        return apps.get_model(app, model).objects.using(schema_editor.connection.alias)

    events = rows("revenue_share", "RevenueEvent")
    events.update(fact_uuid=F("uuid"))
    versions = rows("partnerships", "AgreementVersion").exclude(dispute_fee="")
    bearers = dict(versions.values_list("uuid", "dispute_fee"))
    used = events.exclude(terms_version=None).values_list("terms_version", flat=True).distinct()
    for version in list(used):
        bearer = bearers.get(version, "")
        events.filter(terms_version=version).update(dispute_fee_bearer=bearer)
    for row in rows("revenue_share", "SaleStanding").iterator():
        row.kept = {"share": row.held, "lost_fee": row.lost}
        refunds = events.filter(sale_id=row.sale_id)
        sums = refunds.aggregate(net=Sum("net_minor"), tax=Sum("tax_minor"), fee=Sum("fee_minor"))
        row.net_gone_minor = -(sums["net"] or 0)
        row.tax_gone_minor = sums["tax"] or 0
        row.fee_gone_minor = sums["fee"] or 0
        row.save()


def carry_back(apps, schema_editor):
    """Without disputes all is as it was."""
    standings = apps.get_model("revenue_share", "SaleStanding").objects
    for row in standings.using(schema_editor.connection.alias).iterator():
        row.held, row.lost = row.kept.get("share", {}), row.kept.get("lost_fee", {})
        row.save()


def minor(name):
    return models.BigIntegerField(default=0, verbose_name=f"{name} (minor units)")


class Migration(migrations.Migration):
    dependencies = [
        ("revenue_share", "0004_rollups"),
        ("partnerships", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='DisputeStanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(editable=False, unique=True, verbose_name='UUID')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('state', models.CharField(blank=True, default='', max_length=8, verbose_name='state')),
                ('told_at', models.DateTimeField(null=True, verbose_name='told as of')),
                ('told_minor', minor('amount')),
                ('fee_minor', minor('fee of a dispute')),
                ('amount_minor', minor('taken')),
                ('shares', models.JSONField(default=dict, verbose_name='by sale')),
                ('steps', models.PositiveIntegerField(default=0, verbose_name='steps')),
            ],
            options={
                'verbose_name': 'standing of a dispute',
                'verbose_name_plural': 'standings of disputes',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint('disputestanding', check('revenue_share_dispute_positive', models.Q(amount_minor__gte=0))),
        migrations.RemoveConstraint('revenueevent', 'revenue_share_event_signs'),
        migrations.RemoveConstraint('salestanding', 'revenue_share_standing_refunded'),
        migrations.AddField('revenueevent', 'dispute_fee_bearer', models.CharField(blank=True, default='', max_length=64, verbose_name='who bears the fee of a dispute')),
        migrations.AddField('revenueevent', 'dispute_fee_minor', minor('fee of a dispute')),
        migrations.AddField('revenueevent', 'dispute_uuid', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='dispute')),
        migrations.AddField('revenueevent', 'excess_minor', minor('beyond the sale')),
        migrations.AddField('revenueevent', 'fact_uuid', models.UUIDField(db_index=True, null=True, editable=False, verbose_name='fact')),
        migrations.AddField('salestanding', 'disputed', models.JSONField(default=dict, verbose_name='taken by banks')),
        migrations.AddField('salestanding', 'disputed_minor', minor('disputed')),
        migrations.AddField('salestanding', 'net_gone_minor', minor('net taken back')),
        migrations.AddField('salestanding', 'tax_gone_minor', minor('tax taken back')),
        migrations.AddField('salestanding', 'fee_gone_minor', minor('lost fee')),
        migrations.AddField('salestanding', 'kept', models.JSONField(default=dict, verbose_name='kept by party')),
        migrations.RunPython(carry_over, carry_back),
        migrations.AlterField('revenueevent', 'fact_uuid', models.UUIDField(db_index=True, editable=False, verbose_name='fact')),
        migrations.RemoveField('salestanding', 'held'),
        migrations.RemoveField('salestanding', 'lost'),
        migrations.AlterField('allocationline', 'part', models.CharField(choices=PARTS, max_length=16, verbose_name='part')),
        migrations.AlterField('ledgerentry', 'account', models.CharField(choices=ACCOUNTS, max_length=24, verbose_name='account')),
        migrations.AlterField('partyrollup', 'part', models.CharField(choices=PARTS, max_length=16, verbose_name='part')),
        migrations.AlterField('receiptrollup', 'kind', models.CharField(choices=KINDS, max_length=16, verbose_name='kind')),
        migrations.AlterField('revenueevent', 'kind', models.CharField(choices=KINDS, max_length=16, verbose_name='kind')),
        migrations.AddConstraint(
            'revenueevent',
            check(
                'revenue_share_event_signs',
                models.Q(gross_minor__gte=0, tax_minor__gte=0, fee_minor__gte=0)
                | models.Q(dispute_uuid__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            'revenueevent',
            check(
                'revenue_share_event_taken_back',
                models.Q(sale__isnull=True)
                | models.Q(gross_minor=F('tax_minor') + F('fee_minor') + F('excess_minor') - F('net_minor')),
            ),
        ),
        migrations.AddConstraint(
            'revenueevent',
            check(
                'revenue_share_event_dispute_of',
                models.Q(dispute_uuid__isnull=True, dispute_fee_minor=0)
                | models.Q(dispute_uuid__isnull=False, sale__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            'salestanding',
            check('revenue_share_standing_refunded', models.Q(refunded_minor__gte=0, disputed_minor__gte=0)),
        ),
    ]
