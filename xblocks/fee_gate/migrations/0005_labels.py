from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('fee_gate', '0004_holds'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='gatedblock',
            options={'verbose_name': 'gated block', 'verbose_name_plural': 'gated blocks'},
        ),
        migrations.AlterModelOptions(
            name='gatedcourse',
            options={'verbose_name': 'gated course', 'verbose_name_plural': 'gated courses'},
        ),
    ]
