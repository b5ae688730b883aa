import django
from django.db import migrations, models
import django.db.models.deletion

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('waiver_policy', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='waiverapplication',
            name='message_count',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='messages'),
        ),
        migrations.CreateModel(
            name='ApplicationMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('kind', models.CharField(max_length=10, verbose_name='kind')),
                ('text', models.TextField(verbose_name='text')),
                ('by', models.BigIntegerField(verbose_name='user')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='waiver_policy.waiverapplication', verbose_name='waiver application')),
            ],
            options={
                'verbose_name': 'message about an application',
                'verbose_name_plural': 'messages about applications',
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='applicationmessage',
            constraint=models.UniqueConstraint(fields=('application', 'number'), name='waiver_policy_message_number'),
        ),
        migrations.AddConstraint(
            model_name='applicationmessage',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('kind__in', ['question', 'answer']))}, name='waiver_policy_message_kind'),
        ),
    ]
