import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('title', models.CharField(max_length=200)),
                ('subject', models.CharField(max_length=120)),
                ('arguments', models.JSONField(default=dict)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.membership')),
                ('address', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('waiting', '排队中'), ('running', '办理中'), ('done', '已办完'), ('stopped', '已停止'), ('failed', '没有办成')], default='waiting', max_length=8)),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('unit', models.CharField(default='项', max_length=8)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('position', models.JSONField(default=dict)),
                ('stop_asked_at', models.DateTimeField(blank=True, null=True)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('fruitless', models.PositiveSmallIntegerField(default=0)),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('progress_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_done', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '办理进度',
                'verbose_name_plural': '办理进度',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['created_at'], name='job_live'), models.Index(fields=['owner', '-created_at'], name='job_owner')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'running'])), fields=('kind', 'subject'), name='job_one_live'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('claimed_at__isnull', False), ('heartbeat_at__isnull', False)), _connector='OR'), name='job_running_is_held'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running']), ('ended_at__isnull', False), _connector='OR'), name='job_ended_at')],
            },
        ),
        migrations.CreateModel(
            name='PeriodicJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('due_at', models.DateTimeField()),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('succeeded_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key', models.CharField(max_length=120)),
                ('words', models.CharField(max_length=200)),
                ('address', models.CharField(max_length=200)),
                ('sent_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-sent_at'],
                'indexes': [models.Index(fields=['recipient', 'until'], name='reminder_open')],
                'constraints': [models.UniqueConstraint(fields=('recipient', 'key'), name='reminder_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('path', models.CharField(max_length=120)),
                ('name', models.CharField(max_length=30, verbose_name='名称')),
                ('query', models.CharField(max_length=1000)),
                ('is_shared', models.BooleanField(default=False, verbose_name='本单位共用')),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['path', 'organisation'], name='saved_filter_shared')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'path', 'name'), name='saved_filter_once')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='export', to='desk.job')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.membership')),
                ('name', models.CharField(max_length=200)),
                ('form', models.CharField(max_length=4)),
                ('rows', models.PositiveBigIntegerField()),
                ('size', models.PositiveBigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name': '导出的文件',
                'ordering': ['-made_at', '-pk'],
                'indexes': [models.Index(fields=['owner', '-made_at'], name='export_owner'), models.Index(fields=['until'], name='export_until')],
            },
        ),
    ]
