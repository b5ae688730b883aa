from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fee_gate', '0005_labels'),
    ]

    operations = [
        migrations.AlterField(
            model_name='feegaterule',
            name='live_key',
            field=models.CharField(editable=False, max_length=255, null=True, unique=True),
        ),
    ]
