from django.conf import settings
from django.db import migrations, models


def fill_in(apps, schema_editor):
    rows = apps.get_model("revenue_share", "Payout").objects.using(schema_editor.connection.alias)
    rows.update(tolerance=getattr(settings, "REVENUE_SHARE_BANK_RATE_PERCENT", 0))
    rows.filter(state__in=["paid", "returned"]).update(lives=1)


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0015_rejected_payouts'),
    ]

    operations = [
        migrations.AddField(
            model_name='payout',
            name='tolerance',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='tolerance of the bank’s rate (percent)'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='payout',
            name='lives',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='times executed'),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
