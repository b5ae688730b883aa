"""Orders get several lines: what is counted and open moves from the order to its line.

Until here an order has one line. What was paid becomes parts of payments; a part of a payment that
was there has the payment's uuid, under which it is booked already.
"""

import django
from django.db import migrations, models
import django.db.models.deletion
import uuid

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


def to_lines(apps, schema_editor):
    """Give each line what its order had, and each payment that arrived its one part."""
    lines, payments, parts = rows_of(apps, schema_editor, "OrderLine", "Payment", "PaymentPart")
    payments.filter(paid_at__isnull=True).update(processor_fee_minor=None)
    for line in lines.select_related("order").iterator():
        line.open_key, line.holds_seat = line.order.open_key, line.order.holds_seat
        for payment in payments.filter(order_id=line.order_id, paid_at__isnull=False):
            line.paid_minor += payment.amount_minor
            line.refunded_minor += payment.refunded_minor
            parts.create(
                uuid=payment.uuid,
                payment=payment,
                line=line,
                gross_minor=payment.amount_minor,
                tax_minor=line.tax_minor,
                processor_fee_minor=payment.processor_fee_minor,
                recorded_at=payment.paid_at,
            )
        line.save(update_fields=["open_key", "holds_seat", "paid_minor", "refunded_minor"])


def to_orders(apps, schema_editor):
    """Give each order of one line what its line has."""
    lines, payments = rows_of(apps, schema_editor, "OrderLine", "Payment")
    payments.filter(processor_fee_minor__isnull=True).update(processor_fee_minor=0)
    for line in lines.select_related("order").iterator():
        line.order.open_key, line.order.holds_seat = line.open_key, line.holds_seat
        line.order.save(update_fields=["open_key", "holds_seat"])


def rows_of(apps, schema_editor, *names):
    """The rows of these tables as they are at this migration, in the database it runs on."""
    alias = schema_editor.connection.alias
    return [apps.get_model("fee_payments", name).objects.using(alias) for name in names]


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0004_fund'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('gross_minor', models.PositiveBigIntegerField(verbose_name='gross (minor units)')),
                ('tax_minor', models.PositiveBigIntegerField(verbose_name='tax (minor units)')),
                ('processor_fee_minor', models.PositiveBigIntegerField(verbose_name='processor’s fee (minor units)')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
            ],
            options={
                'verbose_name': 'part of a payment',
                'verbose_name_plural': 'parts of payments',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='orderline',
            name='holds_seat',
            field=models.BooleanField(default=False, verbose_name='holds a seat'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='open_key',
            field=models.CharField(editable=False, max_length=96, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='paid_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='paid (minor units)'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='position',
            field=models.PositiveIntegerField(default=0, verbose_name='position'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='quantity',
            field=models.PositiveIntegerField(default=1, verbose_name='seats'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='refunded_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='refunded (minor units)'),
        ),
        migrations.AddField(
            model_name='paymentpart',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='fee_payments.orderline', verbose_name='order line'),
        ),
        migrations.AddField(
            model_name='paymentpart',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='fee_payments.payment', verbose_name='payment'),
        ),
        migrations.AlterModelOptions(
            name='orderline',
            options={'ordering': ['order_id', 'position'], 'verbose_name': 'order line', 'verbose_name_plural': 'order lines'},
        ),
        migrations.AlterField(
            model_name='orderline',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering', verbose_name='offering'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='total_minor',
            field=models.PositiveBigIntegerField(verbose_name='total (minor units)'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='processor_fee_minor',
            field=models.PositiveBigIntegerField(null=True, verbose_name='processor’s fee (minor units)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='explanation',
            field=models.JSONField(default=list, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='list_minor',
            field=models.PositiveBigIntegerField(verbose_name='list price (minor units)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='net_minor',
            field=models.PositiveBigIntegerField(verbose_name='net (minor units)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fee_payments.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='price',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.price', verbose_name='price'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='seat_cost_currency',
            field=models.CharField(blank=True, default='', max_length=3, verbose_name='currency of that cost'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='seat_cost_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='seat cost (minor units)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='tax_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='tax (minor units)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='tax_rate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.taxrate', verbose_name='tax rate'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='waived_basis_points',
            field=models.PositiveIntegerField(default=0, verbose_name='waived (basis points)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='waived_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='waived (minor units)'),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='waiver_grant',
            field=models.UUIDField(null=True, verbose_name='waiver'),
        ),
        migrations.RunPython(to_lines, to_orders),
        migrations.RemoveConstraint(
            model_name='order',
            name='fee_payments_order_open_key',
        ),
        migrations.RemoveField(
            model_name='order',
            name='holds_seat',
        ),
        migrations.RemoveField(
            model_name='order',
            name='open_key',
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='fee_payments_line_position'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('quantity__gte', 1))}, name='fee_payments_line_quantity'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('refunded_minor__lte', models.F('paid_minor')))}, name='fee_payments_line_refunded'),
        ),
        migrations.AddConstraint(
            model_name='paymentpart',
            constraint=models.UniqueConstraint(fields=('payment', 'line'), name='fee_payments_part_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentpart',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('gross_minor__gt', 0))}, name='fee_payments_part_positive'),
        ),
        migrations.AddConstraint(
            model_name='paymentpart',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('tax_minor__lte', models.F('gross_minor')))}, name='fee_payments_part_tax'),
        ),
    ]
