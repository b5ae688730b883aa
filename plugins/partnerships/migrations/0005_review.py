import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


def approve_what_was_signed(apps, schema_editor):
    """Who approved these texts, nobody has written down; that they were signed, we know."""
    using = schema_editor.connection.alias
    first = {}
    signatures = apps.get_model("partnerships", "Signature").objects.using(using)
    for version, moment in signatures.order_by("place").values_list("version_id", "signed_at"):
        first.setdefault(version, moment)
    approvals = apps.get_model("partnerships", "ApprovalBeforeRecords").objects.using(using)
    approvals.bulk_create(
        approvals.model(version_id=version, since=moment) for version, moment in first.items()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0004_brand_assets'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApprovalBeforeRecords',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='since')),
            ],
            options={
                'verbose_name': 'approval before approvals were recorded',
                'verbose_name_plural': 'approvals before approvals were recorded',
            },
        ),
        migrations.CreateModel(
            name='PartnerContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('role', models.CharField(choices=[('signatory', 'Signatory'), ('focal_point', 'Focal point'), ('finance', 'Finance'), ('communication', 'Communication'), ('technical', 'Technical matters')], max_length=16, verbose_name='role')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('email', models.EmailField(db_index=True, max_length=254, verbose_name='e-mail')),
                ('language', models.CharField(blank=True, default='', max_length=12, verbose_name='language')),
                ('user_id', models.PositiveBigIntegerField(blank=True, db_index=True, null=True, verbose_name='user')),
                ('added_at', models.DateTimeField(verbose_name='added at')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['partner', 'role', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewRound',
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
                ('checksum', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('withdrawn_by', models.BigIntegerField(null=True, verbose_name='approval withdrawn by')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='approval withdrawn at')),
                ('withdrawn_because', models.CharField(blank=True, default='', max_length=255, verbose_name='approval withdrawn because')),
            ],
            options={
                'verbose_name': 'review of a text',
                'verbose_name_plural': 'reviews of texts',
                'ordering': ['version', 'id'],
            },
        ),
        migrations.AlterModelOptions(
            name='agreementversion',
            options={'permissions': [('submit_agreementversion', 'Can submit texts of agreements for approval'), ('approve_agreementversion', 'Can approve texts of agreements, or return them'), ('sign_agreementversion', 'Can record signatures of agreements')], 'verbose_name': 'agreement version', 'verbose_name_plural': 'agreement versions'},
        ),
        migrations.AddField(
            model_name='duediligencecheck',
            name='evidence',
            field=models.CharField(blank=True, default='', max_length=500, verbose_name='where the evidence is'),
        ),
        migrations.AddField(
            model_name='duediligencecheck',
            name='notes',
            field=models.CharField(blank=True, default='', max_length=1000, verbose_name='notes'),
        ),
        migrations.AddField(
            model_name='signature',
            name='means',
            field=models.CharField(choices=[('paper', 'On paper'), ('consent', 'Consent on this site')], default='paper', max_length=8, verbose_name='how'),
        ),
        migrations.AddField(
            model_name='signature',
            name='recorded_by',
            field=models.CharField(blank=True, default='', max_length=150, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='signature',
            name='user_id',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='user'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('means', 'paper'), ('user_id__isnull', True)), models.Q(('means', 'consent'), ('user_id__isnull', False)), _connector='OR')}, name='partnerships_signature_consent_of_a_user'),
        ),
        migrations.AddField(
            model_name='reviewround',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_rounds', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AddField(
            model_name='partnercontact',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='approvalbeforerecords',
            name='version',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='approval_before_records', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AddConstraint(
            model_name='reviewround',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_review_two_people'),
        ),
        migrations.AddConstraint(
            model_name='reviewround',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_review_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='reviewround',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_review_one_end'),
        ),
        migrations.AddConstraint(
            model_name='reviewround',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('withdrawn_at__isnull', True), ('confirmed_at__isnull', False), _connector='OR')}, name='partnerships_review_withdrawn_was_approved'),
        ),
        migrations.AddConstraint(
            model_name='reviewround',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_key__isnull', False), ('refused_at__isnull', True), ('withdrawn_at__isnull', True)), models.Q(('live_key__isnull', True), ('refused_at__isnull', False)), models.Q(('live_key__isnull', True), ('withdrawn_at__isnull', False)), _connector='OR')}, name='partnerships_review_live_until_its_end'),
        ),
        migrations.AddConstraint(
            model_name='partnercontact',
            constraint=models.UniqueConstraint(fields=('partner', 'role', 'email'), name='partnerships_contact_once'),
        ),
        migrations.RunPython(approve_what_was_signed, migrations.RunPython.noop),
    ]
