"""What of the registries waits for a person."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Min, Q
from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from . import policy, queries
from .lists.inspectors import URGENT_DAYS, WARN_DAYS
from .models import Expert, Import, ImportedAccount, InspectionObject, Inspector, Loan, Reconciliation, RiskRuleSet
from .qualifying import assessed
from .reconciling.acts import CLERK, HEAD, capacity_of, page_of
from .reconciling.background import address_of
from .reconciling.report import facts_of

_SHOWN_IMPORTS = 5
_MANY = 20
_SIGNED_WITHIN = timedelta(days=60)  # a report that nobody has signed by then is no longer asked for


@provider
def no_rosters_yet(viewer: Viewer) -> Iterator[Todo]:
    """A registry that is still empty, for those who keep it."""
    if viewer.has(Role.COORDINATOR, Role.CLERK) and not queries.objects_seen(viewer).exists():
        yield Todo(
            "导入检查对象名单",
            "您可以查看的范围内还没有检查对象。Excel 或 CSV 都可以，表头不必照模板；先核对，确认后才写入。",
            reverse("registry:upload", args=["objects"]),
            "导入名单",
        )
    if policy.may_recommend(viewer, viewer.organisation) and not queries.inspectors_seen(viewer).exists():
        yield Todo(
            "登记本单位的执法检查人员",
            "还没有人员，不能参加抽取。导入或逐人登记后由审核人审核。",
            reverse("registry:upload", args=["inspectors"]),
            "导入名单",
        )


@provider
def accounts_of_lists(viewer: Viewer) -> Iterator[Todo]:
    """Accounts that came with a list: slips to print, for the system administrator; roles to give, for the security one."""
    if not viewer.has(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        return
    waiting = Q(accounts__state=ImportedAccount.State.WAITING)
    without = Q(accounts__user__password__startswith=UNUSABLE_PASSWORD_PREFIX, accounts__user__is_active=True)
    grants = viewer.has(Role.SECURITY_ADMINISTRATOR)
    lists = queries.imports_seen(viewer).annotate(left=Count("accounts", filter=waiting if grants else without))
    for roster in lists.filter(left__gt=0).order_by("created_at"):
        yield Todo(
            f"按名单授予 {roster.left} 人的角色" if grants else f"打印 {roster.left} 张账号条",
            f"系统管理员导入了《{roster.file_name}》。{'核对单位和角色后授予。' if grants else '没有账号条的人还不能登录。'}",
            reverse("registry:import-accounts", args=[roster.pk]),
            "授予角色" if grants else "打印账号条",
        )


@provider
def reviews(viewer: Viewer) -> Iterator[Todo]:
    """Recommended inspectors for those who review them."""
    if not viewer.has(Role.COORDINATOR, Role.HEAD):
        return
    count = queries.waiting_for_review(viewer).count()
    if count:
        reason = "由各单位推荐，审核通过后才能参加抽取"
        yield Todo(f"审核 {count} 名执法检查人员", reason, reverse("registry:review"), "审核人员")


@provider
def returned(viewer: Viewer) -> Iterator[Todo]:
    """Inspectors that a review sent back to their unit's clerk."""
    if not policy.may_recommend(viewer, viewer.organisation):
        return
    count = queries.inspectors_seen(viewer).filter(state=Inspector.State.RETURNED).count()
    if count:
        url = f"{reverse('registry:inspectors')}?state={Inspector.State.RETURNED.value}"
        yield Todo(f"改正 {count} 名被退回的执法检查人员", "审核意见在人员页上，修改后自动重新送审", url, "查看并改正")


@provider
def certificates(viewer: Viewer) -> Iterator[Todo]:
    """Certificates of people on duty that have expired or soon will: warned 60 days before, urgently 30 days before."""
    if not policy.may_recommend(viewer, viewer.organisation):
        return
    today = clock.today()
    ending = queries.inspectors_seen(viewer).filter(
        state=Inspector.State.ACTIVE, certificate_expires__lte=today + timedelta(days=WARN_DAYS)
    )
    urgent = today + timedelta(days=URGENT_DAYS)
    found = ending.aggregate(
        expired=Count("pk", filter=Q(certificate_expires__lt=today)),
        urgent=Count("pk", filter=Q(certificate_expires__range=(today, urgent))),
        soon=Count("pk", filter=Q(certificate_expires__gt=urgent)),
        first_expired=Min("certificate_expires", filter=Q(certificate_expires__lt=today)),
        first_urgent=Min("certificate_expires", filter=Q(certificate_expires__range=(today, urgent))),
        first_soon=Min("certificate_expires", filter=Q(certificate_expires__gt=urgent)),
    )
    expired, soon = (
        f"{reverse('registry:inspectors')}?certificate={word}&sort=expires" for word in ("expired", "soon")
    )
    if found["expired"]:
        yield Todo(
            f"{found['expired']} 人的执法证已过期",
            "换证并登记前不参加抽取",
            expired,
            "登记新证",
            due=found["first_expired"],
        )
    if found["urgent"]:
        yield Todo(
            f"{found['urgent']} 人的执法证 {URGENT_DAYS} 天内到期",
            "到期后不参加抽取",
            soon,
            "登记新证",
            due=found["first_urgent"],
        )
    if found["soon"]:
        yield Todo(
            f"{found['soon']} 人的执法证 {WARN_DAYS} 天内到期",
            "提前办理换证",
            soon,
            "查看人员",
            due=found["first_soon"],
        )


