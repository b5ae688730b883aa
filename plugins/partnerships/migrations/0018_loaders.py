from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import migrations, models


def find_loaders(apps, schema_editor):
    """Who has loaded each text: the account that has the name today, where one has it."""
    using = schema_editor.connection.alias
    field = get_user_model().USERNAME_FIELD
    model = get_user_model()._meta.label_lower.split(".")
    accounts = apps.get_model(*model).objects.using(using)
    versions = apps.get_model("partnerships", "AgreementVersion").objects.using(using)
    names = set(versions.order_by().values_list("loaded_by", flat=True).distinct())
    for number, name in accounts.filter(**{f"{field}__in": names}).values_list("pk", field):
        versions.filter(loaded_by=name, loader_user_id__isnull=True).update(loader_user_id=number)


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('partnerships', '0017_named_since'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreementversion',
            name='loader_user_id',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='loaded by account'),
        ),
        migrations.RunPython(find_loaders, migrations.RunPython.noop),
    ]
