import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0015_course_counts'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnerChange',
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
                ('legal_name', models.CharField(max_length=255, verbose_name='legal name')),
                ('display_name', models.CharField(max_length=120, verbose_name='name that is shown')),
                ('kind', models.CharField(choices=[('ngo', 'Non-governmental organisation'), ('private_sector', 'Private sector'), ('academia', 'Academia'), ('administration', 'National administration'), ('international_organisation', 'International organisation')], max_length=32, verbose_name='kind')),
                ('url', models.CharField(blank=True, default='', max_length=500, verbose_name='website')),
                ('was_legal_name', models.CharField(max_length=255, verbose_name='legal name before')),
                ('was_display_name', models.CharField(max_length=120, verbose_name='name that was shown before')),
                ('was_kind', models.CharField(choices=[('ngo', 'Non-governmental organisation'), ('private_sector', 'Private sector'), ('academia', 'Academia'), ('administration', 'National administration'), ('international_organisation', 'International organisation')], max_length=32, verbose_name='kind before')),
                ('was_url', models.CharField(blank=True, default='', max_length=500, verbose_name='website before')),
                ('is_replaced', models.BooleanField(default=False, verbose_name='another file took its place')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='partnerships.partner', verbose_name='partner')),
            ],
            options={
                'verbose_name': 'change of a partner',
                'verbose_name_plural': 'changes of partners',
                'ordering': ['partner', 'id'],
                'permissions': [('confirm_partnerchange', 'Can confirm or refuse changes of partners')],
            },
        ),
        migrations.AddConstraint(
            model_name='partnerchange',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='partnerships_change_two_people'),
        ),
        migrations.AddConstraint(
            model_name='partnerchange',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='partnerships_change_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='partnerchange',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='partnerships_change_one_end'),
        ),
        migrations.AddConstraint(
            model_name='partnerchange',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('asked_by__gt', 0))}, name='partnerships_change_asked_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='partnerchange',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('live_key__isnull', False), ('refused_at__isnull', True)), models.Q(('confirmed_at__isnull', False), ('live_key__isnull', True)), models.Q(('live_key__isnull', True), ('refused_at__isnull', False)), _connector='OR')}, name='partnerships_change_live_while_waiting'),
        ),
        migrations.AddConstraint(
            model_name='partnerchange',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('is_replaced', False), ('refused_at__isnull', False), _connector='OR')}, name='partnerships_change_replaced_is_refused'),
        ),
    ]
