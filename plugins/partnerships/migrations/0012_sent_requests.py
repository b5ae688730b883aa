from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0011_sent_on_day'),
    ]

    operations = [
        migrations.CreateModel(
            name='SentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('said', models.CharField(max_length=64)),
                ('made', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'sent request',
                'verbose_name_plural': 'sent requests',
            },
        ),
    ]
