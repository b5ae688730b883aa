"""What a sale rests on: accepted terms, and the refund policy of an offering and of a line."""

import django
import fee_payments.models.catalogue
from django.db import migrations, models

# Django 5.1 renamed the argument of a CHECK constraint; one migration serves 4.2 and 5.2.
CHECK = 'condition' if django.VERSION >= (5, 1) else 'check'


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0016_rest'),
    ]

    operations = [
        migrations.AddField(
            model_name='offering',
            name='refund_policy',
            field=models.JSONField(blank=True, help_text='For what is sold from now on. Steps as in FEE_PAYMENTS_REFUND_POLICY; [] gives nothing back. Empty: as the site.', null=True, validators=[fee_payments.models.catalogue.refund_steps], verbose_name='refund policy'),
        ),
        migrations.AddField(
            model_name='order',
            name='terms_accepted_at',
            field=models.DateTimeField(null=True, verbose_name='terms accepted at'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='refund_policy',
            field=models.JSONField(null=True, verbose_name='refund policy'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('terms_accepted_at__isnull', True), ('terms__isnull', False), _connector='OR')}, name='fee_payments_order_accepted'),
        ),
    ]
