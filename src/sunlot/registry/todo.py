"""What of the registries waits for a person."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Count, Min, Q
from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from . import policy, queries
from .lists.inspectors import URGENT_DAYS, WARN_DAYS
from .models import Import, InspectionObject, Inspector, Reconciliation, RiskRuleSet
from .reconciling.acts import CLERK, HEAD, capacity_of, page_of
from .reconciling.background import address_of
from .reconciling.report import facts_of

_SHOWN_IMPORTS = 5
_SIGNED_WITHIN = timedelta(days=60)  # a report that nobody has signed by then is no longer asked for


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
    for when, words in (("expired", "许可证已过期"), ("soon", f"许可证 {WARN_DAYS} 天内到期")):
        ending = queries.licences_ending(when, WARN_DAYS).filter(object__in=kept)
        found = ending.aggregate(count=Count("object", distinct=True), first=Min("expires"))
        if found["count"]:
            url = f"{reverse('registry:objects')}?licence={when}"
            yield Todo(f"{found['count']} 个对象的{words}", "换证后登记新证", url, "登记新证", due=found["first"])


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
