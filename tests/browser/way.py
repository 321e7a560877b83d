"""The way from the first draft of a plan to the published result as a list of posts, each with who may make it.

Steps of the same `rank` stand side by side; what has a lower rank is over, what has a higher one has not begun.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client

from sunlot.drawing.models import Attempt
from sunlot.inspecting import records
from sunlot.inspecting.models import Category, FormPart, Task
from sunlot.inspecting.queries import whole
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.planning.models import Plan
from sunlot.registry.models import Inspector

from ..cast import PASSWORD, PEOPLE, City
from ..drawing.stage import ROLLS, SPEAKERS, Stage, soon
from ..inspecting.fieldwork import STROKES
from ..planning.town import build_town

Data = Mapping[str, object]


@dataclass
class Walk:
    """The things as far as they exist, looked up afresh each time."""

    city: City
    stage: Stage
    members: list[str] = field(default_factory=list)
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        return Plan.objects.get()

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.select_related("draw").get()

    @property
    def part(self) -> FormPart:
        """物业科's part of the first form."""
        parts = FormPart.objects.filter(organisation__code="zjj-wuye").order_by("form__number")
        return whole(parts)[0]

    def client(self, username: str) -> Client:
        """The browser in which this person stays signed in."""
        if username not in self.clients:
            self.clients[username] = self.city.client(username)
        return self.clients[username]

    def admit(self) -> None:
        """Everybody signs in; the part's inspectors get their accounts as soon as the part is there."""
        if not self.members and Task.objects.exists():
            for one in self.part.members.select_related("inspector__organisation"):
                found = one.inspector
                viewer = self.city.add(f"i-{found.number}", found.name, found.organisation.code, Role.INSPECTOR)
                Inspector.objects.filter(pk=found.pk).update(user=viewer.membership.user)
                self.members.append(viewer.username)
        for username in [*PEOPLE, *self.members]:
            self.client(username)

    def member(self, position: int) -> str:
        """The user name of an inspector of the part; empty as long as there is none."""
        return self.members[position] if self.members else ""


@dataclass(frozen=True)
class Step:
    """One post. `may` names who may make it, the first of them makes it here; `back` is the page it stands on."""

    rank: int
    name: str
    may: Callable[[Walk], tuple[str, ...]]
    address: Callable[[Walk], str]
    data: Callable[[Walk], Data]
    is_there: Callable[[Walk], bool] = lambda walk: True
    quiet_again: bool = False  # done twice at once, the page just shows it done

    def post(self, walk: Walk, username: str) -> HttpResponse:
        """Press the button as this person, and see the page that follows."""
        address = self.address(walk)
        client = walk.client(username)
        return client.post(
            address, self.data(walk), headers={"Referer": f"http://testserver{self.page(walk)}"}, follow=True
        )  # type: ignore[return-value]  # the test client's answer

    def page(self, walk: Walk) -> str:
        """The page that the button stands on: posts to an address of their own come from the one above."""
        address = self.address(walk)
        alone = ("submit/", "commit/", "seal/", "beacon/", "reveal/", "start/", "publish/")
        if not address.endswith(alone) or re.fullmatch(r"/field/\d+/submit/", address):
            return address
        above = address.rstrip("/").rsplit("/", 1)[0]
        return f"{above}/"


def begin(city: City) -> Walk:
    """The rosters and the draft of a plan that could be carried out."""
    town = build_town(city)
    return Walk(city, Stage(town, town.draft()))


def steps() -> list[Step]:
    """Every step in an order in which they can be made."""
    return [*_planning(), *_ceremony(), *_record(), *_field(), *_result()]


def _always(*usernames: str) -> Callable[[Walk], tuple[str, ...]]:
    return lambda walk: usernames


def _fixed(**data: object) -> Callable[[Walk], Data]:
    return lambda walk: data


def _plan(name: str) -> Callable[[Walk], str]:
    return lambda walk: f"/desk/planning/{walk.plan.number}/{name}/"


def _signed(walk: Walk) -> Data:
    return {"act": "sign", "digest": walk.plan.digest or "", "password": PASSWORD, "comment": ""}


def _planning() -> list[Step]:
    agree = _fixed(agree="1", comment="同意")
    answering = ("scjg-clerk", "scjg-head", "yjj-clerk", "yjj-head")  # each on the same page for its own
    return [
        Step(1, "submit", _always("chen", "wuye-head", "coordinator"), _plan("submit"), _fixed()),
        Step(2, "agree scjg", _always(*answering), _plan("answer"), agree),
        Step(2, "agree yjj", _always(*answering[2:], *answering), _plan("answer"), agree),
        Step(3, "sign as head", _always("wuye-head"), _plan("sign"), _signed),
        Step(4, "sign as leader", _always("leader"), _plan("sign"), _signed),
    ]


def _is_prepared(walk: Walk) -> bool:
    return Attempt.objects.exists()


def _attempt(name: str) -> Callable[[Walk], str]:
    return lambda walk: f"/desk/drawing/{walk.attempt.draw.number}/{walk.attempt.number}/{name}/"


