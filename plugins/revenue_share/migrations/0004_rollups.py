import hashlib
import json

from django.db import migrations, models
from django.db.models import Count, F, Max, Sum

from fairgate_tables.constraints import check


def fill_in(apps, schema_editor):
    """Tell every row its month, and make the sums, from what was booked before."""
    alias = schema_editor.connection.alias
    rows = {
        one.__name__: one.objects.using(alias)
        for one in apps.get_app_config("revenue_share").get_models()
    }
    closed = rows["PeriodClose"].aggregate(last=Max("period"))["last"] or ""
    rows["LockDate"].create(number=1, period=closed)
    tell_months(rows, following(closed))
    sums_of_parties(rows)
    sums_of_receipts(rows)


def following(period):
    if not period:
        return ""
    year, month = map(int, period.split("-"))
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def tell_months(rows, first_open):
    events = rows["RevenueEvent"]
    for close in rows["PeriodClose"].all():
        counted = rows["CountedEvent"].filter(close=close).values("event_id")
        events.filter(pk__in=list(counted.values_list("event_id", flat=True))).update(
            counted_in=close.period
        )
    events.filter(counted_in="", period__gte=first_open).update(counted_in=F("period"))
    events.filter(counted_in="").update(counted_in=first_open)
    for standing in rows["SaleStanding"].exclude(ends_at=None).iterator():
        events.filter(pk=standing.sale_id).update(hold_ends_at=standing.ends_at)
        events.filter(sale_id=standing.sale_id).update(hold_ends_at=standing.ends_at)
    for event in events.iterator():
        rows["AllocationLine"].filter(event=event).update(period=event.counted_in)
        rows["LedgerTransaction"].filter(cause_uuid=event.uuid).update(
            period=event.counted_in
        )
    for row in rows["LedgerTransaction"].filter(kind="hold_cleared").iterator():
        rows["LedgerTransaction"].filter(pk=row.pk).update(
            period=max(row.occurred_at.strftime("%Y-%m"), first_open)
        )
    for row in rows["LedgerTransaction"].iterator():
        rows["LedgerEntry"].filter(transaction=row).update(period=row.period)


def sums_of_parties(rows):
    told = ("period", "party", "currency", "part", "event__period", "event__course_key",
            "event__offering_code", "event__agreement", "event__version")
    groups = rows["AllocationLine"].order_by(*told).values_list(*told).annotate(
        Max("event__minimum_payout_minor"), Max("event__hold_ends_at"), Count("pk"),
        Sum("base_minor"), Sum("units_minor"),
    )
    names = ("period", "party", "currency", "part", "sale_period", "course_key", "offering_code",
             "agreement", "version", "minimum_payout_minor", "hold_ends_at", "events",
             "base_minor", "units_minor")
    write(rows["PartyRollup"], groups, names, len(told))


def sums_of_receipts(rows):
    told = ("counted_in", "kind", "currency", "course_key", "offering_code", "agreement",
            "country", "payer_class")
    groups = rows["RevenueEvent"].order_by(*told).values_list(*told).annotate(
        Count("pk"), Sum("gross_minor"), Sum("tax_minor"), Sum("fee_minor"), Sum("net_minor")
    )
    names = ("period", *told[1:], "events", "gross_minor", "tax_minor", "fee_minor", "net_minor")
    write(rows["ReceiptRollup"], groups, names, len(told))


