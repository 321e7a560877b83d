"""Accounts that come in lists: looked at, made without a password, slips printed once, roles given by another person."""

import re
import shutil
import subprocess
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from sunlot.organisations import actions
from sunlot.organisations.models import Membership, User
from sunlot.organisations.roles import Role
from sunlot.registry.models import Import, ImportedAccount
from sunlot.trail.models import EventDetail
from tests.cast import PASSWORD, City

from .files import HEADS as OBJECT_HEADS
from .files import enterprise, xlsx

HEADS = ["姓名", "用户名", "单位", "角色", "手机"]
SLIP = re.compile(r"[2-9a-hjkmnp-z]{4}(?:-[2-9a-hjkmnp-z]{4}){3}")
BA = ["巴特尔", "bateer", "物业科", "经办人", "13800001111"]
QI = ["其木格", "qimuge", "乌达区住房和城乡建设局", "经办人、科室负责人", ""]

pytestmark = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not installed")


def list_of(imported: Any, *rows: list[Any], user: str = "sysadmin") -> Import:
    found: Import = imported(xlsx([HEADS, *rows]), "人员.xlsx", user=user, target="accounts")
    return found


def made(city: City, imported: Any, *rows: list[Any]) -> Import:
    roster = list_of(imported, *rows)
    answer = city.client("sysadmin").post(f"/desk/registry/imports/{roster.pk}/apply/", {"accept": "on"})
    assert answer.status_code == 302
    return Import.objects.get(pk=roster.pk)


def slips(city: City, roster: Import, user: str = "sysadmin") -> HttpResponse:
    answer: Any = city.client(user).post(f"/desk/registry/imports/{roster.pk}/accounts/slips.pdf")
    return answer


def passwords(pdf: bytes) -> list[str]:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return SLIP.findall(done.stdout.decode())


def sign_in(username: str, password: str) -> HttpResponse:
    answer: Any = Client().post("/accounts/login/", {"login": username, "password": password}, follow=True)
    return answer


def test_a_list_of_people_becomes_accounts_with_slips_and_roles_by_two_administrators(
    town: City, imported: Any
) -> None:
    roster = made(town, imported, BA, QI)
    user = User.objects.get(username="qimuge")
    assert (user.organisation.code, user.phone, user.has_password) == ("wd-zjj", "", False)  # type: ignore[union-attr]
    assert not Membership.objects.filter(user=user).exists(), "roles are not the system administrator's to give"
    answer = slips(town, roster)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    first, second = passwords(answer.content)
    assert "设置" in sign_in("bateer", first).content.decode(), "it must be changed at once"
    secadmin = town.client("secadmin")
    assert "按名单授予 2 人的角色" in secadmin.get("/desk/").content.decode()
    page = f"/desk/registry/imports/{roster.pk}/accounts/"
    assert "经办人、科室负责人" in secadmin.get(page).content.decode()
    chosen = list(ImportedAccount.objects.values_list("pk", flat=True))
    for _ in range(2):  # pressed twice
        secadmin.post(f"{page}roles/", {"row": chosen, "act": "grant"})
    held = Membership.objects.filter(user=user).values_list("role", "organisation__code")
    assert sorted(held) == [("clerk", "wd-zjj"), ("head", "wd-zjj")]
    assert first != second


def test_a_password_is_in_the_slips_and_nowhere_else(town: City, imported: Any) -> None:
    roster = made(town, imported, BA)
    (password,) = passwords(slips(town, roster).content)
    told = "".join(detail.whole for detail in EventDetail.objects.all())
    assert "发放账号 bateer 的一次性密码" in told
    assert "打印 1 张账号条" in told
    assert password not in told
    kept = User.objects.get(username="bateer").password
    assert password not in kept
    assert password not in town.client("sysadmin").get(f"/desk/registry/imports/{roster.pk}/accounts/").content.decode()


def test_printed_again_the_earlier_slips_are_void_and_who_chose_a_password_keeps_it(town: City, imported: Any) -> None:
    roster = made(town, imported, BA, QI)
    old = passwords(slips(town, roster).content)
    person = User.objects.get(username="bateer")
    actions.change_own_password(person, "自己选定的密码-2026", "127.0.0.1")
    new = passwords(slips(town, roster).content)
    assert len(new) == 1
    kept = User.objects.get(username="qimuge")
    assert kept.check_password(new[0])
    assert not any(kept.check_password(one) for one in old)
    assert User.objects.get(pk=person.pk).check_password("自己选定的密码-2026")
    actions.change_own_password(kept, "自己选定的密码-2027", "127.0.0.1")
    assert slips(town, roster).status_code == 302, "nobody is left"


