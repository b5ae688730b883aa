import hashlib
import json
from itertools import islice

from django.db import migrations, models
from django.db.models import Sum

BLOCK = 500


def fill_in(apps, schema_editor):
    """Add up what banks charged for disputes, by the rows that are there.

    One question for all events of disputes, which an index finds among any number of sales; one
    statement for each block of rows.
    """

    def rows(model):
        return apps.get_model("revenue_share", model).objects.using(schema_editor.connection.alias)

    told = ("counted_in", "kind", "currency", "course_key", "offering_code", "agreement",
            "country", "payer_class")
    charged = rows("RevenueEvent").filter(dispute_uuid__isnull=False).exclude(dispute_fee_minor=0)
    groups = charged.order_by(*told).values_list(*told).annotate(fee=Sum("dispute_fee_minor"))
    fees = (
        (hashlib.sha256(json.dumps(parts).encode()).hexdigest(), fee) for *parts, fee in groups
    )
    receipts = rows("ReceiptRollup")
    while block := dict(islice(fees, BLOCK)):
        found = list(receipts.filter(key__in=block))
        for row in found:
            row.dispute_fee_minor = block[row.key]
        receipts.bulk_update(found, ["dispute_fee_minor"])


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0009_statement_mails'),
    ]

    operations = [
        migrations.AddField(
            model_name='receiptrollup',
            name='dispute_fee_minor',
            field=models.BigIntegerField(default=0, verbose_name='fee of a dispute (minor units)'),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
