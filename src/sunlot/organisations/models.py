"""Regions, organisations, people, their roles, and signatures."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock

from .roles import Role


class Region(models.Model):
    """A region of GB/T 2260: `150302` 海勃湾区. 海南区 (150303) is not 海南省 (460000): never compare names."""

    code = models.CharField("区划代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="region_code_form")]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A department, a section of one, or a partner department.

    `code` is the identifier in draws and in the public log. `path` is the codes from the root down to this one, each
    closed by `/`: a subtree is a prefix.
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "住建部门"
        SECTION = "section", "内设科室"
        PARTNER = "partner", "联合部门"

    code = models.CharField("代码", max_length=64, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="organisations")
    path = models.CharField(max_length=255, unique=True, editable=False)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"), name="organisation_code_form"
            ),
            models.CheckConstraint(
                condition=~Q(kind="section") | Q(parent__isnull=False), name="organisation_section_has_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The name that says enough outside the house: 乌海市住房和城乡建设局质安监科. Needs `parent`."""
        return f"{self.parent.full_name}{self.name}" if self.is_section and self.parent else self.name

    @property
    def department_code(self) -> str:
        """The code of the department at the root of this one's tree."""
        return self.path.split("/", 1)[0]

    @property
    def department(self) -> "Organisation":
        """The body to which a section belongs; any other is its own."""
        return self.parent if self.is_section and self.parent is not None else self

    @property
    def is_section(self) -> bool:
        return self.kind == self.Kind.SECTION

    @property
    def is_partner(self) -> bool:
        return self.kind == self.Kind.PARTNER

    @property
    def depth(self) -> int:
        """How far below the root: 0 for a department at the top."""
        return self.path.count("/") - 1


USERNAME_FORM = r"^[0-9A-Za-z][0-9A-Za-z._-]{2,63}$"
USERNAME_RULE = "用户名用 3 至 64 个字母、数字、点、横线，以字母或数字开头"
PHONE_FORM = r"^[0-9+ -]{5,20}$"


