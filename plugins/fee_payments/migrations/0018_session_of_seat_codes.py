"""The session that seat codes open a seat of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0017_sold_terms'),
    ]

    operations = [
        migrations.AddField(
            model_name='seatcodebatch',
            name='session',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.session', verbose_name='session'),
        ),
    ]
