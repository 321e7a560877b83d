from django.db import migrations


class Migration(migrations.Migration):
    """Events of an older version wait for their place in the log like new ones."""

    dependencies = [("trail", "0002_log")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO trail_unsealed (event_id) SELECT id FROM trail_event ORDER BY id", migrations.RunSQL.noop
        )
    ]
