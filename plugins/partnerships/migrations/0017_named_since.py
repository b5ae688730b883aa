from django.db import migrations, models


#: Where a version names partners by their codes.
PARTIES = ("VersionShare", "VersionRecoupment", "VersionContribution")


def name_who_was_submitted(apps, schema_editor):
    """Whom a text names that was submitted or signed, and who was called otherwise by two people."""
    using = schema_editor.connection.alias

    def rows(model):
        return apps.get_model("partnerships", model).objects.using(using)

    since = {}

    def note(partner, moment):
        since[partner] = min(moment, since.get(partner, moment))

    frozen = _frozen(rows)
    by_code = dict(rows("Partner").values_list("code", "pk"))
    columns = ("pk", "agreement__partner_id", "merchant_of_record")
    for version, partner, merchant in rows("AgreementVersion").values_list(*columns):
        if version in frozen:
            note(partner, frozen[version])
            if merchant in by_code:
                note(by_code[merchant], frozen[version])
    for version, partner in rows("VersionRole").values_list("version_id", "partner_id"):
        if version in frozen:
            note(partner, frozen[version])
    for model in PARTIES:
        for version, code in rows(model).values_list("version_id", "party"):
            if version in frozen and code in by_code:
                note(by_code[code], frozen[version])
    for partner, moment in rows("PartnerChange").values_list("partner_id", "asked_at"):
        note(partner, moment)
    for partner, moment in since.items():
        rows("Partner").filter(pk=partner).update(named_since=moment)


def _frozen(rows):
    """When a version was first submitted or signed, by its number."""
    first = {}
    submitted = rows("ReviewRound").values_list("version_id", "asked_at")
    signed = rows("Signature").values_list("version_id", "signed_at")
    for version, moment in (*submitted, *signed):
        first[version] = min(moment, first.get(version, moment))
    return first


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0016_partner_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='partner',
            name='named_since',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='named in a submitted text since'),
        ),
        migrations.AddField(
            model_name='signature',
            name='recorder_user_id',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='recorded by (user)'),
        ),
        migrations.RunPython(name_who_was_submitted, migrations.RunPython.noop),
    ]