def write(rollups, groups, names, told):
    rollups.bulk_create(
        [
            rollups.model(
                key=hashlib.sha256(json.dumps(row[:told]).encode()).hexdigest(),
                **dict(zip(names, row)),
            )
            for row in groups
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0003_called_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='LockDate',
            fields=[
                ('number', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('period', models.CharField(blank=True, max_length=7, verbose_name='month')),
            ],
            options={
                'verbose_name': 'lock date',
                'verbose_name_plural': 'lock dates',
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='PartyRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True, verbose_name='key')),
                ('period', models.CharField(max_length=7, verbose_name='month of the statement')),
                ('party', models.CharField(max_length=64, verbose_name='party')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('part', models.CharField(choices=[('share', 'Share of a sale'), ('mirror', 'Share of a refund, taken back'), ('lost_fee', 'Processor’s fee that did not come back'), ('seat', 'Waived seat')], max_length=16, verbose_name='part')),
                ('sale_period', models.CharField(max_length=7, verbose_name='month')),
                ('course_key', models.CharField(max_length=255, verbose_name='course run')),
                ('offering_code', models.CharField(max_length=255, verbose_name='offering')),
                ('agreement', models.CharField(blank=True, max_length=255, verbose_name='agreement')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('minimum_payout_minor', models.BigIntegerField(blank=True, null=True, verbose_name='smallest payout (minor units)')),
                ('hold_ends_at', models.DateTimeField(blank=True, null=True, verbose_name='hold ends at')),
                ('events', models.BigIntegerField(verbose_name='events of the books')),
                ('base_minor', models.BigIntegerField(verbose_name='shared amount (minor units)')),
                ('units_minor', models.BigIntegerField(verbose_name='amount (minor units)')),
            ],
            options={
                'verbose_name': 'sum of a party',
                'verbose_name_plural': 'sums of parties',
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ReceiptRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True, verbose_name='key')),
                ('period', models.CharField(max_length=7, verbose_name='month of the statement')),
                ('kind', models.CharField(choices=[('sale', 'sale'), ('refund', 'refund'), ('waived_seat', 'Waived seat'), ('returned_seat', 'Waived seat, given back')], max_length=16, verbose_name='kind')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('course_key', models.CharField(max_length=255, verbose_name='course run')),
                ('offering_code', models.CharField(max_length=255, verbose_name='offering')),
                ('agreement', models.CharField(blank=True, max_length=255, verbose_name='agreement')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('payer_class', models.CharField(blank=True, max_length=20, verbose_name='payer class')),
                ('events', models.BigIntegerField(verbose_name='events of the books')),
                ('gross_minor', models.BigIntegerField(verbose_name='gross (minor units)')),
                ('tax_minor', models.BigIntegerField(verbose_name='tax (minor units)')),
                ('fee_minor', models.BigIntegerField(verbose_name='processor’s fee (minor units)')),
                ('net_minor', models.BigIntegerField(verbose_name='net (minor units)')),
            ],
            options={
                'verbose_name': 'sum of receipts',
                'verbose_name_plural': 'sums of receipts',
                'default_permissions': ('view',),
            },
        ),
        migrations.RemoveIndex(
            model_name='allocationline',
            name='revenue_share_line_party',
        ),
        migrations.RemoveIndex(
            model_name='ledgerentry',
            name='revenue_share_entry_account',
        ),
        migrations.AddField(
            model_name='allocationline',
            name='period',
            field=models.CharField(default='', max_length=7, verbose_name='month of the statement'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='period',
            field=models.CharField(default='', max_length=7, verbose_name='month'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='ledgertransaction',
            name='period',
            field=models.CharField(default='', max_length=7, verbose_name='month'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='revenueevent',
            name='counted_in',
            field=models.CharField(default='', max_length=7, verbose_name='month of the statement'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='revenueevent',
            name='country',
            field=models.CharField(blank=True, max_length=2, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='revenueevent',
            name='hold_ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='hold ends at'),
        ),
        migrations.AddField(
            model_name='revenueevent',
            name='payer_class',
            field=models.CharField(blank=True, max_length=20, verbose_name='payer class'),
        ),
        migrations.AddIndex(
            model_name='allocationline',
            index=models.Index(fields=['party', 'currency', 'period'], name='revenue_share_line_party_month'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['currency', 'account', 'party', 'period'], name='revenue_share_entry_account'),
        ),
        migrations.AddIndex(
            model_name='revenueevent',
            index=models.Index(fields=['counted_in', 'currency'], name='revenue_share_event_counted'),
        ),
        migrations.AddIndex(
            model_name='receiptrollup',
            index=models.Index(fields=['period', 'currency', 'course_key'], name='revenue_share_rollup_course'),
        ),
        migrations.AddIndex(
            model_name='partyrollup',
            index=models.Index(fields=['period', 'party', 'currency'], name='revenue_share_rollup_party'),
        ),
        migrations.AddConstraint(
            model_name='lockdate',
            constraint=check('revenue_share_one_lock_date', models.Q(('number', 1))),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.DeleteModel(
            name='CountedEvent',
        ),
    ]
