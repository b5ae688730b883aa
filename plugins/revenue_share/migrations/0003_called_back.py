import django.db.models.deletion
from django.db import migrations, models

from fairgate_tables.constraints import check


class Migration(migrations.Migration):
    dependencies = [("revenue_share", "0002_labels")]

    operations = [
        migrations.RemoveConstraint("fundcredit", "revenue_share_credit_positive"),
        migrations.RenameField("fundcredit", "sale", "event"),
        migrations.AlterField(
            "fundcredit",
            "event",
            models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fund_credit",
                to="revenue_share.revenueevent",
                verbose_name="event",
            ),
        ),
        migrations.AddConstraint(
            "fundcredit",
            check("revenue_share_credit_not_nothing", models.Q(("amount_minor", 0), _negated=True)),
        ),
        migrations.AlterField(
            model_name='revenueevent',
            name='kind',
            field=models.CharField(choices=[('sale', 'sale'), ('refund', 'refund'), ('waived_seat', 'Waived seat'), ('returned_seat', 'Waived seat, given back')], max_length=16, verbose_name='kind'),
        ),
    ]
