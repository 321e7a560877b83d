from django.db import migrations, models


class Migration(migrations.Migration):
    """When the forms of a draw were sent out."""

    dependencies = [
        ("drawing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="dispatched_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
