import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0012_sent_requests'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='agreement',
            options={'permissions': [('suspend_agreement', 'Can suspend agreements, and ask that they resume')], 'verbose_name': 'agreement', 'verbose_name_plural': 'agreements'},
        ),
        migrations.CreateModel(
            name='ResumeRequest',
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
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resume_requests', to='partnerships.agreement', verbose_name='agreement')),
            ],
            options={
                'verbose_name': 'request to resume',
                'verbose_name_plural': 'requests to resume',
                'ordering': ['agreement', 'id'],
                'permissions': [('confirm_resumerequest', 'Can let agreements resume, or refuse that')],
            },
        ),
        migrations.CreateModel(
            name='DueDiligenceProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_by', models.BigIntegerField(verbose_name='asked for by')),
                ('asked_at', models.DateTimeField(verbose_name='asked for at')),
                ('confirmed_by', models.BigIntegerField(null=True, verbose_name='confirmed by')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('refused_by', models.BigIntegerField(null=True, verbose_name='refused by')),
                ('refused_at', models.DateTimeField(null=True, verbose_name='refused at')),
                ('refused_because', models.CharField(blank=True, default='', max_length=255, verbose_name='refused because')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('live_key', models.PositiveBigIntegerField(editable=False, null=True, unique=True)),
                ('expires_on', models.DateField(verbose_name='expires on')),
                ('notes', models.CharField(blank=True, default='', max_length=1000, verbose_name='notes')),
                ('evidence', models.CharField(blank=True, default='', max_length=500, verbose_name='where the evidence is')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diligence_proposals', to='partnerships.partner', verbose_name='partner')),
            ],
            options={
                'verbose_name': 'proposed due diligence',
                'verbose_name_plural': 'proposed due diligence',
                'ordering': ['partner', 'id'],
                'permissions': [('confirm_duediligenceproposal', 'Can confirm or refuse accepted due diligence')],
            },
        ),
        migrations.AddField(
            model_name='duediligencecheck',
            name='proposal',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='check_of', to='partnerships.duediligenceproposal', verbose_name='proposed due diligence'),
        ),
        migrations.AddField(
            model_name='suspensionrecord',
            name='request',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='record', to='partnerships.resumerequest', verbose_name='request to resume'),
        ),
        migrations.AddConstraint(
            model_name='resumerequest',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_resume_two_people'),
        ),
        migrations.AddConstraint(
            model_name='resumerequest',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_resume_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='resumerequest',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_resume_one_end'),
        ),
        migrations.AddConstraint(
            model_name='resumerequest',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('live_key__isnull', False), ('refused_at__isnull', True)), models.Q(('confirmed_at__isnull', False), ('live_key__isnull', True)), models.Q(('live_key__isnull', True), ('refused_at__isnull', False)), _connector='OR')}, name='partnerships_resume_live_while_waiting'),
        ),
        migrations.AddConstraint(
            model_name='duediligenceproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_diligence_two_people'),
        ),
        migrations.AddConstraint(
            model_name='duediligenceproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_diligence_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='duediligenceproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_diligence_one_end'),
        ),
        migrations.AddConstraint(
            model_name='duediligenceproposal',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('live_key__isnull', False), ('refused_at__isnull', True)), models.Q(('confirmed_at__isnull', False), ('live_key__isnull', True)), models.Q(('live_key__isnull', True), ('refused_at__isnull', False)), _connector='OR')}, name='partnerships_diligence_live_while_waiting'),
        ),
    ]
