import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0005_review'),
    ]

    operations = [
        migrations.CreateModel(
            name='Actual',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('on', models.DateField(verbose_name='on')),
                ('value', models.DecimalField(decimal_places=4, max_digits=18, verbose_name='value')),
                ('source', models.CharField(max_length=500, verbose_name='source')),
                ('recorded_by', models.BigIntegerField(verbose_name='recorded by')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
            ],
            options={
                'verbose_name': 'reported value',
                'verbose_name_plural': 'reported values',
                'ordering': ['outcome', 'on', 'id'],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
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
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('delivered_on', models.DateField(verbose_name='delivered on')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount or worth (minor units)')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('reference', models.CharField(max_length=500, verbose_name='evidence')),
                ('live_key', models.PositiveBigIntegerField(editable=False, null=True, unique=True)),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['contribution', 'id'],
                'permissions': [('record_delivery', 'Can record what was delivered'), ('accept_delivery', 'Can accept or refuse what was delivered')],
            },
        ),
        migrations.CreateModel(
            name='EndRecord',
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
                ('live_key', models.PositiveBigIntegerField(editable=False, null=True, unique=True)),
                ('last_day', models.DateField(verbose_name='last day (UTC)')),
            ],
            options={
                'verbose_name': 'early end',
                'verbose_name_plural': 'early ends',
                'ordering': ['version', 'id'],
                'permissions': [('ask_endrecord', 'Can ask that an agreement ends early'), ('confirm_endrecord', 'Can confirm or refuse that an agreement ends early')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('content', models.BinaryField()),
                ('content_type', models.CharField(max_length=64, verbose_name='kind')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('uploaded_by', models.BigIntegerField(verbose_name='uploaded by')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
            ],
            options={
                'verbose_name': 'evidence file',
                'verbose_name_plural': 'evidence files',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Fulfilment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('due_on', models.DateField(verbose_name='due on')),
                ('is_met', models.BooleanField(default=True, verbose_name='met')),
                ('fulfilled_on', models.DateField(verbose_name='fulfilled on')),
                ('reference', models.CharField(max_length=500, verbose_name='evidence')),
                ('recorded_by', models.BigIntegerField(verbose_name='recorded by')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
            ],
            options={
                'verbose_name': 'fulfilment',
                'verbose_name_plural': 'fulfilments',
                'ordering': ['obligation', 'id'],
                'permissions': [('record_fulfilment', 'Can record what was fulfilled and reported')],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='VersionContribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField(verbose_name='place')),
                ('code', models.CharField(max_length=32, verbose_name='code')),
                ('party', models.CharField(db_index=True, max_length=32, verbose_name='party')),
                ('kind', models.CharField(choices=[('cash', 'Cash'), ('in_kind', 'In kind')], max_length=8, verbose_name='kind')),
                ('text', models.CharField(max_length=500, verbose_name='contribution')),
                ('promised_minor', models.BigIntegerField(verbose_name='promised (minor units)')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('valuation', models.CharField(blank=True, default='', max_length=500, verbose_name='how it was valued')),
                ('due_on', models.DateField(verbose_name='due on')),
            ],
            options={
                'verbose_name': 'contribution',
                'verbose_name_plural': 'contributions',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='VersionObligation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField(verbose_name='place')),
                ('code', models.CharField(max_length=32, verbose_name='code')),
                ('side', models.CharField(choices=[('host', 'Host'), ('partner', 'Partner')], max_length=8, verbose_name='who')),
                ('text', models.CharField(max_length=500, verbose_name='obligation')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('every_months', models.PositiveSmallIntegerField(null=True, verbose_name='again after (months)')),
            ],
            options={
                'verbose_name': 'obligation',
                'verbose_name_plural': 'obligations',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='VersionOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField(verbose_name='place')),
                ('code', models.CharField(max_length=32, verbose_name='code')),
                ('indicator', models.CharField(max_length=500, verbose_name='indicator')),
                ('unit', models.CharField(max_length=60, verbose_name='unit')),
                ('baseline', models.DecimalField(decimal_places=4, max_digits=18, verbose_name='baseline')),
                ('target', models.DecimalField(decimal_places=4, max_digits=18, verbose_name='target')),
                ('direction', models.CharField(choices=[('increase', 'Increase'), ('decrease', 'Decrease')], max_length=8, verbose_name='direction')),
                ('due_on', models.DateField(verbose_name='due on')),
            ],
            options={
                'verbose_name': 'expected outcome',
                'verbose_name_plural': 'expected outcomes',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='amendment',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='amendment number'),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='follow_reason',
            field=models.CharField(blank=True, default='', max_length=500, verbose_name='why it follows another'),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='follows',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='partnerships.agreementversion', verbose_name='follows'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amendment__isnull', True), ('follows__isnull', False), _connector='OR')}, name='partnerships_version_amends_something'),
        ),
        migrations.AddField(
            model_name='versionoutcome',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AddField(
            model_name='versionobligation',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AddField(
            model_name='versioncontribution',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.evidencefile', verbose_name='file'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='obligation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fulfilments', to='partnerships.versionobligation', verbose_name='obligation'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.fulfilment', verbose_name='replaces'),
        ),
        migrations.AddField(
            model_name='evidencefile',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='endrecord',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='end_records', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='contribution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='partnerships.versioncontribution', verbose_name='contribution'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.evidencefile', verbose_name='file'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='replaces',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='partnerships.delivery', verbose_name='replaces'),
        ),
        migrations.AddField(
            model_name='actual',
            name='outcome',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actuals', to='partnerships.versionoutcome', verbose_name='expected outcome'),
        ),
        migrations.AddField(
            model_name='actual',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.actual', verbose_name='replaces'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=models.UniqueConstraint(fields=('version', 'code'), name='partnerships_outcome_once'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('direction__in', ['increase', 'decrease']))}, name='partnerships_outcome_direction_known'),
        ),
        migrations.AddConstraint(
            model_name='versionobligation',
            constraint=models.UniqueConstraint(fields=('version', 'code'), name='partnerships_duty_once'),
        ),
        migrations.AddConstraint(
            model_name='versionobligation',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('side__in', ('host', 'partner')))}, name='partnerships_duty_side_known'),
        ),
        migrations.AddConstraint(
            model_name='versionobligation',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('every_months__isnull', True), ('every_months__gt', 0), _connector='OR')}, name='partnerships_duty_months'),
        ),
        migrations.AddConstraint(
            model_name='versioncontribution',
            constraint=models.UniqueConstraint(fields=('version', 'code'), name='partnerships_gift_once'),
        ),
        migrations.AddConstraint(
            model_name='versioncontribution',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('promised_minor__gte', 0))}, name='partnerships_gift_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='versioncontribution',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('kind', 'cash'), ('valuation', '')), models.Q(('kind', 'in_kind'), models.Q(('valuation', ''), _negated=True)), _connector='OR')}, name='partnerships_gift_in_kind_is_valued'),
        ),
        migrations.AddConstraint(
            model_name='endrecord',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_end_two_people'),
        ),
        migrations.AddConstraint(
            model_name='endrecord',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_end_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='endrecord',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_end_one_end'),
        ),
        migrations.AddConstraint(
            model_name='endrecord',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_key__isnull', False), ('refused_at__isnull', True)), models.Q(('live_key__isnull', True), ('refused_at__isnull', False)), _connector='OR')}, name='partnerships_end_live_until_refused'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_delivery_two_people'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_delivery_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_delivery_one_end'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor__gt', 0), models.Q(('amount_minor', 0), ('replaces__isnull', False)), _connector='OR')}, name='partnerships_delivery_of_something'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('live_key__isnull', True), models.Q(('refused_at__isnull', True), ('replaces__isnull', False)), _connector='OR')}, name='partnerships_delivery_key_of_what_it_replaces'),
        ),
    ]
