from django.db import migrations, models

from fairgate_tables.constraints import check


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0012_remittances'),
    ]

    operations = [
        migrations.CreateModel(
            name='BooksRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(editable=False, unique=True, verbose_name='UUID')),
                ('kind', models.CharField(max_length=8, verbose_name='kind')),
                ('period', models.CharField(blank=True, max_length=7, verbose_name='month')),
                ('language', models.CharField(max_length=16, verbose_name='language')),
                ('asked_by', models.PositiveBigIntegerField(verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('claimed_until', models.DateTimeField(null=True, verbose_name='claimed until')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('done', models.PositiveSmallIntegerField(default=0, verbose_name='steps done')),
                ('steps', models.PositiveSmallIntegerField(verbose_name='steps')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('outcome', models.JSONField(null=True, verbose_name='outcome')),
            ],
            options={
                'verbose_name': 'run of the books',
                'verbose_name_plural': 'runs of the books',
                'ordering': ['-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['ended_at', 'id'], name='revenue_share_run_waiting')],
            },
        ),
        migrations.AddConstraint(
            model_name='booksrun',
            constraint=check('revenue_share_run_kind', models.Q(models.Q(('kind', 'check'), ('period', '')), models.Q(('kind', 'close'), models.Q(('period', ''), _negated=True)), _connector='OR')),
        ),
        migrations.AddConstraint(
            model_name='booksrun',
            constraint=check('revenue_share_run_steps', models.Q(('done__lte', models.F('steps')))),
        ),
        migrations.AddConstraint(
            model_name='booksrun',
            constraint=check('revenue_share_run_end', models.Q(models.Q(('ended_at__isnull', True), ('outcome__isnull', True)), models.Q(('ended_at__isnull', False), ('outcome__isnull', False)), _connector='OR')),
        ),
    ]
