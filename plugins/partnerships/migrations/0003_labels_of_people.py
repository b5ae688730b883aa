from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0002_labels'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='partnerperson',
            options={'verbose_name': 'partner’s person', 'verbose_name_plural': 'partners’ people'},
        ),
    ]
