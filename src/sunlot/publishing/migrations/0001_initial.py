import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('inspecting', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='inspecting.formpart')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('categories', models.JSONField()),
                ('statement', models.TextField(blank=True)),
                ('content', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('reason', models.TextField(blank=True, verbose_name='更正理由')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-published_at'],
                'indexes': [models.Index(fields=['-published_at'], name='publication_newest')],
                'constraints': [models.UniqueConstraint(fields=('part', 'number'), name='publication_number'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='publication_correction_has_reason')],
            },
        ),
    ]
