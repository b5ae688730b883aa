"""The session that seat codes open a seat of; the ends of pools that were moved."""

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
        migrations.CreateModel(
            name='SeatPoolEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='end before')),
                ('ends_at', models.DateTimeField(verbose_name='end after')),
                ('reason', models.CharField(max_length=255, verbose_name='reason')),
                ('by', models.BigIntegerField(verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ends', to='fee_payments.seatpool', verbose_name='pool')),
            ],
            options={
                'verbose_name': 'moved end of seats',
                'verbose_name_plural': 'moved ends of seats',
                'ordering': ['id'],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
    ]