def test_the_account_has_no_password_until_its_slip_is_printed(town: City, imported: Any) -> None:
    made(town, imported, BA)
    assert "打印 1 张账号条" in town.client("sysadmin").get("/desk/").content.decode()
    assert "还没有发放一次性密码" in town.client("sysadmin").get("/desk/organisations/people/bateer/").content.decode()
    assert not User.objects.get(username="bateer").check_password("")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", *BA[1:]], "没有填写姓名"),
        (["巴特尔", "", *BA[2:]], "没有填写用户名"),
        (["巴特尔", "巴特尔", *BA[2:]], "用户名的写法不对"),
        (["巴特尔", "CHEN", *BA[2:]], "这个用户名是“陈经办”的账号"),
        ([*BA[:2], "没有这个科", *BA[3:]], "没有“没有这个科”这个单位"),
        ([*BA[:3], "经办", ""], "没有“经办”这个角色"),
        ([*BA[:3], "纪检监督、经办人", ""], "纪检监督人员不得同时办理被监督的业务"),
        ([*BA[:4], "一三八"], "手机号只含数字"),
        (["另一人", *BA[1:]], "与第 2 行的用户名相同"),
    ],
)
def test_a_faulty_row_says_why_and_holds_no_other_up(town: City, imported: Any, row: list[Any], said: str) -> None:
    roster = list_of(imported, BA, row)
    assert (roster.counts["new"], roster.counts["faulty"]) == (1, 1)
    assert said in town.client("sysadmin").get(f"/desk/registry/imports/{roster.pk}/").content.decode()


def test_somebody_of_the_same_name_in_the_unit_is_asked_about(town: City, imported: Any) -> None:
    roster = list_of(imported, ["陈经办", "chenjingban", "", "", ""], ["陈经办", "chen-2", "物业科", "", ""])
    assert roster.counts["confirm"] == 1, "of the same unit alone"


def test_the_same_list_again_changes_nothing_and_a_new_number_is_taken(town: City, imported: Any) -> None:
    first = made(town, imported, BA)
    pks = list(first.accounts.values_list("pk", flat=True))
    town.client("secadmin").post(f"/desk/registry/imports/{first.pk}/accounts/roles/", {"row": pks, "act": "grant"})
    assert list_of(imported, BA).counts["same"] == 1
    again = made(town, imported, [*BA[:3], "科室负责人", "13800002222"])
    assert User.objects.get(username="bateer").phone == "13800002222"
    assert again.accounts.get().roles == ["head"], "only what is not held"


def test_a_list_stays_within_the_administrators_own_unit(town: City, imported: Any) -> None:
    town.add("wd-admin", "乌管理", "wd-zjj", Role.SYSTEM_ADMINISTRATOR)
    roster = list_of(imported, ["图雅", "tuya", "", "", ""], BA, ["陈经办", "chen", "", "", ""], user="wd-admin")
    assert (roster.counts["new"], roster.counts["faulty"]) == (1, 2)
    page = town.client("wd-admin").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    assert "不在您单位之下" in page
    assert "这个用户名已有人使用" in page, "and not by whom"
    other = made(town, imported, BA)
    assert town.client("wd-admin").get(f"/desk/registry/imports/{other.pk}/").status_code == 404
    assert slips(town, other, "wd-admin").status_code == 404


@pytest.mark.parametrize("user", ["chen", "coordinator", "secadmin", "auditor"])
def test_only_the_system_administrator_brings_accounts_in(town: City, upload: Any, imported: Any, user: str) -> None:
    assert upload(xlsx([HEADS, BA]), user=user, target="accounts").status_code == 403
    roster = made(town, imported, BA)
    assert slips(town, roster, user).status_code == 403
    if user != "secadmin":
        assert town.client(user).get(f"/desk/registry/imports/{roster.pk}/").status_code in (403, 404)


def test_an_administrator_sees_no_roster_of_the_registries(town: City, imported: Any, upload: Any) -> None:
    roster = imported(xlsx([OBJECT_HEADS, enterprise(1)]))
    assert town.client("sysadmin").get(f"/desk/registry/imports/{roster.pk}/").status_code == 404
    assert upload(xlsx([HEADS, BA]), user="sysadmin").status_code == 403


def test_the_system_administrator_gives_no_roles_and_nobody_his_own(town: City, imported: Any) -> None:
    both = town.add("both", "双管理", "zjj", Role.SECURITY_ADMINISTRATOR)
    roster = made(town, imported, BA, ["双管理", "both", "住建局", "", ""], ["双管理", "both", "", "领导小组", ""])
    address = f"/desk/registry/imports/{roster.pk}/accounts/roles/"
    pks = list(roster.accounts.values_list("pk", flat=True))
    assert town.client("sysadmin").post(address, {"row": pks, "act": "grant"}).status_code == 403
    answer = town.client("both").post(address, {"row": pks, "act": "grant"}, follow=True).content.decode()
    assert "不能为自己办理" in answer
    assert not Membership.objects.filter(user=both.user_id, role=Role.STEERING).exists()
    town.client("secadmin").post(address, {"row": pks, "act": "dismiss"})
    assert set(roster.accounts.values_list("state", flat=True)) == {"granted", "dismissed"}


@pytest.mark.parametrize("head", ["密码", "初始口令", "Password"])
def test_a_file_with_passwords_is_refused_and_not_kept(town: City, upload: Any, head: str) -> None:
    answer = upload(xlsx([[*HEADS, head], [*BA, PASSWORD]]), user="sysadmin", target="accounts")
    assert answer.status_code == 422
    assert "密码由系统生成，不要写在名单里" in answer.content.decode()
    assert not Import.objects.exists()


def test_a_list_of_more_than_five_hundred_is_refused(town: City, upload: Any) -> None:
    rows = [[f"人{number}", f"person{number}", "", "", ""] for number in range(501)]
    answer = upload(xlsx([HEADS, *rows]), user="sysadmin", target="accounts")
    assert "账号一次最多导入 500 行" in answer.content.decode()
    assert not Import.objects.exists()
