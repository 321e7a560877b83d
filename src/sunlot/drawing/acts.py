"""The pages' buttons: each parses what was typed, calls one action, and shows the ceremony again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.planning.queries import plans_seen, windows
from sunlot.planning.rounds import round_in_words

from . import actions, policy, rounds, slips
from .actions.ending import is_ready
from .actions.preparing import HOST_WORDS
from .faults import NoticeRefused
from .finding import find
from .forms import SettingsForm, again_settings, first_settings, settings_of
from .models import Attempt, Draw
from .views import ceremony_page


def _back(attempt: Attempt) -> HttpResponse:
    return redirect("drawing:ceremony", attempt.draw.number)


@require_http_methods(["GET", "POST"])
@desk_view()
def prepare(request: HttpRequest, viewer: Viewer, plan_id: int) -> HttpResponse:
    """Give the draw of a published plan its number."""
    plan = visible_or_404(viewer, plans_seen(viewer), pk=plan_id)
    number = rounds.round_to_prepare(plan)
    newest = Draw.objects.filter(round__plan=plan, supplements__isnull=True).order_by("round__number").last()
    if newest is not None and request.method == "GET" and (number > plan.round_count or not rounds.is_drawn(newest)):
        return redirect("drawing:ceremony", newest.number)
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    window = windows(plan)[min(number, plan.round_count) - 1]
    form = SettingsForm(request.POST or None, initial=first_settings(window.draw_at))
    title = f"准备{round_in_words(plan, number)}抽取"
    context = {
        "plan": plan,
        "window": window,
        "title": title,
        "button": "准备抽取，取得编号",
        "cancel": "暂不准备，返回",
    }
    if request.method == "POST" and form.is_valid():
        try:
            attempt = actions.prepare(
                viewer,
                plan,
                form.cleaned_data["beacon_kind"],
                form.cleaned_data["reveal_by"],
                rolls=form.rolls_or_default(),
                lottery=form.lottery(),
                hash_name=form.cleaned_data["hash_name"],
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"抽取编号 {attempt.draw.number}。各参与方现在可以提交承诺。")
            return _back(attempt)
    return _settings_page(request, form, context)


@require_http_methods(["GET", "POST"])
@desk_view()
def settings(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Change the settings of an attempt that is not sealed yet."""
    attempt = find(request, viewer, number)
    plan = attempt.draw.round.plan
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    committed = any(one.commitment for one in attempt.contributors.all())
    form = SettingsForm(
        request.POST or None,
        initial=settings_of(attempt),
        lottery_only=attempt.number > 1 or (committed and attempt.beacon_kind == Attempt.Beacon.LOTTERY),
        committed=committed,
    )
    context = {
        "plan": plan,
        "window": rounds.window_of(attempt.draw),
        "attempt": attempt,
        "title": "更改抽取设置",
        "button": "保存设置",
        "committed": committed,
    }
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_settings(
                viewer,
                attempt,
                form.cleaned_data["reveal_by"],
                beacon_kind=form.cleaned_data.get("beacon_kind"),
                rolls=form.rolls_or_default(),
                lottery=form.lottery(),
                hash_name=form.cleaned_data.get("hash_name"),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "设置已更改。")
            return _back(attempt)
    return _settings_page(request, form, context)


