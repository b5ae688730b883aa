from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0007_reminders'),
    ]

    operations = [
        migrations.CreateModel(
            name='IssuedMarks',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('certificate', models.CharField(max_length=64, verbose_name='number of the certificate')),
                ('course_key', models.CharField(max_length=255, verbose_name='course run')),
                ('issued_at', models.DateTimeField(verbose_name='issued at')),
                ('marks', models.JSONField(verbose_name='marks')),
            ],
            options={
                'verbose_name': 'marks of a certificate',
                'verbose_name_plural': 'marks of certificates',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='issuedmarks',
            constraint=models.UniqueConstraint(fields=('certificate', 'issued_at'), name='partnerships_issued_marks_once'),
        ),
    ]