def _settings(walk: Walk) -> Data:
    until = soon(2).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    return {"reveal_by": until, "beacon_kind": "dice", "rolls": "20", "hash_name": "sha256"}


def _colleagues(code: str, username: str) -> tuple[str, ...]:
    """Who speaks for a contributor: its own clerk, head and whoever acts for its whole department."""
    return {
        "zjj-wuye": (username, "wuye-head", "coordinator", "leader", "unit-head"),
        "scjg": (username, "scjg-head"),
        "yjj": (username, "yjj-head"),
        "zjj-jijian": (username, "supervisor2"),
    }[code]


def _speakers() -> list[str]:
    return sorted({name for code, username in SPEAKERS.items() for name in _colleagues(code, username)})


def _ceremony() -> list[Step]:
    hosts = _always("chen", "coordinator")
    made = [Step(5, "prepare", hosts, lambda walk: f"/desk/drawing/prepare/{walk.plan.pk}/", _settings)]
    for code, username in SPEAKERS.items():
        who = _always(*_colleagues(code, username))
        made.append(Step(6, f"commit {code}", who, _attempt("commit"), _commitment(code), _is_prepared))
    made.append(Step(7, "seal", hosts, _attempt("seal"), _fixed(), _is_prepared))
    for username in ("chen", "supervisor"):
        may = _always(username, *_speakers())
        made.append(Step(8, f"dice {username}", may, _attempt("beacon"), _fixed(value=ROLLS), _is_prepared))
    for code, username in SPEAKERS.items():
        who = _always(*_colleagues(code, username))
        made.append(Step(10, f"reveal {code}", who, _attempt("reveal"), _nonce(code), _is_prepared))
    return made


def _commitment(code: str) -> Callable[[Walk], Data]:
    return lambda walk: {"contributor": code, "commitment": walk.stage.commitment(walk.attempt, code)}


def _nonce(code: str) -> Callable[[Walk], Data]:
    return lambda walk: {"contributor": code, "nonce": walk.stage.nonce(walk.attempt, code)}


def _record() -> list[Step]:
    def address(walk: Walk) -> str:
        return f"/desk/drawing/{walk.attempt.draw.number}/record/"

    def data(walk: Walk) -> Data:
        return {"act": "sign", "digest": walk.attempt.result_digest or "", "password": PASSWORD}

    signing = [
        Step(11, f"sign the record for {code}", _always(username, *_speakers()), address, data, _is_prepared)
        for code, username in SPEAKERS.items()
    ]
    dispatch = Step(
        12,
        "dispatch",
        _always("chen"),
        lambda walk: f"/desk/inspecting/dispatch/{walk.attempt.pk}/",
        _fixed(),
        _is_prepared,
    )
    return [*signing, dispatch]


def _is_dispatched(walk: Walk) -> bool:
    return Task.objects.exists()


def _field() -> list[Step]:
    def address(name: str) -> Callable[[Walk], str]:
        return lambda walk: f"/field/{walk.part.pk}/{name}"

    def signature(walk: Walk) -> Data:
        return {"way": "hand", "version": walk.part.version, "hand-name": "王守信", "hand-strokes": STROKES}

    def digest(walk: Walk) -> Data:
        part = walk.part
        written = records.content(part, records.data_of(part), records.absence_of(part))
        return {"digest": records.digest_of(written), "password": PASSWORD}

    def both(walk: Walk) -> tuple[str, ...]:
        return (walk.member(0), walk.member(1))

    return [
        Step(13, "start", both, address("start/"), _fixed(), _is_dispatched, quiet_again=True),
        Step(13, "fill in", both, address(""), _filled, _is_dispatched),
        Step(14, "the inspected signs", both, address("inspected/"), signature, _is_dispatched, quiet_again=True),
        Step(15, "submit the record", both, address("submit/"), digest, _is_dispatched),
        Step(
            16, "the second inspector signs", lambda walk: (walk.member(1),), address("sign/"), digest, _is_dispatched
        ),
    ]


def _filled(walk: Walk) -> Data:
    """A complete record without a problem, of the visit that was begun: the same whenever it is filled in again."""
    part = walk.part
    began = (part.began_at or clock.now()).astimezone(clock.SHANGHAI)
    codes = [finding.version.item.code for finding in part.findings.all()]
    return {
        "version": part.version,
        "base": "{}",
        "mode": "on-site",
        "began_at": began.strftime("%Y-%m-%dT%H:%M"),
        "ended_at": (began + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M"),
        "categories": Category.NO_PROBLEM.value,
        **{f"answer-{code}": "fine" for code in codes},
    }


def _result() -> list[Step]:
    def review(walk: Walk) -> str:
        return f"/desk/inspecting/parts/{walk.part.pk}/review/"

    def publish(walk: Walk) -> str:
        return f"/desk/publishing/parts/{walk.part.pk}/publish/"

    accept = _fixed(decision="accept", comment="")
    return [
        Step(17, "review", _always("wuye-head", "chen"), review, accept, _is_dispatched),
        Step(18, "publish", _always("chen"), publish, _fixed(statement=""), _is_dispatched),
    ]
