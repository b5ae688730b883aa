import django
from django.db import migrations, models
import uuid


# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0008_payouts'),
    ]

    operations = [
        migrations.CreateModel(
            name='StatementMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('party', models.CharField(max_length=64, verbose_name='party')),
                ('period', models.CharField(max_length=7, verbose_name='month')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('contact', models.UUIDField(verbose_name='contact')),
                ('created_at', models.DateTimeField(verbose_name='written down at')),
                ('claimed_until', models.DateTimeField(null=True, verbose_name='not before')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('dropped_at', models.DateTimeField(null=True, verbose_name='dropped at')),
            ],
            options={
                'verbose_name': 'statement by mail',
                'verbose_name_plural': 'statements by mail',
                'ordering': ['-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['sent_at', 'dropped_at', 'id'], name='revenue_share_mail_waiting')],
            },
        ),
        migrations.AddConstraint(
            model_name='statementmail',
            constraint=models.UniqueConstraint(fields=('party', 'period', 'currency', 'contact'), name='revenue_share_mail_once'),
        ),
        migrations.AddConstraint(
            model_name='statementmail',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('sent_at__isnull', True), ('dropped_at__isnull', True), _connector='OR')}, name='revenue_share_mail_one_end'),
        ),
    ]
