import django.db.models.deletion
import sunlot.norms.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '0001_initial'),
        ('organisations', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('registry', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to='organisations.membership')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-made_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('membership',), name='feed_open_once')],
            },
        ),
        migrations.CreateModel(
            name='CapTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.region', verbose_name='辖区')),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('state', models.CharField(choices=[('proposed', '待批准'), ('refused', '未批准'), ('approved', '已批准')], default='proposed', max_length=10, verbose_name='状态')),
                ('effective_from', models.DateField(verbose_name='起用日期')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_at', models.DateTimeField(default=sunlot.norms.clock.now)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=200, verbose_name='意见')),
                ('digest', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': '频次上限',
                'ordering': ['region_id', '-number'],
                'constraints': [models.UniqueConstraint(fields=('region', 'number'), name='cap_table_number'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('region',), name='cap_table_one_proposed'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='cap_table_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='cap_table_decided'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('digest', ''), _negated=True), _connector='OR'), name='cap_table_approved_digest')],
            },
        ),
        migrations.CreateModel(
            name='CapException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='visits.captable')),
                ('cause', models.CharField(choices=[('complaint', '投诉举报'), ('assigned', '上级交办'), ('transferred', '部门转办'), ('recheck', '复查整改'), ('data', '数据监测线索'), ('request', '企业申请'), ('special', '经批准的专项检查')], max_length=12, verbose_name='事由')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('table', 'cause'), name='cap_exception_once'), models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='cap_exception_has_basis')],
            },
        ),
        migrations.CreateModel(
            name='CapLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='visits.captable')),
                ('risk_class', models.CharField(choices=[('A', '低'), ('B', '一般'), ('C', '较高'), ('D', '高')], max_length=1, verbose_name='信用风险')),
                ('kind', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.objectkind')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('cap', models.PositiveSmallIntegerField(verbose_name='每年最多次数')),
            ],
            options={
                'ordering': ['department__path', 'kind__code', 'risk_class'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('department__isnull', True), ('kind__isnull', True)), fields=('table', 'risk_class'), name='cap_line_once'), models.UniqueConstraint(condition=models.Q(('department__isnull', True), ('kind__isnull', False)), fields=('table', 'risk_class', 'kind'), name='cap_line_of_kind_once'), models.UniqueConstraint(condition=models.Q(('department__isnull', False), ('kind__isnull', True)), fields=('table', 'risk_class', 'department'), name='cap_line_of_department_once'), models.UniqueConstraint(condition=models.Q(('department__isnull', False), ('kind__isnull', False)), fields=('table', 'risk_class', 'kind', 'department'), name='cap_line_of_both_once'), models.CheckConstraint(condition=models.Q(('cap__gte', 1), ('cap__lte', 99)), name='cap_line_cap'), models.CheckConstraint(condition=models.Q(('risk_class__in', ['A', 'B', 'C', 'D'])), name='cap_line_class')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='registry.inspectionobject')),
                ('entity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='registry.entity')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='organisations.organisation')),
                ('source', models.CharField(choices=[('draw', '双随机抽查'), ('daily', '日常检查'), ('special', '专项检查'), ('complaint', '投诉举报'), ('assigned', '上级交办'), ('recheck', '复查')], max_length=10)),
                ('thing', models.CharField(max_length=80, unique=True)),
                ('form', models.CharField(max_length=80)),
                ('occasion', models.CharField(max_length=80)),
                ('plan_number', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('planned', '待检查'), ('done', '已检查'), ('failed', '未能检查'), ('cancelled', '已取消')], default='planned', max_length=10)),
                ('planned_from', models.DateField(blank=True, null=True)),
                ('planned_until', models.DateField()),
                ('agreed_on', models.DateField(blank=True, null=True)),
                ('together', models.CharField(blank=True, max_length=80)),
                ('visited_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-planned_until', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('visited_on__isnull', False), _connector='OR'), name='visit_done_has_day'), models.CheckConstraint(condition=models.Q(models.Q(('form', ''), _negated=True), models.Q(('occasion', ''), _negated=True)), name='visit_has_occasion'), models.CheckConstraint(condition=models.Q(('planned_from__isnull', True), ('planned_from__lte', models.F('planned_until')), _connector='OR'), name='visit_period_in_order')],
                'indexes': [models.Index(fields=['object', 'visited_on'], name='visit_object_day'), models.Index(fields=['entity', 'visited_on'], name='visit_entity_day'), models.Index(fields=['organisation', 'planned_until'], name='visit_unit_until'), models.Index(fields=['organisation', 'visited_on'], name='visit_unit_day'), models.Index(fields=['plan_number'], name='visit_plan'), models.Index(fields=['form'], name='visit_form'), models.Index(fields=['visited_on', 'entity', 'occasion', 'state'], name='visit_of_year_done'), models.Index(fields=['planned_until', 'entity', 'occasion', 'state'], name='visit_of_year_to_come')],
            },
        ),
    ]
