import django
from django.db import migrations, models
import django.db.models.deletion
import uuid

# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0003_labels_of_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrandAsset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('background', models.CharField(choices=[('light', 'Light background'), ('dark', 'Dark background')], max_length=8, verbose_name='background')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('uploaded_sha256', models.CharField(max_length=64, verbose_name='SHA-256 of what was sent')),
                ('suffix', models.CharField(max_length=4, verbose_name='kind of file')),
                ('width', models.PositiveIntegerField(verbose_name='width (pixels of CSS)')),
                ('height', models.PositiveIntegerField(verbose_name='height (pixels of CSS)')),
                ('alternatives', models.JSONField(verbose_name='what is seen')),
                ('usage_rules', models.JSONField(blank=True, default=dict, verbose_name='usage rules')),
                ('uploaded_by', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='sent by')),
                ('uploaded_at', models.DateTimeField(verbose_name='sent at')),
                ('approved', models.BooleanField(blank=True, null=True, verbose_name='approved')),
                ('decided_by', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('sentence', models.CharField(blank=True, default='', max_length=500, verbose_name='decision in words')),
                ('withdrawn_by', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='withdrawn by')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='why it was withdrawn')),
            ],
            options={
                'verbose_name': 'picture of a mark',
                'verbose_name_plural': 'pictures of marks',
                'permissions': [('approve_brandasset', 'Can approve, refuse and withdraw pictures of marks')],
            },
        ),
        migrations.CreateModel(
            name='BrandFile',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='SHA-256')),
                ('suffix', models.CharField(max_length=4, verbose_name='kind of file')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('content', models.BinaryField(verbose_name='content')),
            ],
            options={
                'verbose_name': 'file of a mark',
                'verbose_name_plural': 'files of marks',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='KeptMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course_key', models.CharField(max_length=255, verbose_name='course run')),
                ('kept_at', models.DateTimeField(verbose_name='kept since')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept', to='partnerships.brandasset', verbose_name='picture of a mark')),
            ],
            options={
                'verbose_name': 'kept mark',
                'verbose_name_plural': 'kept marks',
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='brandfile',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('suffix__in', ('.svg', '.png')))}, name='partnerships_file_known'),
        ),
        migrations.AddField(
            model_name='brandasset',
            name='double',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.brandfile', verbose_name='sharp picture'),
        ),
        migrations.AddField(
            model_name='brandasset',
            name='mark',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.brandfile', verbose_name='mark'),
        ),
        migrations.AddField(
            model_name='brandasset',
            name='paper',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.brandfile', verbose_name='picture for paper'),
        ),
        migrations.AddField(
            model_name='brandasset',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brand_assets', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='brandasset',
            name='single',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnerships.brandfile', verbose_name='picture'),
        ),
        migrations.AddConstraint(
            model_name='keptmark',
            constraint=models.UniqueConstraint(fields=('asset', 'course_key'), name='partnerships_kept_mark_once'),
        ),
        migrations.AddIndex(
            model_name='brandasset',
            index=models.Index(fields=['partner', 'background', 'decided_at'], name='partnerships_picture_idx'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.UniqueConstraint(fields=('partner', 'background', 'number'), name='partnerships_picture_number_once'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('number__gte', 1))}, name='partnerships_picture_number_from_1'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('height__gte', 1), ('width__gte', 1))}, name='partnerships_picture_has_a_size'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('background__in', ['light', 'dark']))}, name='partnerships_picture_background_known'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('approved__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('approved__isnull', False), ('decided_at__isnull', False)), _connector='OR')}, name='partnerships_picture_decided_at_once'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('decided_by__isnull', True), ('uploaded_by__isnull', True), models.Q(('decided_by', models.F('uploaded_by')), _negated=True), _connector='OR')}, name='partnerships_picture_second_person'),
        ),
        migrations.AddConstraint(
            model_name='brandasset',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('reason', ''), ('withdrawn_at__isnull', True)), models.Q(('withdrawn_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR')}, name='partnerships_picture_withdrawn_with_reason'),
        ),
    ]
