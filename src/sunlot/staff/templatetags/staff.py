"""Template filters of the staff's own pages."""

from typing import Any

from django import template

from sunlot.staff import words

register = template.Library()

# The first that stands in the user agent names it: Edge and 360 also call themselves Chrome, Chrome also Safari.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("QIHU", "360 浏览器"),
    ("360SE", "360 浏览器"),
    ("Qaxbrowser", "奇安信浏览器"),
    ("UOS", "统信浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓手机"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """Windows 上的 Edge; what is not known is said so."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "其他浏览器")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{system}上的 {browser}" if system else browser


@register.filter
def thing_words(thing: str) -> str:
    """抽查计划 17 for plan:17."""
    return words.thing_words(thing)


@register.filter
def field_words(key: str) -> str:
    """生效日期 for effective_from."""
    return words.field_words(key)


@register.filter
def value_words(value: Any) -> str:
    """是 for true; lists and tables as they are stored."""
    return words.value_words(value)