@provider
def unconfirmed_imports(viewer: Viewer) -> Iterator[Todo]:
    """Rosters that this person uploaded and has not confirmed."""
    waiting = queries.imports_seen(viewer).filter(state=Import.State.PREVIEW, created_by=viewer.user_id)[
        :_SHOWN_IMPORTS
    ]
    for roster in waiting:
        counts = roster.counts
        words = (
            f"新增 {counts['new']}，有变化 {counts['changed']}，待确认 {counts['confirm']}，有错误 {counts['faulty']}"
        )
        yield Todo(f"确认导入《{roster.file_name}》", words, reverse("registry:import", args=[roster.pk]), "核对并导入")


@provider
def licences(viewer: Viewer) -> Iterator[Todo]:
    """Licences of objects that the viewer's side keeps: expired, or ending within 60 days."""
    if not policy.may_write(viewer):
        return
    kept = queries.objects_kept(viewer).filter(state=InspectionObject.State.ACTIVE)
    today = clock.today()
    ending = queries.licences_standing().filter(object__in=kept, expires__lte=today + timedelta(days=WARN_DAYS))
    over, soon = Q(expires__lt=today), Q(expires__gte=today)
    found = ending.aggregate(
        expired=Count("object", filter=over, distinct=True),
        first_expired=Min("expires", filter=over),
        soon=Count("object", filter=soon, distinct=True),
        first_soon=Min("expires", filter=soon),
    )
    for when, words in (("expired", "许可证已过期"), ("soon", f"许可证 {WARN_DAYS} 天内到期")):
        if found[when]:
            url = f"{reverse('registry:objects')}?licence={when}"
            yield Todo(f"{found[when]} 个对象的{words}", "换证后登记新证", url, "登记新证", due=found[f"first_{when}"])


@provider
def risk_rules(viewer: Viewer) -> Iterator[Todo]:
    """Proposed rules for who approves them."""
    if policy.may_decide_rules(viewer):
        for rules in RiskRuleSet.objects.filter(state=RiskRuleSet.State.PROPOSED):
            yield Todo(
                f"批准信用风险规则第 {rules.number} 版", rules.reason, reverse("registry:risk-rules"), "查看并批准"
            )


@provider
def duplicates(viewer: Viewer) -> Iterator[Todo]:
    """Objects that may be one, for those who keep them."""
    if policy.may_write(viewer):
        kept = queries.objects_kept(viewer).values("pk")
        count = queries.duplicates_seen(viewer).filter(state="open", first__in=kept, second__in=kept).count()
        if count:
            url = f"{reverse('registry:duplicates')}?state=open"
            yield Todo(f"处理 {count} 对疑似重复的检查对象", "重复的会被多抽、多查", url, "并排比较")


@provider
def open_reconciliations(viewer: Viewer) -> Iterator[Todo]:
    """Reconciliations that this person began and has not filed, and filed reports that wait for its signature."""
    seen = queries.reconciliations_seen(viewer)
    for one in seen.filter(state=Reconciliation.State.OPEN, created_by=viewer.user_id)[:_SHOWN_IMPORTS]:
        counts = one.counts
        words = f"内容不同 {counts.get('differs', 0)}，名录库没有 {counts.get('missing', 0)}，名单上没有 {counts.get('gone', 0)}"
        yield Todo(f"处理与{one.source}名单的核对结果", words, address_of(one), "处理核对结果")
    for one in seen.filter(state=Reconciliation.State.FILED, filed_at__gt=clock.now() - _SIGNED_WITHIN)[
        :_SHOWN_IMPORTS
    ]:
        capacity = capacity_of(viewer, one)
        if capacity is not None:
            yield Todo(f"签署{one.source}名单的核对报告", f"以{capacity}身份", address_of(one), "签署报告")


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    """Filed reports as things to be signed on paper."""
    wanted = [int(key) for key in keys if key.isdecimal()]
    seen = queries.reconciliations_seen(viewer).filter(pk__in=wanted, state=Reconciliation.State.FILED)
    return {str(one.pk): _thing(viewer, one) for one in seen}


