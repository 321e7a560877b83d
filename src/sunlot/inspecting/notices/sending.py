"""Sending short messages and e-mail. Which way is a setting; each backend is a function that raises NotSent.

A message holds the secret of its notice, so it is handed over at once and never queued: what could not be sent is sent
anew by a person, with a new secret.
"""

import base64
import json
import smtplib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from sunlot.norms import clock

from ..models import NoticeMessage, OutboxMessage

PATIENCE = 10  # seconds for a gateway or mail server
Channel = NoticeMessage.Channel


class NotSent(Exception):  # noqa: N818 -- reads as what happened
    """Why a message did not go out, in words without any address or secret."""


@dataclass(frozen=True)
class Message:
    """What is sent: `to` is a telephone number or an address of e-mail. What is of a demonstration never leaves the house."""

    notice: int
    channel: str
    to: str
    subject: str
    text: str
    attachment: tuple[str, bytes] | None = None
    is_demo: bool = False


Backend = Callable[[Message], None]


def send(message: Message) -> None:
    """Hand one message over. Raises NotSent."""
    setting = settings.SUNLOT_SMS if message.channel == Channel.SMS else settings.SUNLOT_EMAIL
    if message.is_demo:
        setting = OUTBOX
    try:
        backend: Backend = _BACKENDS[setting] if setting in _BACKENDS else import_string(setting)
    except (ImportError, ValueError) as fault:
        raise NotSent("没有设置发送方式，请管理员检查设置。") from fault
    backend(message)


def _keep(message: Message) -> None:
    """The outbox: nothing leaves the house; the page 发件箱 shows it."""
    OutboxMessage.objects.create(
        notice_id=message.notice, channel=message.channel, to=message.to, subject=message.subject, text=message.text,
        at=clock.now(),
    )  # fmt: skip


def _nowhere(_message: Message) -> None:
    raise NotSent("这个安装没有设置这种发送方式，请把链接当面或另行转交。")


def _mail(message: Message) -> None:
    """E-mail by the SMTP server of Django's settings, the notice as PDF with it."""
    mail = EmailMessage(message.subject, message.text, settings.DEFAULT_FROM_EMAIL, [message.to])
    if message.attachment is not None:
        mail.attach(*message.attachment, "application/pdf")
    try:
        mail.send()
    except (smtplib.SMTPException, OSError, ValueError) as fault:
        raise NotSent(f"邮件服务器没有接受（{type(fault).__name__}）。") from fault


def _gateway(message: Message) -> None:
    """A short message by one HTTP request: the gateway's address with {to}, {text}, {user} and {password} in it, or the
    same in a JSON body where a template of one is given.
    """
    values = {
        "to": message.to,
        "text": message.text,
        "user": settings.SUNLOT_SMS_USER,
        "password": settings.SUNLOT_SMS_PASSWORD,
    }
    request = _request(settings.SUNLOT_SMS_URL, settings.SUNLOT_SMS_BODY, values)
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
            answer.read(2**16)
    except urllib.error.HTTPError as fault:
        raise NotSent(f"短信网关没有接受（HTTP {fault.code}）。") from fault
    except (OSError, ValueError) as fault:
        raise NotSent(f"没有连上短信网关（{type(fault).__name__}）。") from fault


def _request(url: str, body: str, values: dict[str, str]) -> urllib.request.Request:
    if not url.startswith(("https://", "http://")):
        raise NotSent("短信网关的地址没有设置，请管理员检查设置。")
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", urllib.parse.quote(value, safe=""))
    headers = {"User-Agent": "sunlot"}
    data = None
    if body:
        headers["Content-Type"] = "application/json; charset=utf-8"
        data = json.dumps(_filled(_template(body), values)).encode()
    elif values["user"] and "{user}" not in settings.SUNLOT_SMS_URL:
        pair = f"{values['user']}:{values['password']}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 -- http and https alone, as asked above


def _template(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as fault:
        raise NotSent("短信网关的请求模板不是 JSON，请管理员检查设置。") from fault


def _filled(value: Any, values: dict[str, str]) -> Any:
    """A JSON template with the values put in as text, never as JSON: a name with quotes changes nothing."""
    if isinstance(value, dict):
        return {key: _filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    if isinstance(value, str):
        for name, text in values.items():
            if value == f"{{{name}}}":
                return text
        return value
    return value


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that points elsewhere would get the password there."""

    def redirect_request(self, *_: Any) -> None:
        return None


OUTBOX = "outbox"
_BACKENDS: dict[str, Backend] = {"none": _nowhere, OUTBOX: _keep, "smtp": _mail, "gateway": _gateway}


def faults() -> list[str]:
    """What is wrong with the settings, for `sunlot check`."""
    found = []
    if settings.SUNLOT_SMS == "gateway" and "{text}" not in settings.SUNLOT_SMS_URL + settings.SUNLOT_SMS_BODY:
        found.append("SUNLOT_SMS_URL or SUNLOT_SMS_BODY must hold {to} and {text}")
    for name in ("SUNLOT_SMS", "SUNLOT_EMAIL"):
        value = getattr(settings, name)
        try:
            _BACKENDS.get(value) or import_string(value)
        except (ImportError, ValueError):
            found.append(f"{name} is none of {', '.join(sorted(_BACKENDS))} and no function that can be imported")
    return found
