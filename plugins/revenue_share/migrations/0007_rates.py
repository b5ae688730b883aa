import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0006_terms_and_adjustments'),
    ]

    operations = [
        migrations.CreateModel(
            name='FxRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('unore', 'UN operational rate'), ('ecb', 'ECB reference rate'), ('manual', 'entered by two people')], max_length=8, verbose_name='source')),
                ('base', models.CharField(max_length=3, verbose_name='one unit of')),
                ('currency', models.CharField(max_length=3, verbose_name='is worth units of')),
                ('effective_on', models.DateField(verbose_name='in effect from')),
                ('revision', models.PositiveSmallIntegerField(default=1, verbose_name='revision')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('recorded_by', models.BigIntegerField(blank=True, null=True, verbose_name='loaded by')),
                ('file_sha256', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='SHA-256')),
            ],
            options={
                'verbose_name': 'rate of exchange',
                'verbose_name_plural': 'rates of exchange',
                'ordering': ['-effective_on', '-id'],
                'permissions': [('load_rates', 'Can load a file of rates of exchange')],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RateProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=255, verbose_name='reason')),
                ('asked_by', models.BigIntegerField(verbose_name='asked for by')),
                ('asked_at', models.DateTimeField(verbose_name='asked for at')),
                ('confirmed_by', models.BigIntegerField(null=True, verbose_name='confirmed by')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('refused_by', models.BigIntegerField(null=True, verbose_name='refused by')),
                ('refused_at', models.DateTimeField(null=True, verbose_name='refused at')),
                ('refused_because', models.CharField(blank=True, default='', max_length=255, verbose_name='refused because')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('base', models.CharField(max_length=3, verbose_name='one unit of')),
                ('currency', models.CharField(max_length=3, verbose_name='is worth units of')),
                ('effective_on', models.DateField(verbose_name='in effect from')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
            ],
            options={
                'verbose_name': 'rate entered by hand',
                'verbose_name_plural': 'rates entered by hand',
                'ordering': ['-id'],
                'permissions': [('propose_rate', 'Can enter a rate of exchange by hand'), ('confirm_rate', 'Can confirm a rate of exchange as the second person')],
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='rateproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='revenue_share_rate_two_people'),
        ),
        migrations.AddConstraint(
            model_name='rateproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='revenue_share_rate_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='rateproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='revenue_share_rate_one_end'),
        ),
        migrations.AddConstraint(
            model_name='rateproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('rate__gt', 0))}, name='revenue_share_rate_proposed_positive'),
        ),
        migrations.AddField(
            model_name='fxrate',
            name='proposal',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entered', to='revenue_share.rateproposal', verbose_name='rate entered by hand'),
        ),
        migrations.AddIndex(
            model_name='fxrate',
            index=models.Index(fields=['base', 'currency', 'effective_on'], name='revenue_share_rate_newest'),
        ),
        migrations.AddConstraint(
            model_name='fxrate',
            constraint=models.UniqueConstraint(fields=('source', 'base', 'currency', 'effective_on', 'revision'), name='revenue_share_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='fxrate',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('rate__gt', 0), ('revision__gt', 0))}, name='revenue_share_rate_positive'),
        ),
        migrations.AddConstraint(
            model_name='fxrate',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('base', models.F('currency')), _negated=True)}, name='revenue_share_rate_of_another'),
        ),
        migrations.AddConstraint(
            model_name='fxrate',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('proposal__isnull', False), ('source', 'manual')), models.Q(models.Q(('source', 'manual'), _negated=True), ('proposal__isnull', True)), _connector='OR')}, name='revenue_share_rate_by_hand'),
        ),
    ]
