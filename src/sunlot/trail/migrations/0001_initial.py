import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.TextField()),
                ('leaf_hash', models.BinaryField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['leaf_hash'], name='event_leaf_hash')],
            },
        ),
        migrations.CreateModel(
            name='LogCheckpoint',
            fields=[
                ('size', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
                ('signed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LogEdge',
            fields=[
                ('level', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('index', models.PositiveBigIntegerField(db_column='tile_index')),
                ('hashes', models.BinaryField(max_length=8192)),
            ],
        ),
        migrations.CreateModel(
            name='LogKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vkey', models.TextField(unique=True)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LogTile',
            fields=[
                ('path', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('hashes', models.BinaryField(max_length=8192)),
            ],
        ),
        migrations.CreateModel(
            name='Sealer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.CharField(blank=True, max_length=64)),
                ('held_until', models.FloatField(default=0)),
                ('staged_size', models.PositiveBigIntegerField(default=0)),
                ('staged_root', models.BinaryField(default=b'', max_length=32)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('stopped_why', models.TextField(blank=True)),
                ('evidence', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='sealer_is_one')],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('size', models.PositiveBigIntegerField()),
                ('stored_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=80, unique=True)),
                ('opaque', models.CharField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='erasure', serialize=False, to='trail.event')),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('recorded_by', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.event')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='erasure_has_reason'), models.CheckConstraint(condition=models.Q(('event', models.F('recorded_by')), _negated=True), name='erasure_stays_recorded')],
            },
        ),
        migrations.CreateModel(
            name='EventDetail',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='detail', serialize=False, to='trail.event')),
                ('at', models.DateTimeField()),
                ('type', models.CharField(max_length=64)),
                ('thing', models.CharField(max_length=80)),
                ('organisation', models.CharField(blank=True, max_length=64)),
                ('username', models.CharField(blank=True, max_length=150)),
                ('whole', models.TextField()),
                ('salt', models.BinaryField(max_length=16)),
            ],
            options={
                'indexes': [models.Index(fields=['thing', 'event'], name='detail_thing'), models.Index(fields=['type', 'at'], name='detail_type_at'), models.Index(fields=['organisation', 'event'], name='detail_organisation'), models.Index(fields=['username', 'event'], name='detail_username'), models.Index(fields=['at'], name='detail_at')],
            },
        ),
        migrations.CreateModel(
            name='LogCosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='trail.logcheckpoint')),
                ('witness', models.CharField(max_length=255)),
                ('line', models.TextField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'witness'), name='log_cosignature_once')],
            },
        ),
        migrations.CreateModel(
            name='LogLeaf',
            fields=[
                ('index', models.PositiveBigIntegerField(db_column='leaf_index', primary_key=True, serialize=False)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='leaf', to='trail.event')),
            ],
        ),
        migrations.CreateModel(
            name='PublicEntry',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='named', serialize=False, to='trail.event')),
                ('type', models.CharField(max_length=64)),
                ('subject', models.CharField(max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'event'], name='public_entry_type'), models.Index(fields=['subject', 'event'], name='public_entry_subject')],
            },
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='trail.event')),
            ],
        ),
    ]
