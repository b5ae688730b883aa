import django
from django.db import migrations, models
import django.db.models.deletion
import uuid

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('waiver_policy', '0008_fund'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdministrationFocalPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(unique=True, verbose_name='user')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('administration', models.CharField(max_length=200, verbose_name='administration')),
                ('is_active', models.BooleanField(default=True, verbose_name='may nominate')),
            ],
            options={
                'verbose_name': 'focal point of an administration',
                'verbose_name_plural': 'focal points of administrations',
                'ordering': ['country', 'user_id'],
            },
        ),
        migrations.CreateModel(
            name='ApplicationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('action', models.CharField(max_length=20, verbose_name='step')),
                ('state', models.CharField(max_length=20, verbose_name='state')),
                ('by', models.BigIntegerField(blank=True, null=True, verbose_name='user')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('percent_bp', models.PositiveIntegerField(blank=True, null=True, verbose_name='basis points')),
                ('refusal_code', models.CharField(blank=True, max_length=20, verbose_name='reason of the list')),
                ('bulk', models.UUIDField(blank=True, null=True, verbose_name='bulk review')),
            ],
            options={
                'verbose_name': 'step of an application',
                'verbose_name_plural': 'steps of applications',
                'ordering': ['id'],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Applying',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(unique=True, verbose_name='user')),
            ],
            options={
                'verbose_name': 'person who has applied',
                'verbose_name_plural': 'people who have applied',
            },
        ),
        migrations.CreateModel(
            name='Nomination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('administration', models.CharField(max_length=200, verbose_name='administration')),
                ('user_id', models.BigIntegerField(db_index=True, verbose_name='user')),
                ('kind', models.CharField(max_length=10, verbose_name='kind')),
                ('item', models.CharField(blank=True, max_length=30, verbose_name='for')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('state', models.CharField(max_length=12, verbose_name='state')),
                ('live_person', models.CharField(blank=True, editable=False, max_length=60, null=True, unique=True)),
                ('live_rank', models.CharField(blank=True, editable=False, max_length=60, null=True, unique=True)),
                ('nominated_by', models.BigIntegerField(verbose_name='nominated by')),
                ('nominated_at', models.DateTimeField(verbose_name='nominated at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
            ],
            options={
                'verbose_name': 'nomination',
                'verbose_name_plural': 'nominations',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='NominationCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('offering_code', models.CharField(max_length=100, unique=True, verbose_name='offering')),
                ('opens_at', models.DateTimeField(verbose_name='opens at')),
                ('closes_at', models.DateTimeField(verbose_name='closes at')),
                ('event_on', models.DateField(verbose_name='day of the event')),
                ('countries', models.JSONField(blank=True, default=list, verbose_name='States that may nominate')),
            ],
            options={
                'verbose_name': 'call for nominations',
                'verbose_name_plural': 'calls for nominations',
                'ordering': ['closes_at'],
            },
        ),
        migrations.CreateModel(
            name='NominationUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, unique=True, verbose_name='key')),
                ('full', models.SmallIntegerField(default=0, verbose_name='full')),
                ('partial', models.SmallIntegerField(default=0, verbose_name='partial')),
                ('tickets', models.SmallIntegerField(default=0, verbose_name='air tickets')),
                ('full_limit', models.SmallIntegerField(default=0)),
                ('partial_limit', models.SmallIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'use of nominations',
                'verbose_name_plural': 'uses of nominations',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=150, unique=True, verbose_name='key')),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('user_id', models.BigIntegerField(db_index=True, verbose_name='user')),
                ('context', models.JSONField(verbose_name='about')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveIntegerField(default=0, verbose_name='tries')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
            ],
            options={
                'verbose_name': 'notice by mail',
                'verbose_name_plural': 'notices by mail',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewerConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(verbose_name='user')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'conflict of interest',
                'verbose_name_plural': 'conflicts of interest',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewerOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(db_index=True, verbose_name='user')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='organisation')),
                ('domain', models.CharField(blank=True, max_length=253, verbose_name='e-mail domain of the organisation')),
            ],
            options={
                'verbose_name': 'organisation of a reviewer',
                'verbose_name_plural': 'organisations of reviewers',
                'ordering': ['user_id', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='applicationmessage',
            name='waiver_policy_message_kind',
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='answer_until',
            field=models.DateField(blank=True, null=True, verbose_name='too late for an answer from'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='appeal_until',
            field=models.DateField(blank=True, null=True, verbose_name='too late for an appeal from'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='appealed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='appealed at'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='asked at'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='assigned_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='read since'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='assigned_to',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='read by'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='awaiting_bp',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='basis points that a second person confirms'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='awaiting_by',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='first person'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='awaiting_reason',
            field=models.TextField(blank=True, verbose_name='reason of the first person'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='decide_by',
            field=models.DateField(blank=True, null=True, verbose_name='decide by'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='first_refusal',
            field=models.TextField(blank=True, verbose_name='words of the refusal that was appealed'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='form_key',
            field=models.CharField(blank=True, editable=False, max_length=200, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='organisation',
            field=models.CharField(blank=True, max_length=200, verbose_name='organisation'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='organisation_domain',
            field=models.CharField(blank=True, max_length=253, verbose_name='e-mail domain of the organisation'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='refusal_code',
            field=models.CharField(blank=True, max_length=20, verbose_name='reason of the list'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='step_count',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='steps'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='truth_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='statement made at'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='truth_version',
            field=models.CharField(blank=True, max_length=20, verbose_name='statement of truth'),
        ),
        migrations.AddIndex(
            model_name='waiverapplication',
            index=models.Index(fields=['state', 'decide_by'], name='waiver_policy_queue'),
        ),
        migrations.AddIndex(
            model_name='waiverapplication',
            index=models.Index(fields=['offering_code', 'user_id'], name='waiver_policy_of_offering'),
        ),
        migrations.AddConstraint(
            model_name='applicationmessage',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('kind__in', ['question', 'answer', 'appeal']))}, name='waiver_policy_message_kind'),
        ),
        migrations.AddConstraint(
            model_name='waiverapplication',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('open_key__isnull', False), ('state__in', ['submitted', 'more_information', 'proposed', 'appealed'])), models.Q(('open_key__isnull', True), ('state__in', ['approved', 'refused', 'withdrawn', 'expired'])), ('state', 'waitlisted'), _connector='OR')}, name='waiver_policy_open_application'),
        ),
        migrations.AddConstraint(
            model_name='waiverapplication',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('awaiting_bp__gt', 0), ('awaiting_by__isnull', False), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('awaiting_bp__isnull', True)), _connector='OR')}, name='waiver_policy_first_person'),
        ),
        migrations.AddConstraint(
            model_name='reviewerorganisation',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('domain', ''), ('name', ''), _negated=True)}, name='waiver_policy_organisation_named'),
        ),
        migrations.AddField(
            model_name='reviewerconflict',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='waiver_policy.waiverapplication', verbose_name='waiver application'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['sent_at', 'tries'], name='waiver_policy_to_send'),
        ),
        migrations.AddConstraint(
            model_name='nominationuse',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('full__gte', 0), ('full__lte', models.F('full_limit')))}, name='waiver_policy_use_full'),
        ),
        migrations.AddConstraint(
            model_name='nominationuse',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('partial__gte', 0), ('partial__lte', models.F('partial_limit')))}, name='waiver_policy_use_partial'),
        ),
        migrations.AddConstraint(
            model_name='nominationuse',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('tickets__gte', 0), ('tickets__lte', models.F('partial')))}, name='waiver_policy_use_tickets'),
        ),
        migrations.AddConstraint(
            model_name='nominationuse',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('full', 0), ('partial', 0), _connector='OR')}, name='waiver_policy_use_not_mixed'),
        ),
        migrations.AddField(
            model_name='nominationcall',
            name='policy_version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='waiver_policy.policyversion', verbose_name='policy version'),
        ),
        migrations.AddField(
            model_name='nomination',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nominations', to='waiver_policy.nominationcall', verbose_name='call for nominations'),
        ),
        migrations.AddField(
            model_name='applicationstep',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='waiver_policy.waiverapplication', verbose_name='waiver application'),
        ),
        migrations.AddField(
            model_name='waiverapplication',
            name='nomination',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='application', to='waiver_policy.nomination', verbose_name='nomination'),
        ),
        migrations.AddConstraint(
            model_name='reviewerconflict',
            constraint=models.UniqueConstraint(fields=('application', 'user_id'), name='waiver_policy_conflict_once'),
        ),
        migrations.AddConstraint(
            model_name='nominationcall',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('closes_at__gt', models.F('opens_at')))}, name='waiver_policy_call_times'),
        ),
        migrations.AddConstraint(
            model_name='nomination',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('item', ''), ('kind', 'full')), models.Q(('kind', 'partial'), models.Q(('item', ''), _negated=True)), _connector='OR')}, name='waiver_policy_nomination_kind'),
        ),
        migrations.AddConstraint(
            model_name='nomination',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_person__isnull', False), ('live_rank__isnull', False), ('state__in', ['nominated', 'accepted', 'approved'])), models.Q(('live_person__isnull', True), ('live_rank__isnull', True), ('state__in', ['declined', 'withdrawn', 'replaced', 'refused'])), _connector='OR')}, name='waiver_policy_nomination_live'),
        ),
        migrations.AddConstraint(
            model_name='applicationstep',
            constraint=models.UniqueConstraint(fields=('application', 'number'), name='waiver_policy_step_number'),
        ),
    ]
