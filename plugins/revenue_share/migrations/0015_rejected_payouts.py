import uuid

import django.db.models.deletion
from django.db import migrations, models

from fairgate_tables.constraints import check


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0014_kept_minimums'),
    ]

    operations = [
        migrations.AddField(
            model_name='payoutacceptance',
            name='accepted_as',
            field=models.CharField(choices=[('payment', 'the payment, or its return'), ('charge', 'a fee of the bank')], default='payment', max_length=8, verbose_name='accepted as'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='payout',
            name='state',
            field=models.CharField(choices=[('proposed', 'proposed'), ('ordered', 'sent to the bank'), ('held', 'held'), ('paid', 'paid'), ('returned', 'returned'), ('refused', 'refused'), ('rejected', 'not executed')], max_length=8, verbose_name='state'),
        ),
        migrations.CreateModel(
            name='PayoutRejection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=255, verbose_name='reason')),
                ('asked_by', models.BigIntegerField(verbose_name='asked for by')),
                ('asked_at', models.DateTimeField(verbose_name='asked for at')),
                ('confirmed_by', models.BigIntegerField(null=True, verbose_name='confirmed by')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('refused_by', models.BigIntegerField(null=True, verbose_name='refused by')),
                ('refused_at', models.DateTimeField(null=True, verbose_name='refused at')),
                ('refused_because', models.CharField(blank=True, default='', max_length=255, verbose_name='refused because')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('live_key', models.BigIntegerField(null=True, unique=True, verbose_name='payout while it counts')),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rejections', to='revenue_share.payout', verbose_name='payout')),
            ],
            options={
                'verbose_name': 'rejected payout',
                'verbose_name_plural': 'rejected payouts',
                'ordering': ['-id'],
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='payoutrejection',
            constraint=check('revenue_share_rejection_two_people', models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')),
        ),
        migrations.AddConstraint(
            model_name='payoutrejection',
            constraint=check('revenue_share_rejection_confirmed', models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')),
        ),
        migrations.AddConstraint(
            model_name='payoutrejection',
            constraint=check('revenue_share_rejection_one_end', models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')),
        ),
    ]
