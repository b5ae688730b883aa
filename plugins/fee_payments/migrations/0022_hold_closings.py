"""A payment that did not fit and went back: closed by two people; a hold names its payment."""

import django
from django.db import migrations, models
import django.db.models.deletion

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0021_released_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderhold',
            name='payment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='fee_payments.payment', verbose_name='payment'),
        ),
        migrations.CreateModel(
            name='HoldClosing',
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
                ('live_key', models.BigIntegerField(editable=False, null=True, unique=True)),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='fee_payments.orderhold', verbose_name='hold of an order')),
            ],
            options={
                'verbose_name': 'closing of a hold',
                'verbose_name_plural': 'closings of holds',
                'ordering': ['-id'],
                'permissions': [('ask_hold_closing', 'Can ask that a hold of an order is closed'), ('confirm_hold_closing', 'Can confirm that a hold of an order is closed')],
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='holdclosing',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='fee_payments_hold_closing_two_people'),
        ),
        migrations.AddConstraint(
            model_name='holdclosing',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='fee_payments_hold_closing_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='holdclosing',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='fee_payments_hold_closing_one_end'),
        ),
    ]