class UserManager(BaseUserManager["User"]):
    """Makes users; the natural key is the user name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person with an account. What it may do are its memberships, nothing here.

    `organisation` is where the account is kept, so that the administrators there find it before it has any role.
    """

    username = models.CharField("用户名", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("手机", max_length=20, blank=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name="所属机构", on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    one_time_until = models.DateTimeField("一次性密码有效至", null=True, blank=True)  # from then on it opens nothing
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # Django's admin and permission tables are not used; allauth and axes ask for these two.
    is_staff = False
    is_superuser = False

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def one_time_is_over(self) -> bool:
        """Whether the one-time password was not changed in its time."""
        return self.must_change_password and self.one_time_until is not None and clock.now() >= self.one_time_until

    @property
    def has_password(self) -> bool:
        """Whether a password was ever given out: accounts of a list begin without."""
        return self.has_usable_password()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are not used; see the rooms' policy.py."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


def in_effect(prefix: str = "") -> Q:
    """That a membership can be acted in today: it has not ended and, where it is borrowed, its delegation holds.

    `prefix` is the way to the membership, `memberships__`.
    """
    lent = f"{prefix}delegation__"
    today = clock.today()
    holds = Q(
        (f"{lent}state", Delegation.State.ACCEPTED),
        (f"{lent}starts__lte", today),
        (f"{lent}ends__gte", today),
        (f"{lent}giver__ended_at__isnull", True),
        (f"{lent}giver__user__is_active", True),
    )
    return Q((f"{prefix}ended_at__isnull", True)) & (Q((f"{prefix}delegation__isnull", True)) | holds)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, and those of them that count."""

    def held(self) -> "MembershipQuerySet":
        """Those that can be acted in today."""
        return self.filter(in_effect())


class Membership(models.Model):
    """A person's role in an organisation. Ended, not deleted: the trail names it.

    One with a `delegation` is another's role, borrowed for that person's leave: it counts only while the delegation holds.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("角色", max_length=24, choices=Role.choices)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    delegation = models.OneToOneField(
        "Delegation", on_delete=models.PROTECT, null=True, blank=True, related_name="membership"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__path", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at__isnull=True, delegation__isnull=True),
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.organisation} {self.role_words}"

    @property
    def role_words(self) -> str:
        """The role as people see it: 分管领导, or 分管领导（代高远峰）."""
        label = self.get_role_display()
        return label if self.delegation is None else f"{label}（代{self.delegation.giver.user.name}）"


class Delegation(models.Model):
    """A signatory's role lent to another person of the department for a leave (委托代签), first and last day included.

    It holds once the other has accepted it. The giver keeps the role and may take the delegation back at any time.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待受托人接受"
        ACCEPTED = "accepted", "已接受"
        REFUSED = "refused", "不接受"
        REVOKED = "revoked", "已收回"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.ASKED: (State.ACCEPTED, State.REFUSED, State.REVOKED),
        State.ACCEPTED: (State.REVOKED,),
        State.REFUSED: (),
        State.REVOKED: (),
    }

    giver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegations")
    receiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_received")
    starts = models.DateField("第一天")
    ends = models.DateField("最后一天")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decision = models.CharField("意见", max_length=200, blank=True)  # why it was refused or taken back
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts", "-pk"]
        verbose_name = "委托代签"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="delegation_in_order"),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="delegation_decided_has_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(decision=""), name="delegation_refused_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["receiver", "starts", "ends"], name="delegation_days")]

    def __str__(self) -> str:
        return f"{self.giver.user} → {self.receiver} {self.giver.get_role_display()}"

    @property
    def is_over(self) -> bool:
        """Whether nothing can come of it any more."""
        return self.state in (self.State.REFUSED, self.State.REVOKED) or self.ends < clock.today()

    @property
    def standing(self) -> str:
        """Where it stands today, in words."""
        if self.state in (self.State.REFUSED, self.State.REVOKED):
            return self.get_state_display()
        if self.ends < clock.today():
            return "已到期"
        if self.state == self.State.ASKED:
            return self.get_state_display()
        return "代签中" if self.starts <= clock.today() else "未到期"


class Signature(models.Model):
    """A signature, or its refusal, under one thing in the state that `digest` names.

    Three ways (docs/architecture.md, Signature): `account`, a signed-in person gave the password again over the
    digest shown; `hand`, a person without account signed on the screen; `paper`, printed, signed, stamped, scanned,
    uploaded, and then confirmed by a second person.
    """

    class Way(models.TextChoices):
        ACCOUNT = "account", "本人登录签署"
        HAND = "hand", "现场手写"
        PAPER = "paper", "纸质签署"

    class State(models.TextChoices):
        SIGNED = "signed", "已签署"
        UNCONFIRMED = "unconfirmed", "待第二人核对"
        REFUSED = "refused", "拒签"
        VOID = "void", "核对不符，作废"

    thing = models.CharField(max_length=80)
    capacity = models.CharField("签署身份", max_length=40)  # 科室负责人, 分管领导, 纪检监督, 被检查人 …
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=8, choices=Way.choices)
    state = models.CharField(max_length=12, choices=State.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="signatures")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    name = models.CharField("姓名", max_length=40)
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="委托人"
    )
    comment = models.TextField("意见或理由", blank=True)
    file = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=255, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["thing", "capacity", "name", "digest"],
                condition=Q(state="signed"),
                name="signature_once",
            ),
            models.CheckConstraint(
                condition=~Q(way="account") | Q(user__isnull=False), name="signature_account_has_user"
            ),
            models.CheckConstraint(
                condition=~Q(way__in=["paper", "hand"], state="signed") | Q(file__isnull=False),
                name="signature_shows_itself",
            ),
            models.CheckConstraint(
                condition=~Q(way="paper", state="signed")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("entered_by"))),
                name="signature_paper_second_person",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(comment=""), name="signature_refusal_has_reason"),
        ]
        indexes = [models.Index(fields=["thing"], name="signature_thing")]

    def __str__(self) -> str:
        return f"{self.capacity} {self.name}"

    @property
    def signed_as(self) -> str:
        """The name as it stands on a document: 吴承远, or 吴承远（受高远峰委托）."""
        return self.name if self.on_behalf_of is None else f"{self.name}（受{self.on_behalf_of.name}委托）"

    @property
    def people(self) -> frozenset[int]:
        """Whose signature it is: the person who signed and, where the role was borrowed, the one whose role it is."""
        return frozenset(key for key in (self.user_id, self.on_behalf_of_id) if key is not None)


class ErasureRequest(models.Model):
    """That the auditor asks to erase the detail of an event; a second person, the system administrator, does it."""

    class State(models.TextChoices):
        OPEN = "open", "待办理"
        ERASED = "erased", "已清除"
        DISMISSED = "dismissed", "未予清除"

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.ERASED, State.DISMISSED},
        State.ERASED: set(),
        State.DISMISSED: set(),
    }

    event = models.ForeignKey("trail.Event", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("理由")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("不予清除的理由", blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(state="open"), name="erasure_request_open_once"),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="erasure_request_second_person",
            ),
            models.CheckConstraint(condition=~Q(state="dismissed") | ~Q(answer=""), name="erasure_request_answered"),
        ]

    def __str__(self) -> str:
        return f"erasure of event {self.event_id}"
