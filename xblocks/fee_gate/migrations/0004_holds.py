import django
from django.db import migrations, models

# ``check`` became ``condition`` in Django 5.1; one migration for both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('fee_gate', '0003_versions'),
    ]

    operations = [
        migrations.CreateModel(
            name='FeeGateRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course_key', models.CharField(db_index=True, max_length=255, verbose_name='course run')),
                ('scope', models.CharField(choices=[('enrolment', 'enrolment'), ('certificate', 'certificate')], max_length=16, verbose_name='what is held')),
                ('fee', models.CharField(max_length=64, verbose_name='fee')),
                ('effective_from', models.DateTimeField(verbose_name='from (UTC)')),
                ('ends_at', models.DateTimeField(blank=True, help_text='The first moment at which it no longer holds. Empty: no end is known.', null=True, verbose_name='until (UTC)')),
                ('live_key', models.CharField(editable=False, max_length=300, null=True, unique=True)),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'ordering': ['course_key', 'scope', '-effective_from'],
                'permissions': [('enrol_without_fee', 'Can enrol others without their fee')],
            },
        ),
        migrations.AddConstraint(
            model_name='feegaterule',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('scope__in', ['enrolment', 'certificate']))}, name='fee_gate_rule_scope'),
        ),
        migrations.AddConstraint(
            model_name='feegaterule',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('fee', ''), _negated=True)}, name='fee_gate_rule_fee'),
        ),
        migrations.AddConstraint(
            model_name='feegaterule',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('effective_from')), _connector='OR')}, name='fee_gate_rule_period'),
        ),
        migrations.AddConstraint(
            model_name='feegaterule',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('live_key__isnull', False), ('ends_at__isnull', False), _connector='OR')}, name='fee_gate_rule_one_live'),
        ),
    ]