@require_http_methods(["GET", "POST"])
@desk_view()
def again(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Prepare the next attempt after an abort."""
    attempt = find(request, viewer, number)
    plan = attempt.draw.round.plan
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    form = SettingsForm(request.POST or None, initial=again_settings(attempt), lottery_only=True)
    following = attempt.number + 1
    context = {
        "plan": plan,
        "window": rounds.window_of(attempt.draw),
        "attempt": attempt,
        "title": f"准备第 {following} 次抽取",
        "button": "准备下一次抽取",
        "cancel": "暂不准备，返回",
    }
    if request.method == "POST" and form.is_valid():
        lottery = form.lottery()
        try:
            if lottery is None:
                raise Refused("第二次起公共随机数须用彩票开奖号码。")
            reveal_by, hash_name = form.cleaned_data["reveal_by"], form.cleaned_data["hash_name"]
            actions.prepare_again(viewer, attempt, reveal_by, lottery, hash_name=hash_name)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已准备第 {following} 次抽取。各参与方重新生成密数、提交承诺。")
            return _back(attempt)
    return _settings_page(request, form, context)


def _settings_page(request: HttpRequest, form: SettingsForm, context: dict[str, Any]) -> HttpResponse:
    status = 409 if form.is_bound else 200
    return render(request, "drawing/settings.html", {"form": form, **context}, status=status)


@require_POST
@desk_view()
def withdraw(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give up a supplementary draw that is not sealed."""
    found = find(request, viewer, number)
    reason = request.POST.get("reason", "")
    try:
        actions.withdraw_supplement(viewer, found, reason)
    except NotAllowed:
        raise
    except Refused as refusal:
        return ceremony_page(request, viewer, found, 409, refusal=str(refusal), typed_reason=reason)
    messages.success(request, "已撤回，写入透明日志。这些对象等待下一次补充抽取。")
    return _back(found)


@require_POST
@desk_view()
def commit(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> HttpResponse:
    """Put in a commitment."""
    found = find(request, viewer, number, attempt)
    typed = request.POST.get("commitment", "")
    try:
        actions.commit(viewer, found, request.POST.get("contributor", ""), slips.commitment_of(typed))
    except NotAllowed:
        raise
    except Refused as refusal:
        return ceremony_page(request, viewer, found, 409, refusal=str(refusal), typed_commitment=typed)
    messages.success(request, "承诺已提交。密数留在您这里，公开之前不要给任何人看。")
    return _back(found)


@require_POST
@desk_view()
def seal(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> HttpResponse:
    """Freeze and seal, or show everything that stands against it."""
    found = find(request, viewer, number, attempt)
    try:
        sealed = actions.seal(viewer, found)
    except NotAllowed:
        raise
    except NoticeRefused as refusal:
        return ceremony_page(request, viewer, found, 409, faults=refusal.faults)
    except Refused as refusal:
        return ceremony_page(request, viewer, found, 409, refusal=str(refusal))
    messages.success(request, f"公告已封存，摘要 {str(sealed.notice_digest)[:16]}…。名册已冻结，不能再改。")
    return _back(found)


@require_POST
@desk_view()
def beacon(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> HttpResponse:
    """Type what dice or lottery show."""
    found = find(request, viewer, number, attempt)
    value, source = request.POST.get("value", ""), request.POST.get("source", "")
    try:
        after = actions.read_beacon(viewer, found, value, source)
    except NotAllowed:
        raise
    except Refused as refusal:
        return ceremony_page(request, viewer, found, 409, refusal=str(refusal), typed_value=value, typed_source=source)
    if after.beacon_value is not None:
        messages.success(request, "两人录入一致，已确认。")
    elif after.readings.last().place == 1:  # type: ignore[union-attr]  # one was just written
        messages.success(request, "已录入。等第二人独立录入；在那之前谁也看不到您录入的内容。")
    else:
        messages.error(request, "两人录入不一致，没有确认，由两人重新录入。")
    return _back(found)


@require_POST
@desk_view()
def reveal(request: HttpRequest, viewer: Viewer, number: str, attempt: int) -> HttpResponse:
    """Make a secret number public."""
    found = find(request, viewer, number, attempt)
    typed = request.POST.get("nonce", "")
    try:
        after = actions.reveal(viewer, found, request.POST.get("contributor", ""), slips.nonce_of(typed))
    except NotAllowed:
        raise
    except Refused as refusal:
        found = find(request, viewer, number, attempt)  # says by itself what keeps a complete draw from its result
        said = "" if is_ready(found) else str(refusal)
        return ceremony_page(request, viewer, found, 409, refusal=said, typed_nonce=typed)
    drawn = after.state == Attempt.State.DRAWN
    messages.success(request, "密数已公开，与承诺相符。" + ("各方已齐，抽取完成。" if drawn else ""))
    return _back(found)
