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
            name='Competence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=40, unique=True, verbose_name='名称')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('is_active', models.BooleanField(default=True, verbose_name='使用中')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '专业领域',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][0-9a-z-]{0,23}$')), name='competence_code_form'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='competence_has_name')],
            },
        ),
        migrations.CreateModel(
            name='Guide',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, unique=True, verbose_name='编号')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guides', to='organisations.organisation', verbose_name='科室（单位）')),
                ('type', models.CharField(choices=[('guide', '工作指引'), ('rules', '工作细则')], max_length=6, verbose_name='种类')),
                ('degree', models.CharField(choices=[('high', '高风险'), ('medium', '中风险'), ('low', '低风险'), ('any', '各级风险')], max_length=6, verbose_name='事项风险程度')),
            ],
            options={
                'verbose_name': '工作指引',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z][0-9A-Z-]{1,23}$')), name='guide_code_form'), models.CheckConstraint(condition=models.Q(('type__in', ['guide', 'rules'])), name='guide_type'), models.CheckConstraint(condition=models.Q(('degree__in', ['high', 'medium', 'low', 'any'])), name='guide_degree')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, unique=True, verbose_name='编号')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='organisations.organisation', verbose_name='科室（单位）')),
            ],
            options={
                'verbose_name': '抽查事项',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z][0-9A-Z-]{1,23}$')), name='item_code_form')],
            },
        ),
        migrations.CreateModel(
            name='ObjectKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=24, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=40, unique=True, verbose_name='名称')),
                ('nature', models.CharField(choices=[('entity', '市场主体'), ('site', '工程项目'), ('facility', '设施与场所')], max_length=10, verbose_name='性质')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='GuideVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('reason', models.TextField(blank=True, verbose_name='制定或变更理由')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('in-review', '待审核'), ('in-force', '在用'), ('superseded', '已被新版本取代'), ('repealed', '已废止')], default='draft', max_length=12, verbose_name='状态')),
                ('effective_from', models.DateField(blank=True, null=True, verbose_name='生效日期')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('installed', models.BooleanField(default=False)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
                ('returned_comment', models.TextField(blank=True, verbose_name='退回意见')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('search_keys', models.CharField(blank=True, editable=False, max_length=500)),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='catalogue.guide')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('projects', models.TextField(blank=True, verbose_name='抽查项目')),
                ('targets', models.TextField(blank=True, verbose_name='抽查对象')),
                ('category', models.TextField(blank=True, verbose_name='事项类别')),
                ('mode', models.TextField(blank=True, verbose_name='抽查方式')),
                ('publicity', models.TextField(blank=True, verbose_name='公示程序')),
                ('sharing', models.TextField(blank=True, verbose_name='信息共享')),
                ('linkage', models.TextField(blank=True, verbose_name='监管衔接')),
                ('archiving', models.TextField(blank=True, verbose_name='归档方式')),
                ('writers', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
                ('items', models.ManyToManyField(related_name='guide_versions', to='catalogue.item', verbose_name='适用事项')),
            ],
            options={
                'verbose_name': '工作指引',
                'ordering': ['guide__code', '-number'],
                'indexes': [models.Index(fields=['effective_from', 'effective_to'], name='guide_days')],
                'constraints': [models.UniqueConstraint(fields=('guide', 'number'), name='guide_version_number'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'in-review'])), fields=('guide',), name='guide_one_open_version'), models.UniqueConstraint(condition=models.Q(('state', 'in-force')), fields=('guide',), name='guide_one_lasting_version'), models.CheckConstraint(condition=models.Q(models.Q(('effective_from__isnull', True), ('effective_to__isnull', True), ('state__in', ['draft', 'in-review'])), models.Q(('effective_from__isnull', False), ('state__in', ['in-force', 'superseded', 'repealed']), models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), ('installed', True), _connector='OR')), _connector='OR'), name='guide_in_force_is_approved'), models.CheckConstraint(condition=models.Q(('installed', True), ('created_by__isnull', False), _connector='OR'), name='guide_has_drafter'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('installed', True), models.Q(('approved_by', models.F('created_by')), _negated=True), _connector='OR'), name='guide_approved_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('effective_to__isnull', False), ('state__in', ['superseded', 'repealed'])), models.Q(models.Q(('state__in', ['superseded', 'repealed']), _negated=True), ('effective_to__isnull', True)), _connector='OR'), name='guide_ended_has_last_day'), models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='guide_days_in_order')],
            },
        ),
        migrations.CreateModel(
            name='ItemVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('reason', models.TextField(blank=True, verbose_name='制定或变更理由')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('in-review', '待审核'), ('in-force', '在用'), ('superseded', '已被新版本取代'), ('repealed', '已废止')], default='draft', max_length=12, verbose_name='状态')),
                ('effective_from', models.DateField(blank=True, null=True, verbose_name='生效日期')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('installed', models.BooleanField(default=False)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
                ('returned_comment', models.TextField(blank=True, verbose_name='退回意见')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('search_keys', models.CharField(blank=True, editable=False, max_length=500)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='catalogue.item')),
                ('name', models.CharField(max_length=120, verbose_name='事项名称')),
                ('category', models.CharField(choices=[('general', '一般检查事项'), ('key', '重点检查事项')], max_length=8, verbose_name='类别')),
                ('content', models.TextField(blank=True, verbose_name='检查内容')),
                ('modes', models.JSONField(default=list, verbose_name='检查方式')),
                ('proof', models.CharField(blank=True, choices=[('', '由检查人员决定'), ('problem', '发现问题的，须有照片或文件'), ('always', '每次检查，须有照片或文件')], default='', max_length=8, verbose_name='证据要求')),
                ('writers', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kinds', models.ManyToManyField(related_name='versions', to='catalogue.objectkind', verbose_name='检查对象类别')),
                ('competences', models.ManyToManyField(related_name='versions', to='catalogue.competence', verbose_name='检查人员专业要求')),
            ],
            options={
                'verbose_name': '抽查事项',
                'ordering': ['item__code', '-number'],
                'indexes': [models.Index(fields=['effective_from', 'effective_to'], name='item_days')],
                'constraints': [models.UniqueConstraint(fields=('item', 'number'), name='item_version_number'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'in-review'])), fields=('item',), name='item_one_open_version'), models.UniqueConstraint(condition=models.Q(('state', 'in-force')), fields=('item',), name='item_one_lasting_version'), models.CheckConstraint(condition=models.Q(models.Q(('effective_from__isnull', True), ('effective_to__isnull', True), ('state__in', ['draft', 'in-review'])), models.Q(('effective_from__isnull', False), ('state__in', ['in-force', 'superseded', 'repealed']), models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), ('installed', True), _connector='OR')), _connector='OR'), name='item_in_force_is_approved'), models.CheckConstraint(condition=models.Q(('installed', True), ('created_by__isnull', False), _connector='OR'), name='item_has_drafter'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('installed', True), models.Q(('approved_by', models.F('created_by')), _negated=True), _connector='OR'), name='item_approved_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('effective_to__isnull', False), ('state__in', ['superseded', 'repealed'])), models.Q(models.Q(('state__in', ['superseded', 'repealed']), _negated=True), ('effective_to__isnull', True)), _connector='OR'), name='item_ended_has_last_day'), models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='item_days_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Basis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bases', to='catalogue.itemversion')),
                ('law', models.CharField(max_length=120, verbose_name='法律法规规章')),
                ('article', models.CharField(blank=True, max_length=80, verbose_name='条款')),
                ('text', models.TextField(blank=True, verbose_name='条文')),
            ],
            options={
                'verbose_name_plural': 'bases',
                'ordering': ['position'],
                'abstract': False,
                'indexes': [models.Index(fields=['law', 'article'], name='basis_law')],
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='basis_position'), models.CheckConstraint(condition=models.Q(('law', ''), _negated=True), name='basis_names_its_law')],
            },
        ),
        migrations.CreateModel(
            name='Frequency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='frequencies', to='catalogue.itemversion')),
                ('risk_class', models.CharField(choices=[('A', '低'), ('B', '一般'), ('C', '较高'), ('D', '高')], max_length=1, verbose_name='信用风险')),
                ('permille', models.PositiveSmallIntegerField(verbose_name='建议比例（千分比）')),
                ('times', models.PositiveSmallIntegerField(verbose_name='次数')),
                ('years', models.PositiveSmallIntegerField(default=1, verbose_name='年数')),
            ],
            options={
                'ordering': ['risk_class'],
                'constraints': [models.UniqueConstraint(fields=('version', 'risk_class'), name='frequency_once'), models.CheckConstraint(condition=models.Q(('risk_class__in', ['A', 'B', 'C', 'D'])), name='frequency_risk_class'), models.CheckConstraint(condition=models.Q(('permille__lte', 1000)), name='frequency_permille'), models.CheckConstraint(condition=models.Q(('times__gte', 1), ('times__lte', 52)), name='frequency_times'), models.CheckConstraint(condition=models.Q(('years__gte', 1), ('years__lte', 10)), name='frequency_years')],
            },
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='catalogue.itemversion')),
                ('name', models.CharField(max_length=120, verbose_name='材料')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
            ],
            options={
                'ordering': ['position'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='material_position'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='material_has_name')],
            },
        ),
        migrations.CreateModel(
            name='OfferedFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offered_findings', to='catalogue.itemversion')),
                ('text', models.CharField(max_length=200, verbose_name='检查结果')),
                ('follow_up', models.CharField(choices=[('none', '无需后续处理'), ('on-spot', '当场责令改正'), ('ordered', '责令限期改正'), ('recheck', '责令限期改正并复查'), ('stop', '责令停止违法行为'), ('warning', '约谈告诫'), ('case', '立案查处'), ('hand-over', '移送有关部门')], max_length=10, verbose_name='后续处理')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
            ],
            options={
                'ordering': ['position'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='offered_finding_position'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='offered_finding_has_text'), models.CheckConstraint(condition=models.Q(('follow_up__in', ['none', 'on-spot', 'ordered', 'recheck', 'stop', 'warning', 'case', 'hand-over'])), name='offered_finding_follow_up')],
            },
        ),
        migrations.CreateModel(
            name='SubItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sub_items', to='catalogue.itemversion')),
                ('name', models.CharField(max_length=120, verbose_name='子项')),
                ('how', models.TextField(blank=True, verbose_name='检查要领')),
            ],
            options={
                'ordering': ['position'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='sub_item_position'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='sub_item_has_name')],
            },
        ),
    ]
