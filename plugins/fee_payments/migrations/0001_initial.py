import django
from django.db import migrations, models
import django.db.models.deletion
import django.db.models.expressions
import uuid

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entitlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('live_key', models.CharField(editable=False, max_length=96, null=True, unique=True)),
                ('user_id', models.BigIntegerField()),
                ('source', models.CharField(choices=[('order', 'a paid order'), ('waiver', 'a waiver')], max_length=16)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_because', models.CharField(blank=True, default='', max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name='Offering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=64, unique=True)),
                ('title', models.CharField(max_length=255)),
                ('course_key', models.CharField(db_index=True, max_length=255)),
                ('kind', models.CharField(choices=[('course_run', 'a course run'), ('course_part', 'a part of a course')], default='course_run', max_length=16)),
                ('delivery', models.CharField(choices=[('online', 'online'), ('in_person', 'in person'), ('blended', 'online and in person')], default='online', max_length=16)),
                ('place', models.CharField(blank=True, default='', max_length=255)),
                ('starts_on', models.DateField(blank=True, null=True)),
                ('on_sale_from', models.DateField(blank=True, null=True)),
                ('on_sale_until', models.DateField(blank=True, help_text='The first day (UTC) on which it is no longer sold.', null=True)),
                ('capacity', models.PositiveIntegerField(blank=True, help_text='Seats in the room; empty means no limit.', null=True)),
                ('seats_taken', models.PositiveIntegerField(default=0, editable=False)),
                ('waivable', models.BooleanField(default=True, help_text='Whether the waiver policy covers this fee.')),
                ('full_seat_cost_minor', models.PositiveBigIntegerField(default=0)),
                ('full_seat_cost_currency', models.CharField(blank=True, default='', max_length=3)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(max_length=128, unique=True)),
                ('open_key', models.CharField(editable=False, max_length=96, null=True, unique=True)),
                ('user_id', models.BigIntegerField(db_index=True)),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('payer_class', models.CharField(choices=[('individual', 'individual'), ('member_state', 'member state'), ('sector_member', 'sector member'), ('associate', 'associate'), ('academia', 'academia'), ('private', 'private')], max_length=16)),
                ('state', models.CharField(choices=[('created', 'created'), ('pending', 'pending'), ('paid', 'paid'), ('waived', 'waived'), ('held', 'held'), ('cancelled', 'cancelled'), ('expired', 'expired'), ('partially_refunded', 'partially refunded'), ('refunded', 'refunded')], default='created', max_length=24)),
                ('holds_seat', models.BooleanField(default=False)),
                ('held_because', models.CharField(blank=True, default='', max_length=255)),
                ('sentence', models.CharField(blank=True, default='', max_length=255)),
                ('placed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-placed_at', '-id'],
                'permissions': [('refund_payment', 'Can refund payments')],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('waiver_grant', models.UUIDField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('list_minor', models.PositiveBigIntegerField()),
                ('waived_minor', models.PositiveBigIntegerField(default=0)),
                ('waiver_reused', models.BooleanField(default=False)),
                ('waived_basis_points', models.PositiveIntegerField(default=0)),
                ('seat_cost_minor', models.PositiveBigIntegerField(default=0)),
                ('seat_cost_currency', models.CharField(blank=True, default='', max_length=3)),
                ('net_minor', models.PositiveBigIntegerField()),
                ('tax_minor', models.PositiveBigIntegerField(default=0)),
                ('total_minor', models.PositiveBigIntegerField()),
                ('explanation', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('provider', models.CharField(max_length=32)),
                ('reference', models.CharField(max_length=128)),
                ('redirect_url', models.TextField(blank=True, default='')),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('processor_fee_minor', models.PositiveBigIntegerField(default=0)),
                ('refunded_minor', models.PositiveBigIntegerField(default=0)),
                ('paid_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payer_class', models.CharField(choices=[('individual', 'individual'), ('member_state', 'member state'), ('sector_member', 'sector member'), ('associate', 'associate'), ('academia', 'academia'), ('private', 'private')], default='individual', max_length=16)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, help_text='The first day (UTC) on which it no longer holds.', null=True)),
            ],
            options={
                'ordering': ['offering', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProviderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('provider', models.CharField(max_length=32)),
                ('event_id', models.CharField(max_length=128)),
                ('kind', models.CharField(max_length=64)),
                ('reference', models.CharField(blank=True, default='', max_length=128)),
                ('payload', models.TextField()),
                ('received_at', models.DateTimeField()),
                ('handled_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('settled', 'settled'), ('failed', 'failed'), ('known', 'known'), ('held', 'held'), ('ignored', 'ignored')], default='', max_length=16)),
                ('sentence', models.CharField(blank=True, default='', max_length=255)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(max_length=128, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField()),
                ('reason', models.CharField(max_length=255)),
                ('requested_by', models.BigIntegerField()),
                ('requested_at', models.DateTimeField()),
                ('refunded_at', models.DateTimeField(null=True)),
                ('failed', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SandboxSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=128, unique=True)),
                ('token', models.CharField(max_length=64, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('description', models.CharField(max_length=255)),
                ('return_url', models.TextField()),
                ('outcome', models.CharField(blank=True, default='', max_length=16)),
                ('settled_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('refunded', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='TaxRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2)),
                ('basis_points', models.PositiveIntegerField(help_text='In basis points: 2000 stands for 20 per cent.')),
                ('inclusive', models.BooleanField(default=True, help_text='Whether list prices already hold this tax.')),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['country', 'valid_from'],
            },
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.UniqueConstraint(fields=('country', 'valid_from'), name='fee_payments_tax_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR')}, name='fee_payments_tax_rate_period'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('basis_points__lte', 10000))}, name='fee_payments_tax_rate_percent'),
        ),
        migrations.AddField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='fee_payments.payment'),
        ),
        migrations.AddIndex(
            model_name='providerevent',
            index=models.Index(fields=['handled_at'], name='fee_payments_event_waiting'),
        ),
        migrations.AddField(
            model_name='price',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='fee_payments.offering'),
        ),
        migrations.AddField(
            model_name='payment',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='fee_payments.order'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fee_payments.order'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='price',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.price'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='tax_rate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.taxrate'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['state', 'expires_at'], name='fee_payments_order_overdue'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('open_key__isnull', True), ('state__in', ['created', 'pending']), _connector='OR')}, name='fee_payments_order_open_key'),
        ),
        migrations.AddConstraint(
            model_name='offering',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('capacity__isnull', True), ('seats_taken__lte', models.F('capacity')), _connector='OR')}, name='fee_payments_offering_seats'),
        ),
        migrations.AddConstraint(
            model_name='offering',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('full_seat_cost_minor', 0), models.Q(('full_seat_cost_currency', ''), _negated=True), _connector='OR')}, name='fee_payments_offering_seat_cost'),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='fee_payments.orderline'),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor')), '+', models.F('fee_minor'))))}, name='fee_payments_refund_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('failed', False), ('refunded_at__isnull', True), _connector='OR')}, name='fee_payments_refund_one_end'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('amount_minor__gt', 0))}, name='fee_payments_refund_positive'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.UniqueConstraint(fields=('offering', 'payer_class', 'currency', 'valid_from'), name='fee_payments_price_once'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR')}, name='fee_payments_price_period'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('provider', 'reference'), name='fee_payments_payment_reference'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('refunded_minor__lte', models.F('amount_minor')))}, name='fee_payments_refund_limit'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor'))))}, name='fee_payments_line_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('waived_minor__lte', models.F('list_minor')))}, name='fee_payments_line_waived'),
        ),
        migrations.AddIndex(
            model_name='entitlement',
            index=models.Index(fields=['user_id', 'offering'], name='fee_payments_ent_learner'),
        ),
    ]
