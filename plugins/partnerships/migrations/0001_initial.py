
import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('code', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'verbose_name': 'agreement',
                'verbose_name_plural': 'agreements',
                'permissions': [('suspend_agreement', 'Can suspend and resume agreements')],
            },
        ),
        migrations.CreateModel(
            name='AgreementVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(editable=False, unique=True)),
                ('number', models.PositiveIntegerField()),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('basis', models.CharField(blank=True, default='', max_length=32)),
                ('fund_bp', models.PositiveIntegerField(blank=True, null=True)),
                ('lost_processor_fee', models.CharField(blank=True, default='', max_length=32)),
                ('dispute_fee', models.CharField(blank=True, default='', max_length=32)),
                ('hold_days', models.PositiveIntegerField(default=0)),
                ('minimum_payout_minor', models.BigIntegerField(blank=True, null=True)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('agreed_text', models.TextField()),
                ('checksum', models.CharField(max_length=64)),
                ('loaded_by', models.CharField(max_length=150)),
                ('loaded_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='partnerships.agreement')),
            ],
            options={
                'verbose_name': 'agreement version',
                'verbose_name_plural': 'agreement versions',
                'permissions': [('sign_agreementversion', 'Can record signatures of agreements')],
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('code', models.CharField(max_length=32, unique=True)),
                ('legal_name', models.CharField(max_length=255)),
                ('display_name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('ngo', 'Non-governmental organisation'), ('private_sector', 'Private sector'), ('academia', 'Academia'), ('administration', 'National administration'), ('international_organisation', 'International organisation')], max_length=32)),
                ('url', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'verbose_name': 'partner',
                'verbose_name_plural': 'partners',
            },
        ),
        migrations.CreateModel(
            name='VersionShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('party', models.CharField(max_length=32)),
                ('weight', models.PositiveIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='partnerships.agreementversion')),
            ],
            options={
                'verbose_name': 'share',
                'verbose_name_plural': 'shares',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='VersionRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('role', models.CharField(choices=[('co-host', 'Co-host'), ('sponsor', 'Sponsor'), ('content', 'Content partner'), ('venue', 'Host of the venue')], max_length=16)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='partnerships.partner')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='partnerships.agreementversion')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='VersionGoal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('text', models.CharField(max_length=500)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='partnerships.agreementversion')),
            ],
            options={
                'verbose_name': 'goal',
                'verbose_name_plural': 'goals',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='VersionCourse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('course_key', models.CharField(db_index=True, max_length=255)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='partnerships.agreementversion')),
            ],
            options={
                'verbose_name': 'course',
                'verbose_name_plural': 'courses',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='SuspensionRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('suspends', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500)),
                ('recorded_by', models.CharField(max_length=150)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspension_records', to='partnerships.agreement')),
            ],
            options={
                'verbose_name': 'suspension record',
                'verbose_name_plural': 'suspension records',
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('host', 'Host'), ('partner', 'Partner')], max_length=8)),
                ('place', models.PositiveIntegerField()),
                ('signed_by', models.CharField(max_length=150)),
                ('signed_at', models.DateTimeField()),
                ('checksum', models.CharField(max_length=64)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='partnerships.agreementversion')),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
                'ordering': ['version', 'place'],
            },
        ),
        migrations.CreateModel(
            name='PartnerPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.PositiveBigIntegerField(db_index=True)),
                ('role', models.CharField(choices=[('officer', 'Partnership officer'), ('signatory', 'Signatory'), ('finance', 'Finance contact')], max_length=16)),
                ('added_at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='partnerships.partner')),
            ],
            options={
                'verbose_name': "partner's person",
                'verbose_name_plural': "partners' people",
            },
        ),
        migrations.CreateModel(
            name='DueDiligenceCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted', models.BooleanField()),
                ('expires_on', models.DateField()),
                ('recorded_by', models.CharField(max_length=150)),
                ('recorded_at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_diligence', to='partnerships.partner')),
            ],
            options={
                'verbose_name': 'due diligence check',
                'verbose_name_plural': 'due diligence checks',
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='partnerships.partner'),
        ),
        migrations.AddConstraint(
            model_name='versionshare',
            constraint=models.UniqueConstraint(fields=('version', 'party'), name='partnerships_share_once'),
        ),
        migrations.AddConstraint(
            model_name='versionshare',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('weight__gt', 0))}, name="partnerships_share_weight_positive"),
        ),
        migrations.AddConstraint(
            model_name='versionshare',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('party', 'FUND'), _negated=True)}, name="partnerships_share_is_not_the_fund"),
        ),
        migrations.AddConstraint(
            model_name='versionrole',
            constraint=models.UniqueConstraint(fields=('version', 'partner', 'role'), name='partnerships_role_once'),
        ),
        migrations.AddConstraint(
            model_name='versioncourse',
            constraint=models.UniqueConstraint(fields=('version', 'course_key'), name='partnerships_course_once'),
        ),
        migrations.AddIndex(
            model_name='suspensionrecord',
            index=models.Index(fields=['agreement', 'at'], name='partnerships_suspension_idx'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('version', 'side'), name='partnerships_signature_side_once'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('version', 'place'), name='partnerships_signature_place_once'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('place__in', (1, 2)))}, name="partnerships_signature_first_or_second"),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('side__in', ('host', 'partner')))}, name="partnerships_signature_side_known"),
        ),
        migrations.AddConstraint(
            model_name='partnerperson',
            constraint=models.UniqueConstraint(fields=('user_id', 'partner'), name='partnerships_person_once'),
        ),
        migrations.AddIndex(
            model_name='duediligencecheck',
            index=models.Index(fields=['partner', 'recorded_at'], name='partnerships_diligence_idx'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.UniqueConstraint(fields=('agreement', 'number'), name='partnerships_version_number_once'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('number__gte', 1))}, name="partnerships_version_number_from_1"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR')}, name="partnerships_version_ends_after_start"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('basis', ''), ('fund_bp__isnull', True)), models.Q(('fund_bp__gte', 0), ('fund_bp__lte', 10000), models.Q(('basis', ''), _negated=True)), _connector='OR')}, name="partnerships_version_fund_is_percent"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('currency', ''), ('minimum_payout_minor__isnull', True)), models.Q(('minimum_payout_minor__gte', 0), models.Q(('currency', ''), _negated=True)), _connector='OR')}, name="partnerships_version_payout_has_currency"),
        ),
    ]
