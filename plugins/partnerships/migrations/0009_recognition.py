import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0008_issued_marks'),
    ]

    operations = [
        migrations.CreateModel(
            name='AwardRevocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=255, verbose_name='reason')),
                ('revoked_by', models.BigIntegerField(verbose_name='revoked by')),
                ('revoked_at', models.DateTimeField(verbose_name='revoked at')),
            ],
            options={
                'verbose_name': 'revocation of an award',
                'verbose_name_plural': 'revocations of awards',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RecognitionAward',
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
                ('is_live', models.BooleanField(default=True, editable=False, null=True)),
                ('since', models.DateField(verbose_name='counted from (UTC)')),
                ('until', models.DateField(verbose_name='counted to (UTC)')),
                ('worth_minor', models.BigIntegerField(verbose_name='worth (minor units)')),
                ('inputs', models.TextField(verbose_name='computed from')),
                ('checksum', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('valid_from', models.DateField(verbose_name='recognised from (UTC)')),
                ('valid_until', models.DateField(verbose_name='recognised until (UTC)')),
            ],
            options={
                'verbose_name': 'award',
                'verbose_name_plural': 'awards',
                'ordering': ['partner', 'valid_from', 'id'],
                'permissions': [('propose_recognitionaward', 'Can propose an award to a partner'), ('confirm_recognitionaward', 'Can confirm or refuse an award to a partner'), ('revoke_recognitionaward', 'Can revoke an award to a partner')],
            },
        ),
        migrations.CreateModel(
            name='RecognitionScheme',
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
                ('live_from', models.DateField(editable=False, null=True, unique=True)),
                ('valid_from', models.DateField(verbose_name='first day (UTC)')),
                ('valid_until', models.DateField(null=True, verbose_name='last day (UTC)')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('in_kind_percent', models.PositiveSmallIntegerField(verbose_name='share of things that counts (percent)')),
                ('rates', models.JSONField(verbose_name='rates of other currencies')),
            ],
            options={
                'verbose_name': 'scheme of tiers',
                'verbose_name_plural': 'schemes of tiers',
                'ordering': ['valid_from', 'id'],
                'permissions': [('propose_recognitionscheme', 'Can propose tiers of recognition'), ('confirm_recognitionscheme', 'Can confirm or refuse tiers of recognition')],
            },
        ),
        migrations.CreateModel(
            name='RecognitionTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('place', models.PositiveSmallIntegerField(verbose_name='place')),
                ('code', models.CharField(max_length=32, verbose_name='code')),
                ('threshold_minor', models.BigIntegerField(verbose_name='threshold (minor units)')),
                ('emblem', models.CharField(max_length=12, verbose_name='picture')),
                ('names', models.JSONField(verbose_name='names')),
                ('descriptions', models.JSONField(verbose_name='descriptions')),
                ('scheme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='partnerships.recognitionscheme', verbose_name='scheme of tiers')),
            ],
            options={
                'verbose_name': 'tier',
                'verbose_name_plural': 'tiers',
                'ordering': ['scheme', 'place'],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='recognitionscheme',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_scheme_two_people'),
        ),
        migrations.AddConstraint(
            model_name='recognitionscheme',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_scheme_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='recognitionscheme',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_scheme_one_end'),
        ),
        migrations.AddConstraint(
            model_name='recognitionscheme',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('in_kind_percent__lte', 100))}, name='partnerships_scheme_in_kind'),
        ),
        migrations.AddConstraint(
            model_name='recognitionscheme',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR')}, name='partnerships_scheme_days'),
        ),
        migrations.AddConstraint(
            model_name='recognitionscheme',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_from', models.F('valid_from')), ('refused_at__isnull', True)), models.Q(('live_from__isnull', True), ('refused_at__isnull', False)), _connector='OR')}, name='partnerships_scheme_live'),
        ),
        migrations.AddField(
            model_name='recognitionaward',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='recognitionaward',
            name='tier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='partnerships.recognitiontier', verbose_name='tier'),
        ),
        migrations.AddField(
            model_name='awardrevocation',
            name='award',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='partnerships.recognitionaward', verbose_name='award'),
        ),
        migrations.AddConstraint(
            model_name='recognitiontier',
            constraint=models.UniqueConstraint(fields=('scheme', 'code'), name='partnerships_tier_once'),
        ),
        migrations.AddConstraint(
            model_name='recognitiontier',
            constraint=models.UniqueConstraint(fields=('scheme', 'threshold_minor'), name='partnerships_tier_threshold_once'),
        ),
        migrations.AddConstraint(
            model_name='recognitiontier',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('threshold_minor__gt', 0))}, name='partnerships_tier_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='recognitiontier',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('emblem__in', ['bronze', 'silver', 'gold', 'platinum', 'star']))}, name='partnerships_tier_emblem'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_award_two_people'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_award_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_award_one_end'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.UniqueConstraint(fields=('partner', 'tier', 'valid_from', 'is_live'), name='partnerships_award_once'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('is_live__isnull', True), ('is_live', True), _connector='OR')}, name='partnerships_award_live'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('valid_until__gte', models.F('valid_from')))}, name='partnerships_award_days'),
        ),
        migrations.AddConstraint(
            model_name='recognitionaward',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('until__gte', models.F('since')))}, name='partnerships_award_span'),
        ),
        migrations.AddConstraint(
            model_name='awardrevocation',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('reason', ''), _negated=True)}, name='partnerships_revocation_reason'),
        ),
    ]
