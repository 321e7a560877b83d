import django.db.models.deletion
import sunlot.norms.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('trail', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=6, primary_key=True, serialize=False, verbose_name='区划代码')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisations.region')),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{6}$')), name='region_code_form')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('kind', models.CharField(choices=[('department', '住建部门'), ('section', '内设科室'), ('partner', '联合部门')], max_length=12, verbose_name='类别')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisations.organisation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='organisations.region')),
                ('path', models.CharField(editable=False, max_length=255, unique=True)),
                ('is_active', models.BooleanField(default=True, verbose_name='在用')),
            ],
            options={
                'ordering': ['path'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$')), name='organisation_code_form'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'section'), _negated=True), ('parent__isnull', False), _connector='OR'), name='organisation_section_has_parent')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=64, unique=True, verbose_name='用户名')),
                ('name', models.CharField(max_length=40, verbose_name='姓名')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='手机')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='organisations.organisation', verbose_name='所属机构')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='首次登录须改密码')),
                ('one_time_until', models.DateTimeField(blank=True, null=True, verbose_name='一次性密码有效至')),
                ('created_at', models.DateTimeField(default=sunlot.norms.clock.now, editable=False)),
            ],
            options={
                'ordering': ['username'],
            },
        ),
        migrations.CreateModel(
            name='ErasureRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.event')),
                ('reason', models.TextField(verbose_name='理由')),
                ('state', models.CharField(choices=[('open', '待办理'), ('erased', '已清除'), ('dismissed', '未予清除')], default='open', max_length=12)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, verbose_name='不予清除的理由')),
            ],
            options={
                'ordering': ['asked_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('event',), name='erasure_request_open_once'), models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='erasure_request_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'dismissed'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='erasure_request_answered')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=80)),
                ('capacity', models.CharField(max_length=40, verbose_name='签署身份')),
                ('digest', models.CharField(max_length=64)),
                ('way', models.CharField(choices=[('account', '本人登录签署'), ('hand', '现场手写'), ('paper', '纸质签署')], max_length=8)),
                ('state', models.CharField(choices=[('signed', '已签署'), ('unconfirmed', '待第二人核对'), ('refused', '拒签'), ('void', '核对不符，作废')], max_length=12)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('role', models.CharField(blank=True, max_length=24)),
                ('name', models.CharField(max_length=40, verbose_name='姓名')),
                ('on_behalf_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='委托人')),
                ('comment', models.TextField(blank=True, verbose_name='意见或理由')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.storedfile')),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_at', models.DateTimeField()),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['signed_at'],
                'indexes': [models.Index(fields=['thing'], name='signature_thing')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'signed')), fields=('thing', 'capacity', 'name', 'digest'), name='signature_once'), models.CheckConstraint(condition=models.Q(models.Q(('way', 'account'), _negated=True), ('user__isnull', False), _connector='OR'), name='signature_account_has_user'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'signed'), ('way__in', ['paper', 'hand']), _negated=True), ('file__isnull', False), _connector='OR'), name='signature_shows_itself'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'signed'), ('way', 'paper'), _negated=True), models.Q(('confirmed_by__isnull', False), models.Q(('confirmed_by', models.F('entered_by')), _negated=True)), _connector='OR'), name='signature_paper_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='signature_refusal_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='organisations.organisation')),
                ('role', models.CharField(choices=[('system-administrator', '系统管理员'), ('security-administrator', '安全管理员'), ('auditor', '审计管理员'), ('coordinator', '统筹科室'), ('clerk', '经办人'), ('head', '科室负责人'), ('leader', '分管领导'), ('unit-head', '单位负责人'), ('supervisor', '纪检监督'), ('steering', '领导小组'), ('inspector', '执法检查人员'), ('expert', '专家'), ('commissioned', '委托机构')], max_length=24, verbose_name='角色')),
                ('granted_at', models.DateTimeField(default=sunlot.norms.clock.now, editable=False)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['organisation__path', 'role'],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='organisations.membership')),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_received', to=settings.AUTH_USER_MODEL)),
                ('starts', models.DateField(verbose_name='第一天')),
                ('ends', models.DateField(verbose_name='最后一天')),
                ('reason', models.CharField(max_length=200, verbose_name='事由')),
                ('state', models.CharField(choices=[('asked', '待受托人接受'), ('accepted', '已接受'), ('refused', '不接受'), ('revoked', '已收回')], default='asked', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='意见')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '委托代签',
                'ordering': ['-starts', '-pk'],
                'indexes': [models.Index(fields=['receiver', 'starts', 'ends'], name='delegation_days')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts'))), name='delegation_in_order'), models.CheckConstraint(condition=models.Q(('state', 'asked'), ('decided_at__isnull', False), _connector='OR'), name='delegation_decided_has_moment'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='delegation_refused_with_reason')],
            },
        ),
        migrations.AddField(
            model_name='Membership',
            name='delegation',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='membership', to='organisations.delegation'),
        ),
        migrations.AddConstraint(
            model_name='Membership',
            constraint=models.UniqueConstraint(condition=models.Q(('delegation__isnull', True), ('ended_at__isnull', True)), fields=('user', 'organisation', 'role'), name='membership_once'),
        ),
    ]
