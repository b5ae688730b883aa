from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='agreement',
            name='code',
            field=models.CharField(max_length=64, unique=True, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='agreed_text',
            field=models.TextField(verbose_name='agreed text'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='partnerships.agreement', verbose_name='agreement'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='basis',
            field=models.CharField(blank=True, default='', max_length=32, verbose_name='basis of the shares'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='checksum',
            field=models.CharField(max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='currency',
            field=models.CharField(blank=True, default='', max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='dispute_fee',
            field=models.CharField(blank=True, default='', max_length=32, verbose_name='who bears a dispute’s fee'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='fund_bp',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='part of the fund (basis points)'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='hold_days',
            field=models.PositiveIntegerField(default=0, verbose_name='days on hold'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='loaded_at',
            field=models.DateTimeField(verbose_name='loaded at'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='loaded_by',
            field=models.CharField(max_length=150, verbose_name='loaded by'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='lost_processor_fee',
            field=models.CharField(blank=True, default='', max_length=32, verbose_name='who bears a lost processor’s fee'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='minimum_payout_minor',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='smallest payout (minor units)'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='number',
            field=models.PositiveIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='valid_from',
            field=models.DateField(verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.AlterField(
            model_name='duediligencecheck',
            name='accepted',
            field=models.BooleanField(verbose_name='accepted'),
        ),
        migrations.AlterField(
            model_name='duediligencecheck',
            name='expires_on',
            field=models.DateField(verbose_name='expires on'),
        ),
        migrations.AlterField(
            model_name='duediligencecheck',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_diligence', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AlterField(
            model_name='duediligencecheck',
            name='recorded_at',
            field=models.DateTimeField(verbose_name='recorded at'),
        ),
        migrations.AlterField(
            model_name='duediligencecheck',
            name='recorded_by',
            field=models.CharField(max_length=150, verbose_name='recorded by'),
        ),
        migrations.AlterField(
            model_name='partner',
            name='code',
            field=models.CharField(max_length=32, unique=True, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='partner',
            name='display_name',
            field=models.CharField(max_length=120, verbose_name='name that is shown'),
        ),
        migrations.AlterField(
            model_name='partner',
            name='kind',
            field=models.CharField(choices=[('ngo', 'Non-governmental organisation'), ('private_sector', 'Private sector'), ('academia', 'Academia'), ('administration', 'National administration'), ('international_organisation', 'International organisation')], max_length=32, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='partner',
            name='legal_name',
            field=models.CharField(max_length=255, verbose_name='legal name'),
        ),
        migrations.AlterField(
            model_name='partner',
            name='url',
            field=models.CharField(blank=True, default='', max_length=500, verbose_name='website'),
        ),
        migrations.AlterField(
            model_name='partnerperson',
            name='added_at',
            field=models.DateTimeField(verbose_name='added at'),
        ),
        migrations.AlterField(
            model_name='partnerperson',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AlterField(
            model_name='partnerperson',
            name='role',
            field=models.CharField(choices=[('officer', 'Partnership officer'), ('signatory', 'Signatory'), ('finance', 'Finance contact')], max_length=16, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='partnerperson',
            name='user_id',
            field=models.PositiveBigIntegerField(db_index=True, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='checksum',
            field=models.CharField(max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='place',
            field=models.PositiveIntegerField(verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='side',
            field=models.CharField(choices=[('host', 'Host'), ('partner', 'Partner')], max_length=8, verbose_name='side'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='signed_at',
            field=models.DateTimeField(verbose_name='signed at'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='signed_by',
            field=models.CharField(max_length=150, verbose_name='signed by'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AlterField(
            model_name='suspensionrecord',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspension_records', to='partnerships.agreement', verbose_name='agreement'),
        ),
        migrations.AlterField(
            model_name='suspensionrecord',
            name='at',
            field=models.DateTimeField(verbose_name='at'),
        ),
        migrations.AlterField(
            model_name='suspensionrecord',
            name='reason',
            field=models.CharField(max_length=500, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='suspensionrecord',
            name='recorded_by',
            field=models.CharField(max_length=150, verbose_name='recorded by'),
        ),
        migrations.AlterField(
            model_name='suspensionrecord',
            name='suspends',
            field=models.BooleanField(verbose_name='suspends'),
        ),
        migrations.AlterField(
            model_name='versioncourse',
            name='course_key',
            field=models.CharField(db_index=True, max_length=255, verbose_name='course run'),
        ),
        migrations.AlterField(
            model_name='versioncourse',
            name='place',
            field=models.PositiveIntegerField(verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='versioncourse',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AlterField(
            model_name='versiongoal',
            name='place',
            field=models.PositiveIntegerField(verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='versiongoal',
            name='text',
            field=models.CharField(max_length=500, verbose_name='goal'),
        ),
        migrations.AlterField(
            model_name='versiongoal',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AlterField(
            model_name='versionrole',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='partnerships.partner', verbose_name='partner'),
        ),
        migrations.AlterField(
            model_name='versionrole',
            name='place',
            field=models.PositiveIntegerField(verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='versionrole',
            name='role',
            field=models.CharField(choices=[('co-host', 'Co-host'), ('sponsor', 'Sponsor'), ('content', 'Content partner'), ('venue', 'Host of the venue')], max_length=16, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='versionrole',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AlterField(
            model_name='versionshare',
            name='party',
            field=models.CharField(max_length=32, verbose_name='party'),
        ),
        migrations.AlterField(
            model_name='versionshare',
            name='place',
            field=models.PositiveIntegerField(verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='versionshare',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='partnerships.agreementversion', verbose_name='agreement version'),
        ),
        migrations.AlterField(
            model_name='versionshare',
            name='weight',
            field=models.PositiveIntegerField(verbose_name='weight'),
        ),
    ]
