from django.db import migrations


class Migration(migrations.Migration):
    """Draws whose forms went out before draws remembered it."""

    dependencies = [("inspecting", "0002_replaced"), ("drawing", "0002_dispatched")]

    operations = [
        migrations.RunSQL(
            "UPDATE drawing_attempt SET dispatched_at = "
            "(SELECT created_at FROM inspecting_task WHERE inspecting_task.attempt_id = drawing_attempt.id) "
            "WHERE dispatched_at IS NULL",
            migrations.RunSQL.noop,
        )
    ]
