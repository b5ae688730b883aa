import django
from django.db import migrations, models
import django.db.models.deletion
import uuid


# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('revenue_share', '0007_rates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('end_to_end_id', models.CharField(max_length=35, unique=True, verbose_name='end-to-end id')),
                ('bare_id', models.CharField(editable=False, max_length=35, unique=True, verbose_name='id as it is found')),
                ('live_key', models.BigIntegerField(editable=False, null=True, unique=True, verbose_name='statement while it is paid')),
                ('state', models.CharField(choices=[('proposed', 'proposed'), ('ordered', 'sent to the bank'), ('held', 'held'), ('paid', 'paid'), ('returned', 'returned'), ('refused', 'refused')], max_length=8, verbose_name='state')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount (minor units)')),
                ('pay_currency', models.CharField(max_length=3, verbose_name='paid in')),
                ('pay_minor', models.BigIntegerField(verbose_name='paid (minor units)')),
                ('debit_currency', models.CharField(max_length=3, verbose_name='currency of our account')),
                ('bank_minor', models.BigIntegerField(null=True, verbose_name='debited (minor units)')),
            ],
            options={
                'verbose_name': 'payout',
                'verbose_name_plural': 'payouts',
                'ordering': ['id'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='PayoutAcceptance',
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
                ('live_key', models.BigIntegerField(null=True, unique=True, verbose_name='entry while it counts')),
            ],
            options={
                'verbose_name': 'accepted difference',
                'verbose_name_plural': 'accepted differences',
                'ordering': ['-id'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='PayoutAccount',
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
                ('party', models.CharField(max_length=64, verbose_name='party')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('sealed', models.TextField(blank=True, editable=False, verbose_name='account, encrypted')),
                ('masked', models.CharField(blank=True, max_length=16, verbose_name='account')),
                ('live_key', models.CharField(editable=False, max_length=70, null=True, unique=True, verbose_name='key while it counts')),
            ],
            options={
                'verbose_name': 'account for payouts',
                'verbose_name_plural': 'accounts for payouts',
                'ordering': ['-id'],
                'permissions': [('propose_payout_account', 'Can ask that a party is paid to another account'), ('confirm_payout_account', 'Can confirm an account for payouts as the second person')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='PayoutBatch',
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
                ('message_id', models.CharField(max_length=35, unique=True, verbose_name='message id')),
                ('execute_on', models.DateField(verbose_name='to be paid on')),
                ('sealed', models.TextField(blank=True, editable=False, verbose_name='file, encrypted')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
            ],
            options={
                'verbose_name': 'batch of payouts',
                'verbose_name_plural': 'batches of payouts',
                'ordering': ['-id'],
                'permissions': [('propose_payout', 'Can propose payouts'), ('approve_payout', 'Can approve payouts as the second person, and download their file'), ('record_payout', 'Can record what the bank has paid')],
                'default_permissions': ('view',),
            },
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='account',
            field=models.CharField(choices=[('gateway_clearing', 'At the payment provider'), ('processor_fee', 'Processor’s fees'), ('deferred_receipts', 'Receipts to be shared'), ('tax_payable', 'Tax to be paid'), ('unallocated', 'Not allocated'), ('payable_on_hold', 'Owed, on hold'), ('fee_lost', 'Lost fees, on hold'), ('dispute_fee', 'Fees of disputes'), ('payable_cleared', 'Owed, cleared'), ('receivable', 'To be given back'), ('fund_available', 'Cleared for the waiver fund'), ('bank', 'Paid out by the bank'), ('fx_gain_loss', 'Differences of rates and bank fees')], max_length=24, verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('closed', 'closed'), ('sent', 'sent to the bank'), ('paid', 'paid'), ('carried', 'carried forward')], max_length=8, verbose_name='state'),
        ),
        migrations.CreateModel(
            name='PayoutEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=64, unique=True, verbose_name='key')),
                ('booked_on', models.DateField(verbose_name='booked on')),
                ('is_credit', models.BooleanField(verbose_name='came in')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount (minor units)')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('recorded_by', models.BigIntegerField(null=True, verbose_name='recorded by')),
                ('file_sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='revenue_share.payout', verbose_name='payout')),
            ],
            options={
                'verbose_name': 'bank entry of a payout',
                'verbose_name_plural': 'bank entries of payouts',
                'ordering': ['id'],
                'abstract': False,
                'default_permissions': ('view',),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='revenue_share_batch_two_people'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='revenue_share_batch_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='revenue_share_batch_one_end'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('sealed', ''), ('sha256', '')), models.Q(('confirmed_at__isnull', False), models.Q(('sealed', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR')}, name='revenue_share_batch_file'),
        ),
        migrations.AddConstraint(
            model_name='payoutaccount',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='revenue_share_account_two_people'),
        ),
        migrations.AddConstraint(
            model_name='payoutaccount',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='revenue_share_account_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='payoutaccount',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='revenue_share_account_one_end'),
        ),
        migrations.AddConstraint(
            model_name='payoutaccount',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('live_key__isnull', True), models.Q(('confirmed_at__isnull', False), models.Q(('sealed', ''), _negated=True)), _connector='OR')}, name='revenue_share_account_live'),
        ),
        migrations.AddField(
            model_name='payoutacceptance',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='revenue_share.payoutentry', verbose_name='bank entry of a payout'),
        ),
        migrations.AddField(
            model_name='payout',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='revenue_share.payoutaccount', verbose_name='account'),
        ),
        migrations.AddField(
            model_name='payout',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='revenue_share.payoutbatch', verbose_name='batch'),
        ),
        migrations.AddField(
            model_name='payout',
            name='first_rate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='revenue_share.fxrate', verbose_name='rate'),
        ),
        migrations.AddField(
            model_name='payout',
            name='second_rate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='revenue_share.fxrate', verbose_name='second rate'),
        ),
        migrations.AddField(
            model_name='payout',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='revenue_share.statement', verbose_name='statement'),
        ),
        migrations.AddConstraint(
            model_name='payoutentry',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor__gt', 0))}, name='revenue_share_bank_entry_positive'),
        ),
        migrations.AddConstraint(
            model_name='payoutacceptance',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True), _connector='OR')}, name='revenue_share_acceptance_two_people'),
        ),
        migrations.AddConstraint(
            model_name='payoutacceptance',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR')}, name='revenue_share_acceptance_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='payoutacceptance',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('confirmed_at__isnull', True), ('refused_at__isnull', True), _connector='OR')}, name='revenue_share_acceptance_one_end'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor__gt', 0), ('pay_minor__gt', 0))}, name='revenue_share_payout_positive'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('live_key', models.F('statement')), ('live_key__isnull', False), ('state__in', ['proposed', 'ordered', 'held', 'paid'])), models.Q(models.Q(('state__in', ['proposed', 'ordered', 'held', 'paid']), _negated=True), ('live_key__isnull', True)), _connector='OR')}, name='revenue_share_payout_once'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('state__in', ['paid', 'returned']), _negated=True), models.Q(('bank_minor__gt', 0), ('bank_minor__isnull', False)), _connector='OR')}, name='revenue_share_payout_charged'),
        ),
    ]
