import django
from django.db import migrations, models
import django.db.models.deletion


# Django renamed the argument in 5.1; this migration loads before and after.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0006_promises'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=255, unique=True)),
                ('subject', models.CharField(choices=[('version_ends', 'End of an agreement'), ('due_diligence', 'End of due diligence'), ('obligation', 'Late obligation'), ('report', 'Missing report'), ('contribution', 'Late contribution'), ('outcome', 'Outcome without a reported value')], max_length=16, verbose_name='about')),
                ('created_at', models.DateTimeField(verbose_name='written down at')),
                ('claimed_until', models.DateTimeField(editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('dropped_at', models.DateTimeField(null=True, verbose_name='dropped at')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='partnerships.partner', verbose_name='partner')),
            ],
            options={
                'verbose_name': 'reminder',
                'verbose_name_plural': 'reminders',
                'indexes': [models.Index(fields=['sent_at', 'id'], name='partnerships_reminder_idx')],
            },
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('sent_at__isnull', True), ('dropped_at__isnull', True), _connector='OR')}, name='partnerships_reminder_one_end'),
        ),
    ]
