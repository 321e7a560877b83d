"""The forms of the draw's pages."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm
from sunlot.norms import clock

from .actions import LotteryNumbers
from .models import Attempt

ROLLS = 20
LOTTERY = ("lottery_name", "lottery_issue", "lottery_pools", "lottery_not_before")
_POOL = re.compile(r"(\d{1,2})\s*/\s*(\d{1,2})")


class HandForm(DeskForm):
    """Who else was present, and the name written on the screen."""

    name = forms.CharField(label="姓名", max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    present_as = forms.CharField(
        label="在场身份",
        max_length=20,
        widget=forms.TextInput({"list": "capacities", "autocomplete": "off"}),
        help_text="如：公众见证人、企业代表、政协委员。",
    )
    strokes = forms.CharField(widget=forms.HiddenInput(), error_messages={"required": "还没有签字。请在框内手写姓名。"})


class SettingsForm(DeskForm):
    """How a draw gets its public randomness, and until when the numbers must be revealed."""

    reveal_by = forms.DateTimeField(
        label="公开密数的期限",
        widget=forms.DateTimeInput(),
        help_text="到这个时间还有一方没有公开，抽取即依规则中止并写明是谁。一般为抽取开始后一小时左右。",
    )
    beacon_kind = forms.ChoiceField(
        label="公共随机数",
        choices=[("dice", "现场掷骰"), ("lottery", "公开彩票的开奖号码")],
        widget=forms.RadioSelect,
    )
    rolls = forms.IntegerField(
        label="掷骰次数", min_value=20, max_value=1000, required=False, help_text="至少 20 次。选彩票时不用填。"
    )
    lottery_name = forms.CharField(label="彩票名称", max_length=40, required=False)
    lottery_issue = forms.CharField(label="期号", max_length=40, required=False, help_text="例如 2026135。")
    lottery_pools = forms.CharField(
        label="号码规则",
        max_length=60,
        required=False,
        help_text="每组写“取几个/共几个”。双色球为 6/33 1/16，大乐透为 5/35 2/12。",
    )
    lottery_not_before = forms.DateTimeField(
        label="开奖时间", widget=forms.DateTimeInput(), required=False, help_text="不早于公开密数的期限。"
    )
    hash_name = forms.ChoiceField(label="摘要算法", choices=Attempt.Hash.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, lottery_only: bool = False, committed: bool = False, **kwargs: Any) -> None:
        """`lottery_only` for a later attempt; once somebody has `committed` source and hash stay as they are."""
        super().__init__(*args, **kwargs)
        if lottery_only:
            del self.fields["beacon_kind"], self.fields["rolls"]
            for name in LOTTERY:
                self.fields[name].required = True
        if committed:
            self.fields.pop("beacon_kind", None)
            del self.fields["hash_name"]

    def clean_lottery_pools(self) -> tuple[tuple[int, int], ...]:
        text = self.cleaned_data["lottery_pools"]
        pools = tuple((int(taken), int(whole)) for taken, whole in _POOL.findall(text))
        if text and (not pools or re.sub(r"[\s,，、+]", "", _POOL.sub("", text))):
            raise forms.ValidationError("写成“取几个/共几个”，各组以空格分开，例如 6/33 1/16。")
        return pools

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.wants_lottery():
            for name in LOTTERY:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, f"填写{self.fields[name].label}。")
        return data

    def wants_lottery(self) -> bool:
        if "beacon_kind" in self.fields:
            return self.cleaned_data.get("beacon_kind") == "lottery"
        return "rolls" not in self.fields or self.initial.get("beacon_kind") == "lottery"

    def rolls_or_default(self) -> int:
        return self.cleaned_data.get("rolls") or ROLLS

    def lottery(self) -> LotteryNumbers | None:
        """The lottery asked for; None with dice."""
        if not self.wants_lottery():
            return None
        data = self.cleaned_data
        return LotteryNumbers(
            data["lottery_name"], data["lottery_issue"], data["lottery_pools"], data["lottery_not_before"]
        )


def first_settings(draw_at: datetime) -> dict[str, Any]:
    """What the form proposes: dice, and an hour and a half from the round's time of drawing, or from now."""
    start = max(draw_at, clock.now())
    return {
        "reveal_by": _rounded(start + timedelta(minutes=90)),
        "beacon_kind": Attempt.Beacon.DICE,
        "rolls": ROLLS,
        "hash_name": Attempt.Hash.SHA256,
        **_usual_lottery(start),
    }


def settings_of(attempt: Attempt) -> dict[str, Any]:
    """The settings of an attempt as the form takes them."""
    found: dict[str, Any] = {
        "reveal_by": attempt.reveal_by,
        "beacon_kind": attempt.beacon_kind,
        "hash_name": attempt.hash_name,
        "rolls": attempt.beacon_form.get("rolls", ROLLS),
        **_usual_lottery(attempt.reveal_by),
    }
    if attempt.beacon_kind == Attempt.Beacon.LOTTERY:
        form = attempt.beacon_form
        found |= {
            "lottery_name": form["name"],
            "lottery_issue": form["issue"],
            "lottery_pools": " ".join(f"{taken}/{whole}" for taken, whole in form["pools"]),
            "lottery_not_before": clock.parse(str(form["not_before"])),
        }
    return found


def again_settings(attempt: Attempt) -> dict[str, Any]:
    """What the form proposes after an abort."""
    start = clock.now()
    return {
        **settings_of(attempt),
        **_usual_lottery(start),
        "reveal_by": _rounded(start + timedelta(minutes=90)),
        "beacon_kind": Attempt.Beacon.LOTTERY,
    }


def supplement_settings(attempt: Attempt) -> dict[str, Any]:
    """What the form proposes for a supplementary draw: as the draw that it supplements, from now."""
    start = clock.now()
    return {
        **settings_of(attempt),
        **_usual_lottery(start),
        "reveal_by": _rounded(start + timedelta(minutes=90)),
        "rolls": attempt.beacon_form.get("rolls", ROLLS),
    }


def _usual_lottery(start: datetime) -> dict[str, Any]:
    """双色球 is drawn in the evening of Tuesdays, Thursdays and Sundays; its issue is for the host to look up."""
    evening = (start + timedelta(minutes=90)).astimezone(clock.SHANGHAI)
    while evening.weekday() not in (1, 3, 6) or evening.hour >= 21:
        evening = (evening + timedelta(days=1)).replace(hour=0)
    return {
        "lottery_name": "中国福利彩票双色球",
        "lottery_pools": "6/33 1/16",
        "lottery_not_before": evening.replace(hour=21, minute=15, second=0, microsecond=0),
    }


def _rounded(moment: datetime) -> datetime:
    """Up to the next five minutes."""
    moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return moment + timedelta(minutes=-moment.minute % 5)
