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
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='organisations.organisation')),
                ('document', models.CharField(max_length=40, verbose_name='文书')),
                ('number', models.PositiveIntegerField(verbose_name='版次')),
                ('heading', models.CharField(blank=True, max_length=60, verbose_name='发文机关')),
                ('contact', models.CharField(blank=True, max_length=120, verbose_name='联系方式')),
                ('rights', models.TextField(blank=True, max_length=2000, verbose_name='权利告知')),
                ('closing', models.TextField(blank=True, max_length=1000, verbose_name='结语')),
                ('restores', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.wording', verbose_name='恢复自')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_at', models.DateTimeField(verbose_name='保存时间')),
            ],
            options={
                'verbose_name': '文书用语',
                'ordering': ['organisation__path', 'document', '-number'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'document', 'number'), name='wording_version_once')],
            },
        ),
    ]
