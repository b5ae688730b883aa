"""Refunds get parts, one per line; and learners can ask for them.

Until here a refund has one part. It has the refund's uuid, under which it is booked already.
"""

import django
from django.db import migrations, models
import django.db.models.deletion
import django.db.models.expressions
import uuid

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


def to_parts(apps, schema_editor):
    """Give each refund its one part, and count it in what it takes a part back of."""
    alias = schema_editor.connection.alias
    refunds, refund_parts, payment_parts = (
        apps.get_model("fee_payments", name).objects.using(alias)
        for name in ("Refund", "RefundPart", "PaymentPart")
    )
    refunds.filter(failed=True).update(failed_at=models.F("requested_at"))
    for refund in refunds.iterator():
        part = payment_parts.select_related("line").get(payment_id=refund.payment_id)
        refund_parts.create(
            uuid=refund.uuid,
            refund=refund,
            payment_part=part,
            amount_minor=refund.amount_minor,
            net_minor=refund.net_minor,
            tax_minor=refund.tax_minor,
            fee_minor=refund.fee_minor,
        )
        if refund.failed:
            continue
        part.refunded_minor += refund.amount_minor
        part.refunded_tax_minor += refund.tax_minor
        part.refunded_fee_minor += refund.fee_minor
        part.save()
        if refund.refunded_at is not None:
            part.line.returned_minor += refund.amount_minor
            part.line.save(update_fields=["returned_minor"])


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0005_order_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='RefundPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount (minor units)')),
                ('net_minor', models.BigIntegerField(verbose_name='net (minor units)')),
                ('tax_minor', models.BigIntegerField(verbose_name='tax (minor units)')),
                ('fee_minor', models.BigIntegerField(verbose_name='kept by the provider (minor units)')),
            ],
            options={
                'verbose_name': 'part of a refund',
                'verbose_name_plural': 'parts of refunds',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RefundRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('open_key', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('amounts', models.JSONField(verbose_name='amounts by line (minor units)')),
                ('reason', models.CharField(max_length=1000, verbose_name='reason')),
                ('asked_by', models.BigIntegerField(verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('decided_by', models.BigIntegerField(null=True, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('outcome', models.CharField(blank=True, choices=[('granted', 'granted'), ('refused', 'refused')], default='', max_length=16, verbose_name='outcome')),
                ('note', models.CharField(blank=True, default='', max_length=255, verbose_name='said to the learner')),
            ],
            options={
                'verbose_name': 'refund request',
                'verbose_name_plural': 'refund requests',
                'ordering': ['-asked_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='orderline',
            name='returned_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='given back (minor units)'),
        ),
        migrations.AddField(
            model_name='paymentpart',
            name='refunded_fee_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='lost fee (minor units)'),
        ),
        migrations.AddField(
            model_name='paymentpart',
            name='refunded_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='refunded (minor units)'),
        ),
        migrations.AddField(
            model_name='paymentpart',
            name='refunded_tax_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='refunded tax (minor units)'),
        ),
        migrations.AddField(
            model_name='refund',
            name='asked_at',
            field=models.DateTimeField(null=True, verbose_name='taken by the provider at'),
        ),
        migrations.AddField(
            model_name='refund',
            name='failed_at',
            field=models.DateTimeField(null=True, verbose_name='failed at'),
        ),
        migrations.AddField(
            model_name='refund',
            name='failed_because',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='failed because'),
        ),
        migrations.AddField(
            model_name='refund',
            name='is_rest',
            field=models.BooleanField(default=False, verbose_name='all that was left'),
        ),
        migrations.AddField(
            model_name='refund',
            name='reference',
            field=models.CharField(max_length=128, null=True, verbose_name='provider’s reference'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='requested_by',
            field=models.BigIntegerField(null=True, verbose_name='requested by'),
        ),
        migrations.AddField(
            model_name='refundrequest',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_requests', to='fee_payments.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='refundrequest',
            name='refund',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='fee_payments.refund', verbose_name='refund'),
        ),
        migrations.AddField(
            model_name='refundpart',
            name='payment_part',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='fee_payments.paymentpart', verbose_name='part of a payment'),
        ),
        migrations.AddField(
            model_name='refundpart',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='fee_payments.refund', verbose_name='refund'),
        ),
        migrations.RunPython(to_parts, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='refund',
            name='fee_payments_refund_adds_up',
        ),
        migrations.RemoveConstraint(
            model_name='refund',
            name='fee_payments_refund_one_end',
        ),
        migrations.RemoveField(
            model_name='refund',
            name='failed',
        ),
        migrations.RemoveField(
            model_name='refund',
            name='fee_minor',
        ),
        migrations.RemoveField(
            model_name='refund',
            name='net_minor',
        ),
        migrations.RemoveField(
            model_name='refund',
            name='tax_minor',
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('returned_minor__lte', models.F('refunded_minor')))}, name='fee_payments_line_returned'),
        ),
        migrations.AddConstraint(
            model_name='paymentpart',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('refunded_minor__lte', models.F('gross_minor')), ('refunded_tax_minor__lte', models.F('tax_minor')), ('refunded_fee_minor__lte', models.F('processor_fee_minor')))}, name='fee_payments_part_refunded'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('payment', 'reference'), name='fee_payments_refund_reference'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('failed_at__isnull', True), ('refunded_at__isnull', True), _connector='OR')}, name='fee_payments_refund_one_end'),
        ),
        migrations.AddConstraint(
            model_name='refundrequest',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('decided_at__isnull', True), ('open_key__isnull', False), ('outcome', '')), models.Q(('decided_at__isnull', False), ('open_key__isnull', True), models.Q(('outcome', ''), _negated=True)), _connector='OR')}, name='fee_payments_request_decided'),
        ),
        migrations.AddConstraint(
            model_name='refundpart',
            constraint=models.UniqueConstraint(fields=('refund', 'payment_part'), name='fee_payments_refund_part_once'),
        ),
        migrations.AddConstraint(
            model_name='refundpart',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor')), '+', models.F('fee_minor'))))}, name='fee_payments_refund_part_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='refundpart',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor__gt', 0))}, name='fee_payments_refund_part_positive'),
        ),
    ]
