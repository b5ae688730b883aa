"""Each right names the waiver that it was opened with."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def name_waivers(apps, schema_editor):
    """A right has the waiver of its line; that of a bundle is one of the bundle's own right."""
    alias = schema_editor.connection.alias
    lines = apps.get_model('fee_payments', 'OrderLine').objects.using(alias)
    rights = apps.get_model('fee_payments', 'Entitlement').objects.using(alias)
    of_waivers = rights.filter(line__waiver_grant__isnull=False, offering=F('line__offering'))
    pks = list(of_waivers.values_list('pk', flat=True))
    grant = lines.filter(pk=OuterRef('line_id')).values('waiver_grant')
    for start in range(0, len(pks), 500):
        rights.filter(pk__in=pks[start:start + 500]).update(waiver_grant=Subquery(grant))


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0018_seat_codes_and_pools'),
    ]

    operations = [
        migrations.AddField(
            model_name='entitlement',
            name='waiver_grant',
            field=models.UUIDField(null=True, verbose_name='waiver'),
        ),
        migrations.RunPython(name_waivers, migrations.RunPython.noop),
    ]
