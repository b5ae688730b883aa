import json

from django.db import migrations, models

# A document is as long as its party has courses.
_PAGE = 100


def _minor(content):
    """The minimum payout of a document in minor units; it is written with all its decimals."""
    text = content["minimum_payout"]
    return None if text is None else int(text.replace(".", ""))


def copy_from_documents(apps, schema_editor):
    Statement = apps.get_model("revenue_share", "Statement")
    rows = Statement.objects.using(schema_editor.connection.alias).order_by("pk")
    last = 0
    while page := list(rows.filter(pk__gt=last).only("pk", "document")[:_PAGE]):
        for row in page:
            minimum = _minor(json.loads(row.document))
            if minimum is not None:
                rows.filter(pk=row.pk).update(minimum_payout_minor=minimum)
        last = page[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0013_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='statement',
            name='minimum_payout_minor',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='smallest payout (minor units)'),
        ),
        migrations.RunPython(copy_from_documents, migrations.RunPython.noop),
    ]