def _thing(viewer: Viewer, one: Reconciliation) -> Thing:
    may = policy.may_write(viewer) and viewer.covers(one.organisation)
    return Thing(
        title=page_of(one, CLERK).title,
        url=address_of(one),
        facts=facts_of(one),
        pages=(page_of(one, CLERK), page_of(one, HEAD)),
        may_enter=may,
        may_confirm=may,
        who_enters=f"{one.organisation.name}的经办人或统筹科室",
        who_confirms=f"{one.organisation.name}的另一名经办人或统筹科室",
    )


register_thing("reconciliation", _things)


@provider
def own_certificate(viewer: Viewer) -> Iterator[Todo]:
    """An inspector's own certificate, 60 days before its last, urgently 30 days before, and once it has expired."""
    found = queries.inspector_of(viewer) if viewer.role == Role.INSPECTOR else None
    if found is None or found.state != Inspector.State.ACTIVE or found.certificate_days_left > WARN_DAYS:
        return
    left = found.certificate_days_left
    words = "已过期" if left < 0 else f" {URGENT_DAYS if left <= URGENT_DAYS else WARN_DAYS} 天内到期"
    reason = "到期后不参加抽取；换证后交单位经办人登记"
    yield Todo(f"您的执法证{words}", reason, reverse("registry:me"), "查看", due=found.certificate_expires)


@provider
def untested(viewer: Viewer) -> Iterator[Todo]:
    """People on duty whom no valid test lets count."""
    if not policy.may_recommend(viewer, viewer.organisation):
        return
    found = queries.inspectors_seen(viewer).filter(~assessed(clock.today()), state=Inspector.State.ACTIVE)
    count = found.count()
    if count:
        url = f"{reverse('registry:inspectors')}?available=untested"
        yield Todo(f"{count} 人没有有效的培训考核", "登记合格记录前不参加抽取", url, "登记培训考核")


@provider
def declared(viewer: Viewer) -> Iterator[Todo]:
    """Avoidances that inspectors declared, and leaves that they asked for, for their unit's clerk."""
    if not policy.may_recommend(viewer, viewer.organisation):
        return
    pairs = list(queries.avoidances_to_decide(viewer)[:_MANY])
    if pairs:
        place = "registry:expert" if pairs[0].expert_id else "registry:inspector"
        url = reverse(place, args=[pairs[0].person.pk])
        more = "条及以上" if len(pairs) == _MANY else "条"
        yield Todo(
            f"核实 {len(pairs)} {more}回避申报",
            "申报的已在抽取中回避，核实后确认或说明不成立",
            f"{url}#avoid",
            "去核实",
        )
    leaves = list(queries.leaves_to_decide(viewer).order_by("starts")[:_MANY])
    if leaves:
        url = reverse("registry:inspector", args=[leaves[0].inspector_id])
        more = "份及以上" if len(leaves) == _MANY else "份"
        words = "批准后休假期间不参加抽取"
        yield Todo(f"审批 {len(leaves)} {more}休假申请", words, f"{url}#leaves", "去审批", due=leaves[0].starts)


@provider
def loans(viewer: Viewer) -> Iterator[Todo]:
    """Loans that wait for this head's word."""
    count = queries.loans_to_agree(viewer).count()
    if count:
        url = f"{reverse('registry:loans')}?state={Loan.State.ASKED.value}"
        yield Todo(f"{count} 笔人员借调等您决定", "双方负责人都同意后生效", url, "查看并决定")


@provider
def experts(viewer: Viewer) -> Iterator[Todo]:
    """Experts to review; those sent back and engagements that end soon for the clerk who keeps them."""
    waiting = queries.experts_waiting_for_review(viewer).count()
    if waiting:
        url = f"{reverse('registry:experts')}?state={Expert.State.RECOMMENDED.value}"
        yield Todo(f"审核 {waiting} 名专家", "审核通过后按领域参加抽取", url, "审核专家")
    if not policy.may_engage(viewer, viewer.organisation):
        return
    own = queries.experts_seen(viewer).filter(organisation__path__startswith=viewer.base.path)
    found = own.aggregate(
        returned=Count("pk", filter=Q(state=Expert.State.RETURNED)),
        ending=Count(
            "pk",
            filter=Q(state=Expert.State.ACTIVE, engaged_until__lte=clock.today() + timedelta(days=WARN_DAYS)),
        ),
        first=Min("engaged_until", filter=Q(state=Expert.State.ACTIVE)),
    )
    if found["returned"]:
        url = f"{reverse('registry:experts')}?state={Expert.State.RETURNED.value}"
        yield Todo(
            f"改正 {found['returned']} 名被退回的专家", "审核意见在专家页上，修改后自动重新送审", url, "查看并改正"
        )
    if found["ending"]:
        url = f"{reverse('registry:experts')}?state={Expert.State.ACTIVE.value}&sort=expires"
        words = f"{found['ending']} 名专家的聘期 {WARN_DAYS} 天内届满或已满"
        yield Todo(words, "到期后不参加抽取", url, "续聘或解聘", due=found["first"])
