import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0001_initial'),
        ('planning', '0001_initial'),
        ('trail', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='planning.plan')),
                ('number', models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                'ordering': ['plan', 'number'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='round_number')],
            },
        ),
        migrations.CreateModel(
            name='Simulation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='simulations', to='planning.plan')),
                ('version', models.PositiveIntegerField()),
                ('content_digest', models.CharField(max_length=64)),
                ('day', models.DateField()),
                ('seeds', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('running', '正在模拟'), ('done', '已完成'), ('ended', '没有完成')], default='running', max_length=8)),
                ('figures', models.JSONField(default=dict)),
                ('refusal', models.CharField(blank=True, max_length=200)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '模拟抽取',
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('plan',), name='simulation_one_running'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='simulation_ended_at'), models.CheckConstraint(condition=models.Q(('seeds__gte', 1)), name='simulation_has_seeds')],
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='drawing.round')),
                ('number', models.CharField(max_length=64, unique=True, verbose_name='抽取编号')),
                ('region_code', models.CharField(max_length=6)),
                ('year', models.PositiveSmallIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('covers', models.JSONField(blank=True, default=list, verbose_name='所补的对象')),
            ],
            options={
                'verbose_name': '抽取',
                'ordering': ['-year', '-serial'],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='drawing.draw')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('preparing', '等待各方承诺'), ('sealed', '公告已封存，等待掷骰'), ('revealing', '各方公开密数'), ('reading', '等待彩票开奖号码'), ('drawn', '已抽取，等待签署记录'), ('signed', '记录已签署'), ('archived', '已归档'), ('aborted', '已中止'), ('withdrawn', '未封存即撤回')], default='preparing', max_length=10)),
                ('hash_name', models.CharField(choices=[('sha256', 'SHA-256'), ('sm3', 'SM3（国密）')], default='sha256', max_length=6, verbose_name='摘要算法')),
                ('beacon_kind', models.CharField(choices=[('dice', '掷骰'), ('lottery', '彩票开奖号码')], max_length=8)),
                ('beacon_form', models.JSONField()),
                ('reveal_by', models.DateTimeField(verbose_name='公开密数的期限')),
                ('release_at', models.DateTimeField(blank=True, null=True, verbose_name='名单公开时间')),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prepared_at', models.DateTimeField()),
                ('notice', models.TextField(blank=True)),
                ('notice_digest', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('rules', models.TextField(blank=True)),
                ('sealed_at', models.DateTimeField(blank=True, null=True)),
                ('beacon_value', models.CharField(blank=True, max_length=1000, null=True)),
                ('beacon_at', models.DateTimeField(blank=True, null=True)),
                ('seed', models.CharField(blank=True, max_length=64)),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.storedfile')),
                ('result_digest', models.CharField(blank=True, max_length=64)),
                ('drawn_at', models.DateTimeField(blank=True, null=True)),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('record_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.storedfile')),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('dispatched_at', models.DateTimeField(blank=True, null=True)),
                ('waiting', models.PositiveIntegerField(default=0)),
                ('aborted_at', models.DateTimeField(blank=True, null=True)),
                ('abort_reason', models.TextField(blank=True)),
                ('abort_failed', models.JSONField(blank=True, default=list)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': '抽取',
                'ordering': ['draw', 'number'],
                'indexes': [models.Index(fields=['state', 'reveal_by'], name='attempt_deadlines')],
                'constraints': [models.UniqueConstraint(fields=('draw', 'number'), name='attempt_number'), models.UniqueConstraint(condition=models.Q(('state__in', ['aborted']), _negated=True), fields=('draw',), name='attempt_one_open'), models.CheckConstraint(condition=models.Q(('state__in', ['preparing', 'withdrawn']), models.Q(('notice_digest__isnull', False), ('sealed_at__isnull', False), models.Q(('notice', ''), _negated=True)), _connector='OR'), name='attempt_sealed_has_notice'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['drawn', 'signed', 'archived']), _negated=True), models.Q(('result__isnull', False), models.Q(('result_digest', ''), _negated=True), ('drawn_at__isnull', False), models.Q(('seed', ''), _negated=True)), _connector='OR'), name='attempt_drawn_has_result'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'archived'), _negated=True), models.Q(('archived_at__isnull', False), ('record_file__isnull', False)), _connector='OR'), name='attempt_archived_has_record'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'aborted'), _negated=True), models.Q(('aborted_at__isnull', False), models.Q(('abort_reason', ''), _negated=True)), _connector='OR'), name='attempt_aborted_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('notice_digest__isnull', True), ('withdrawn_at__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='attempt_withdrawn_unsealed'), models.CheckConstraint(condition=models.Q(('released_at__isnull', True), ('drawn_at__isnull', False), _connector='OR'), name='attempt_released_is_drawn'), models.CheckConstraint(condition=models.Q(('number', 1), ('beacon_kind', 'lottery'), _connector='OR'), name='attempt_repeat_by_lottery'), models.CheckConstraint(condition=models.Q(('sealed_at__isnull', True), ('reveal_by__gt', models.F('sealed_at')), _connector='OR'), name='attempt_deadline_after_seal')],
            },
        ),
        migrations.CreateModel(
            name='BeaconReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='drawing.attempt')),
                ('turn', models.PositiveSmallIntegerField(default=1)),
                ('place', models.PositiveSmallIntegerField()),
                ('value', models.CharField(max_length=1000)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='号码出处')),
                ('typed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('typed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['turn', 'place'],
                'constraints': [models.UniqueConstraint(fields=('attempt', 'turn', 'typed_by'), name='reading_two_people'), models.UniqueConstraint(fields=('attempt', 'turn', 'place'), name='reading_two_a_turn'), models.CheckConstraint(condition=models.Q(('place__in', [1, 2])), name='reading_place')],
            },
        ),
        migrations.CreateModel(
            name='Contributor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributors', to='drawing.attempt')),
                ('position', models.PositiveSmallIntegerField()),
                ('part', models.CharField(choices=[('lead', '牵头'), ('participant', '参与'), ('supervisor', '纪检监督')], max_length=12)),
                ('code', models.CharField(max_length=64)),
                ('title', models.CharField(max_length=40, verbose_name='身份')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('commitment', models.CharField(blank=True, max_length=64, null=True)),
                ('committed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('committed_at', models.DateTimeField(blank=True, null=True)),
                ('nonce', models.CharField(blank=True, max_length=64, null=True)),
                ('revealed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revealed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('attempt', 'position'), name='contributor_position'), models.UniqueConstraint(fields=('attempt', 'code'), name='contributor_code'), models.UniqueConstraint(fields=('attempt', 'commitment'), name='contributor_commitment'), models.UniqueConstraint(fields=('attempt', 'committed_by'), name='contributor_one_person_each'), models.UniqueConstraint(fields=('attempt', 'revealed_by'), name='contributor_one_revealer_each'), models.CheckConstraint(condition=models.Q(('commitment__isnull', True), models.Q(('committed_by__isnull', False), ('committed_at__isnull', False)), _connector='OR'), name='contributor_committed_by'), models.CheckConstraint(condition=models.Q(('nonce__isnull', True), models.Q(('commitment__isnull', False), ('revealed_at__isnull', False), ('revealed_by__isnull', False)), _connector='OR'), name='contributor_revealed_by')],
            },
        ),
        migrations.CreateModel(
            name='Replacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replacements', to='drawing.attempt')),
                ('kind', models.CharField(choices=[('object', '替补检查对象'), ('inspector', '更换检查人员')], max_length=9)),
                ('state', models.CharField(choices=[('proposed', '待批准'), ('approved', '已批准'), ('refused', '未批准')], default='proposed', max_length=8)),
                ('outgoing', models.CharField(max_length=64, verbose_name='换出')),
                ('object', models.CharField(blank=True, max_length=64)),
                ('department', models.CharField(blank=True, max_length=64)),
                ('team', models.CharField(blank=True, max_length=80)),
                ('incoming', models.CharField(blank=True, max_length=64, verbose_name='换入')),
                ('passed_over', models.JSONField(blank=True, default=list, verbose_name='依次跳过')),
                ('cause', models.CharField(choices=[('deregistered', '已注销'), ('revoked', '营业执照或资质已吊销、撤销'), ('moved', '已迁出抽查范围'), ('closed', '已停业、歇业'), ('unreachable', '通过登记的住所（经营场所）无法联系'), ('inspected', '已由他案检查，不重复检查'), ('leave', '请假、外出等不能参加'), ('certificate', '执法证件到期或暂扣'), ('transferred', '已调离执法岗位'), ('conflict', '发现应当回避的情形')], max_length=12, verbose_name='事由')),
                ('reason', models.CharField(max_length=200, verbose_name='说明')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('refusal', models.CharField(blank=True, max_length=200, verbose_name='不批准的理由')),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.event')),
            ],
            options={
                'verbose_name': '替补',
                'ordering': ['proposed_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('attempt', 'outgoing', 'object'), name='replacement_one_open'), models.UniqueConstraint(condition=models.Q(('kind', 'object'), ('state', 'approved')), fields=('attempt', 'outgoing'), name='replacement_object_out_once'), models.UniqueConstraint(condition=models.Q(('state', 'approved'), models.Q(('incoming', ''), _negated=True)), fields=('attempt', 'incoming'), name='replacement_comes_in_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_by__isnull', False), ('decided_at__isnull', False)), _connector='OR'), name='replacement_decided_by'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='replacement_by_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), models.Q(('refusal', ''), _negated=True)), models.Q(models.Q(('state', 'refused'), _negated=True), ('refusal', '')), _connector='OR'), name='replacement_refused_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('cause__in', ['leave', 'certificate', 'transferred', 'conflict']), ('kind', 'inspector'), models.Q(('team', ''), _negated=True), models.Q(('department', ''), _negated=True)), models.Q(('cause__in', ['deregistered', 'revoked', 'moved', 'closed', 'unreachable', 'inspected']), ('kind', 'object'), ('object', '')), _connector='OR'), name='replacement_cause_of_its_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'object'), ('state', 'approved'), _negated=True), models.Q(models.Q(('incoming', ''), _negated=True), models.Q(('team', ''), _negated=True)), _connector='OR'), name='replacement_object_has_incoming'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='replacement_has_reason'), models.CheckConstraint(condition=models.Q(('entry__isnull', True), models.Q(('state', 'approved'), models.Q(('incoming', ''), _negated=True)), _connector='OR'), name='replacement_logged_is_approved')],
            },
        ),
        migrations.CreateModel(
            name='RosterPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='drawing.attempt')),
                ('roster', models.CharField(choices=[('objects', 'Objects'), ('inspectors', 'Inspectors'), ('avoid', 'Avoid')], max_length=10)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.storedfile')),
                ('digest', models.CharField(max_length=64)),
                ('rows', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['roster', 'number'],
                'constraints': [models.UniqueConstraint(fields=('attempt', 'roster', 'number'), name='roster_part_number')],
            },
        ),
        migrations.CreateModel(
            name='ReplacementEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('replacement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='drawing.replacement')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trail.storedfile')),
                ('name', models.CharField(max_length=255)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('replacement', 'file'), name='replacement_evidence_once')],
            },
        ),
        migrations.AddField(
            model_name='Draw',
            name='supplements',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supplementary_draws', to='drawing.attempt'),
        ),
        migrations.AddField(
            model_name='Draw',
            name='basis',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supplementary_draws', to='drawing.replacement'),
        ),
        migrations.AddConstraint(
            model_name='Draw',
            constraint=models.UniqueConstraint(fields=('region_code', 'year', 'serial'), name='draw_serial'),
        ),
        migrations.AddConstraint(
            model_name='Draw',
            constraint=models.UniqueConstraint(condition=models.Q(('supplements__isnull', True)), fields=('round',), name='draw_one_a_round_but_supplements'),
        ),
        migrations.AddConstraint(
            model_name='Draw',
            constraint=models.CheckConstraint(condition=models.Q(('supplements__isnull', False), ('basis__isnull', True), _connector='OR'), name='draw_basis_of_a_supplement'),
        ),
    ]
