from django.db import migrations, models
import django.db.models.deletion
import uuid


class Migration(migrations.Migration):

    dependencies = [
        ('waiver_policy', '0002_messages_about_applications'),
    ]

    operations = [
        migrations.AlterField(
            model_name='fundentry',
            name='fund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='waiver_policy.waiverfund', verbose_name='waiver fund'),
        ),
        migrations.AlterField(
            model_name='fundentry',
            name='grant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='waiver_policy.waivergrant', verbose_name='waiver grant'),
        ),
        migrations.AlterField(
            model_name='fundentry',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='listedition',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='listmembership',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='waiver_policy.listedition', verbose_name='list edition'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='waiverapplication',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='waiver_policy.waiverdecision', verbose_name='waiver decision'),
        ),
        migrations.AlterField(
            model_name='waiverapplication',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='waiverdecision',
            name='policy_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='waiver_policy.policyversion', verbose_name='policy version'),
        ),
        migrations.AlterField(
            model_name='waiverdecision',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='waivergrant',
            name='decision',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='grant', to='waiver_policy.waiverdecision', verbose_name='waiver decision'),
        ),
        migrations.AlterField(
            model_name='waivergrant',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
    ]
