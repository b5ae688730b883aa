import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0009_recognition'),
    ]

    operations = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('place', models.CharField(choices=[('course', 'Page of a course'), ('catalogue', 'List of courses')], max_length=16, verbose_name='place')),
                ('course_key', models.CharField(blank=True, default='', max_length=255, verbose_name='course run')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('text', models.CharField(max_length=200, verbose_name='text')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('first_day', models.DateField(verbose_name='first day (UTC)')),
                ('last_day', models.DateField(verbose_name='last day (UTC)')),
                ('proposed_by', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('approved', models.BooleanField(blank=True, null=True, verbose_name='approved')),
                ('decided_by', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('sentence', models.CharField(blank=True, default='', max_length=500, verbose_name='decision in words')),
                ('withdrawn_by', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='withdrawn by')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='why it was withdrawn')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promotions', to='partnerships.agreementversion', verbose_name='agreement version')),
            ],
            options={
                'verbose_name': 'promotion',
                'verbose_name_plural': 'promotions',
                'permissions': [('approve_promotion', 'Can approve, refuse and withdraw promotions')],
                'indexes': [models.Index(fields=['course_key', 'last_day'], name='partnerships_promotion_idx')],
            },
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('place', 'course'), models.Q(('course_key', ''), _negated=True)), models.Q(('course_key', ''), ('place', 'catalogue')), _connector='OR')}, name='partnerships_promotion_place'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('language__in', ('en', 'fr', 'es', 'ar', 'zh', 'ru')))}, name='partnerships_promotion_language'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('last_day__gte', models.F('first_day')))}, name='partnerships_promotion_days'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('url__startswith', 'https://'))}, name='partnerships_promotion_https'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('approved__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('approved__isnull', False), ('decided_at__isnull', False)), _connector='OR')}, name='partnerships_promotion_decided_at_once'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('decided_by__isnull', True), ('proposed_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR')}, name='partnerships_promotion_second_person'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('reason', ''), ('withdrawn_at__isnull', True)), models.Q(('withdrawn_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR')}, name='partnerships_promotion_withdrawn_with_reason'),
        ),
    ]
