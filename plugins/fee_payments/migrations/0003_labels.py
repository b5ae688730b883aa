from django.db import migrations, models
import django.db.models.deletion
import uuid


class Migration(migrations.Migration):

    dependencies = [
        ('fee_payments', '0002_seat_codes'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='entitlement',
            options={'verbose_name': 'entitlement', 'verbose_name_plural': 'entitlements'},
        ),
        migrations.AlterModelOptions(
            name='offering',
            options={'ordering': ['code'], 'verbose_name': 'offering', 'verbose_name_plural': 'offerings'},
        ),
        migrations.AlterModelOptions(
            name='order',
            options={'ordering': ['-placed_at', '-id'], 'permissions': [('refund_payment', 'Can refund payments')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
        ),
        migrations.AlterModelOptions(
            name='orderline',
            options={'verbose_name': 'order line', 'verbose_name_plural': 'order lines'},
        ),
        migrations.AlterModelOptions(
            name='payment',
            options={'ordering': ['id'], 'verbose_name': 'payment', 'verbose_name_plural': 'payments'},
        ),
        migrations.AlterModelOptions(
            name='price',
            options={'ordering': ['offering', 'id'], 'verbose_name': 'price', 'verbose_name_plural': 'prices'},
        ),
        migrations.AlterModelOptions(
            name='providerevent',
            options={'ordering': ['id'], 'verbose_name': 'provider’s event', 'verbose_name_plural': 'providers’ events'},
        ),
        migrations.AlterModelOptions(
            name='refund',
            options={'ordering': ['id'], 'verbose_name': 'refund', 'verbose_name_plural': 'refunds'},
        ),
        migrations.AlterModelOptions(
            name='sandboxsession',
            options={'verbose_name': 'payment in the sandbox', 'verbose_name_plural': 'payments in the sandbox'},
        ),
        migrations.AlterModelOptions(
            name='seatcodetries',
            options={'verbose_name': 'tries of seat codes', 'verbose_name_plural': 'tries of seat codes'},
        ),
        migrations.AlterModelOptions(
            name='taxrate',
            options={'ordering': ['country', 'valid_from'], 'verbose_name': 'tax rate', 'verbose_name_plural': 'tax rates'},
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ends at'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='fee_payments.orderline', verbose_name='order line'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering', verbose_name='offering'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='revoked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='taken back at'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='revoked_because',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='taken back because'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='seat_code',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entitlement', to='fee_payments.seatcode', verbose_name='seat code'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='source',
            field=models.CharField(choices=[('order', 'a paid order'), ('waiver', 'a waiver'), ('seat', 'a seat code')], max_length=16, verbose_name='rests on'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='starts_at',
            field=models.DateTimeField(verbose_name='starts at'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='user_id',
            field=models.BigIntegerField(verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='capacity',
            field=models.PositiveIntegerField(blank=True, help_text='Seats in the room; empty means no limit.', null=True, verbose_name='capacity'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='code',
            field=models.SlugField(max_length=64, unique=True, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='course_key',
            field=models.CharField(db_index=True, max_length=255, verbose_name='course run'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='delivery',
            field=models.CharField(choices=[('online', 'online'), ('in_person', 'in person'), ('blended', 'online and in person')], default='online', max_length=16, verbose_name='delivery'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='full_seat_cost_currency',
            field=models.CharField(blank=True, default='', max_length=3, verbose_name='currency of that cost'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='full_seat_cost_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='full cost of a seat'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='kind',
            field=models.CharField(choices=[('course_run', 'a course run'), ('course_part', 'a part of a course')], default='course_run', max_length=16, verbose_name='what the fee opens'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='on_sale_from',
            field=models.DateField(blank=True, null=True, verbose_name='on sale from'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='on_sale_until',
            field=models.DateField(blank=True, help_text='The first day (UTC) on which it is no longer sold.', null=True, verbose_name='on sale until'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='place',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='seats_taken',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='seats taken'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='starts_on',
            field=models.DateField(blank=True, null=True, verbose_name='starts on'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='title',
            field=models.CharField(max_length=255, verbose_name='title'),
        ),
        migrations.AlterField(
            model_name='offering',
            name='waivable',
            field=models.BooleanField(default=True, help_text='Whether the waiver policy covers this fee.', verbose_name='waivable'),
        ),
        migrations.AlterField(
            model_name='order',
            name='country',
            field=models.CharField(blank=True, default='', max_length=2, verbose_name='country'),
        ),
        migrations.AlterField(
            model_name='order',
            name='expires_at',
            field=models.DateTimeField(verbose_name='expires at'),
        ),
        migrations.AlterField(
            model_name='order',
            name='held_because',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='held because'),
        ),
        migrations.AlterField(
            model_name='order',
            name='holds_seat',
            field=models.BooleanField(default=False, verbose_name='holds a seat'),
        ),
        migrations.AlterField(
            model_name='order',
            name='key',
            field=models.CharField(max_length=128, unique=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='order',
            name='payer_class',
            field=models.CharField(choices=[('individual', 'an individual'), ('member_state', 'a Member State'), ('sector_member', 'a Sector Member'), ('associate', 'an Associate'), ('academia', 'Academia'), ('private', 'a private organisation')], max_length=16, verbose_name='who pays'),
        ),
        migrations.AlterField(
            model_name='order',
            name='placed_at',
            field=models.DateTimeField(verbose_name='placed at'),
        ),
        migrations.AlterField(
            model_name='order',
            name='sentence',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='said to the learner'),
        ),
        migrations.AlterField(
            model_name='order',
            name='state',
            field=models.CharField(choices=[('created', 'not paid yet'), ('pending', 'payment under way'), ('paid', 'paid'), ('waived', 'waived'), ('held', 'waits for a person'), ('cancelled', 'cancelled'), ('expired', 'time is over'), ('partially_refunded', 'refunded in part'), ('refunded', 'refunded')], default='created', max_length=24, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='order',
            name='user_id',
            field=models.BigIntegerField(db_index=True, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='order',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='amount_minor',
            field=models.PositiveBigIntegerField(verbose_name='amount (minor units)'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='fee_payments.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='paid_at',
            field=models.DateTimeField(null=True, verbose_name='paid at'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='processor_fee_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='processor’s fee (minor units)'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='provider',
            field=models.CharField(max_length=32, verbose_name='payment provider'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='redirect_url',
            field=models.TextField(blank=True, default='', verbose_name='address to pay at'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='reference',
            field=models.CharField(max_length=128, verbose_name='reference'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='refunded_minor',
            field=models.PositiveBigIntegerField(default=0, verbose_name='refunded (minor units)'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='price',
            name='amount_minor',
            field=models.PositiveBigIntegerField(verbose_name='amount (minor units)'),
        ),
        migrations.AlterField(
            model_name='price',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='price',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='fee_payments.offering', verbose_name='offering'),
        ),
        migrations.AlterField(
            model_name='price',
            name='payer_class',
            field=models.CharField(choices=[('individual', 'an individual'), ('member_state', 'a Member State'), ('sector_member', 'a Sector Member'), ('associate', 'an Associate'), ('academia', 'Academia'), ('private', 'a private organisation')], default='individual', max_length=16, verbose_name='who pays'),
        ),
        migrations.AlterField(
            model_name='price',
            name='valid_from',
            field=models.DateField(verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='price',
            name='valid_until',
            field=models.DateField(blank=True, help_text='The first day (UTC) on which it no longer holds.', null=True, verbose_name='valid until'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='digest',
            field=models.CharField(max_length=64, unique=True, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='event_id',
            field=models.CharField(max_length=128, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='handled_at',
            field=models.DateTimeField(null=True, verbose_name='handled at'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='kind',
            field=models.CharField(max_length=64, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='outcome',
            field=models.CharField(blank=True, choices=[('settled', 'payment settled'), ('failed', 'payment failed'), ('known', 'known already'), ('held', 'waits for a person'), ('ignored', 'not for us')], default='', max_length=16, verbose_name='outcome'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='payload',
            field=models.TextField(verbose_name='what was sent'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='provider',
            field=models.CharField(max_length=32, verbose_name='payment provider'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='received_at',
            field=models.DateTimeField(verbose_name='received at'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='reference',
            field=models.CharField(blank=True, default='', max_length=128, verbose_name='reference'),
        ),
        migrations.AlterField(
            model_name='providerevent',
            name='sentence',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='amount_minor',
            field=models.BigIntegerField(verbose_name='amount (minor units)'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='currency',
            field=models.CharField(max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='failed',
            field=models.BooleanField(default=False, verbose_name='failed'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='fee_minor',
            field=models.BigIntegerField(verbose_name='kept by the provider (minor units)'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='key',
            field=models.CharField(max_length=128, unique=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='net_minor',
            field=models.BigIntegerField(verbose_name='net (minor units)'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='fee_payments.payment', verbose_name='payment'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='reason',
            field=models.CharField(max_length=255, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='refunded_at',
            field=models.DateTimeField(null=True, verbose_name='refunded at'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='requested_at',
            field=models.DateTimeField(verbose_name='requested at'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='requested_by',
            field=models.BigIntegerField(verbose_name='requested by'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='tax_minor',
            field=models.BigIntegerField(verbose_name='tax (minor units)'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='fee_payments.seatcodebatch', verbose_name='batch'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='hint',
            field=models.CharField(max_length=8, verbose_name='first group'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='redeemed_at',
            field=models.DateTimeField(null=True, verbose_name='redeemed at'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='redeemed_by',
            field=models.BigIntegerField(db_index=True, null=True, verbose_name='redeemed by'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='revoked_at',
            field=models.DateTimeField(null=True, verbose_name='taken back at'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='revoked_because',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='taken back because'),
        ),
        migrations.AlterField(
            model_name='seatcode',
            name='revoked_by',
            field=models.BigIntegerField(null=True, verbose_name='taken back by'),
        ),
        migrations.AlterField(
            model_name='seatcodebatch',
            name='count',
            field=models.PositiveIntegerField(help_text='How many codes.', verbose_name='how many'),
        ),
        migrations.AlterField(
            model_name='seatcodebatch',
            name='expires_at',
            field=models.DateTimeField(blank=True, help_text='The first moment (UTC) at which no code is taken.', null=True, verbose_name='expires at'),
        ),
        migrations.AlterField(
            model_name='seatcodebatch',
            name='issued_at',
            field=models.DateTimeField(editable=False, verbose_name='issued at'),
        ),
        migrations.AlterField(
            model_name='seatcodebatch',
            name='note',
            field=models.CharField(blank=True, default='', help_text='For operators only.', max_length=255, verbose_name='note'),
        ),
        migrations.AlterField(
            model_name='seatcodebatch',
            name='offering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fee_payments.offering', verbose_name='offering'),
        ),
        migrations.AlterField(
            model_name='seatcodebatch',
            name='sponsor',
            field=models.CharField(help_text='Who gives the seats; the learner reads it.', max_length=255, verbose_name='sponsor'),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='basis_points',
            field=models.PositiveIntegerField(help_text='In basis points: 2000 stands for 20 per cent.', verbose_name='basis points'),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='country',
            field=models.CharField(max_length=2, verbose_name='country'),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='inclusive',
            field=models.BooleanField(default=True, help_text='Whether list prices already hold this tax.', verbose_name='in the prices'),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='valid_from',
            field=models.DateField(verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
    ]
