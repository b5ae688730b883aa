import django
from django.db import migrations, models
import django.db.models.deletion
import uuid

# ``check`` became ``condition`` in Django 5.1; this migration loads on both.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SeatCodeBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(editable=False, max_length=128, unique=True)),
                ('sponsor', models.CharField(help_text='Who gives the seats; the learner reads it.', max_length=255)),
                ('note', models.CharField(blank=True, default='', help_text='For operators only.', max_length=255)),
                ('count', models.PositiveIntegerField(help_text='How many codes.')),
                ('issued_by', models.BigIntegerField(editable=False, null=True)),
                ('issued_at', models.DateTimeField(editable=False)),
                ('expires_at', models.DateTimeField(blank=True, help_text='The first moment (UTC) at which no code is taken.', null=True)),
                ('offering', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering')),
            ],
            options={
                'verbose_name': 'batch of seat codes',
                'verbose_name_plural': 'batches of seat codes',
                'ordering': ['-issued_at', '-id'],
                'permissions': [('issue_seat_codes', 'Can issue seat codes')],
            },
        ),
        migrations.CreateModel(
            name='SeatCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(max_length=8)),
                ('redeemed_by', models.BigIntegerField(db_index=True, null=True)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('revoked_by', models.BigIntegerField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_because', models.CharField(blank=True, default='', max_length=255)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='fee_payments.seatcodebatch')),
            ],
            options={
                'verbose_name': 'seat code',
                'verbose_name_plural': 'seat codes',
                'ordering': ['id'],
                'permissions': [('revoke_seat_codes', 'Can revoke seat codes')],
            },
        ),
        migrations.CreateModel(
            name='SeatCodeTries',
            fields=[
                ('user_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('failed', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddConstraint(
            model_name='seatcodebatch',
            constraint=models.CheckConstraint(**{CHECK: models.Q(('expires_at__isnull', True), ('expires_at__gt', models.F('issued_at')), _connector='OR')}, name='fee_payments_batch_expires'),
        ),
        migrations.AddConstraint(
            model_name='seatcode',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('redeemed_at__isnull', True), ('redeemed_by__isnull', True)), models.Q(('redeemed_at__isnull', False), ('redeemed_by__isnull', False)), _connector='OR')}, name='fee_payments_seat_code_redeemed'),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='seat_code',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entitlement', to='fee_payments.seatcode'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='fee_payments.orderline'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='source',
            field=models.CharField(choices=[('order', 'a paid order'), ('waiver', 'a waiver'), ('seat', 'a seat code')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(**{CHECK: models.Q(models.Q(('line__isnull', True), ('seat_code__isnull', False), ('source', 'seat')), models.Q(('line__isnull', False), ('seat_code__isnull', True), ('source__in', ['order', 'waiver'])), _connector='OR')}, name='fee_payments_ent_rests_on_one'),
        ),
    ]
