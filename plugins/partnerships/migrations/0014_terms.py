import django.db.models.deletion
from django.db import migrations, models

from fairgate_tables.constraints import check


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0013_second_person")]

    operations = [
        migrations.CreateModel(
            name='VersionRecoupment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField(verbose_name='place')),
                ('party', models.CharField(max_length=32, verbose_name='party')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount (minor units)')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoupments', to='partnerships.agreementversion', verbose_name='agreement version')),
            ],
            options={
                'verbose_name': 'recoupment',
                'verbose_name_plural': 'recoupments',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.AddConstraint(
            'versionrecoupment',
            models.UniqueConstraint(fields=('version', 'party', 'currency'), name='partnerships_recoupment_once'),
        ),
        migrations.AddConstraint('versionrecoupment', check('partnerships_recoupment_positive', models.Q(amount_minor__gt=0))),
        migrations.AddField('agreementversion', 'merchant_of_record', models.CharField(blank=True, default='', max_length=32, verbose_name='merchant of record')),
        migrations.AddField('agreementversion', 'processor_fee', models.CharField(blank=True, default='', max_length=32, verbose_name='who bears the processor’s fee')),
        migrations.AddConstraint(
            'agreementversion',
            check(
                'partnerships_version_fee_of_the_gross',
                models.Q(basis='gross') & ~models.Q(processor_fee='') | ~models.Q(basis='gross') & models.Q(processor_fee=''),
            ),
        ),
    ]
