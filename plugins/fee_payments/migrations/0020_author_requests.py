"""Authors ask operators for what is beyond their limits."""

import uuid

import django
from django.db import migrations, models
from django.db.models import F, Q

# The keyword was renamed in Django 5.1; 4.2 only knows the old one.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0019_waiver_of_right'),
    ]

    operations = [
        migrations.AddField(
            model_name='authorlimits',
            name='may_ask',
            field=models.BooleanField(default=True, help_text="What is beyond the limits waits for an operator, with the author's reason.", verbose_name='may ask for more'),
        ),
        migrations.CreateModel(
            name='AuthorRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('course_key', models.CharField(db_index=True, max_length=255, verbose_name='course run')),
                ('code', models.SlugField(max_length=64, verbose_name='code')),
                ('wish', models.CharField(choices=[('add', 'a new fee'), ('change', 'what is said of a fee'), ('price', 'a price')], max_length=8, verbose_name='what is asked for')),
                ('open_key', models.CharField(editable=False, max_length=128, null=True, unique=True)),
                ('change', models.JSONField(verbose_name='change')),
                ('base', models.JSONField(verbose_name='what it replaces')),
                ('reason', models.CharField(max_length=1000, verbose_name='reason')),
                ('asked_by', models.BigIntegerField(db_index=True, verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('outcome', models.CharField(blank=True, choices=[('approved', 'approved'), ('declined', 'declined'), ('withdrawn', 'taken back')], default='', max_length=16, verbose_name='outcome')),
                ('decided_by', models.BigIntegerField(null=True, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, default='', max_length=255, verbose_name='said to the author')),
            ],
            options={
                'verbose_name': 'request of an author',
                'verbose_name_plural': 'requests of authors',
                'ordering': ['-asked_at', '-id'],
                'permissions': [('decide_author_requests', 'Can decide about what authors ask for')],
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='authorrequest',
            constraint=models.CheckConstraint(
                name='fee_payments_author_decided',
                **{CHECK: Q(outcome='', decided_at__isnull=True, open_key__isnull=False) | Q(decided_at__isnull=False, open_key__isnull=True) & ~Q(outcome='')},
            ),
        ),
        migrations.AddConstraint(
            model_name='authorrequest',
            constraint=models.CheckConstraint(
                name='fee_payments_author_two_people',
                **{CHECK: Q(outcome__in=['', 'withdrawn']) | Q(decided_by__isnull=False) & ~Q(decided_by=F('asked_by'))},
            ),
        ),
    ]
