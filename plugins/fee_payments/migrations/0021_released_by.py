"""A hold that an operator has ended says who it was."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0020_author_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderhold',
            name='released_by',
            field=models.BigIntegerField(null=True, verbose_name='released by'),
        ),
    ]
