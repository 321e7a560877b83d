"""Template tags of the whole product; loaded everywhere (settings.TEMPLATES, builtins)."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sunlot.norms import clock, masking, working_days

register = template.Library()
GROUP = 4


@register.filter
def code(value: str, groups: int = 0) -> SafeString:
    """A code or digest in groups of four: the gap is CSS, so a copy holds no spaces. `groups` cuts it and adds …

    A number with hyphens (150302-2026-SG0117) has groups of its own.
    """
    text = str(value or "")
    if "-" in text:
        return format_html("<code>{}</code>", text)
    parts = [text[at : at + GROUP] for at in range(0, len(text), GROUP)]
    if groups and len(parts) > groups:
        parts = [*parts[:groups], "…"]
    return format_html(
        '<code class="code">{}</code>', format_html_join("", "<span>{}</span>", ((part,) for part in parts))
    )


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """11月24日, with the year where it is another."""
    if value is None:
        return "—"
    moment = timezone.localtime(value).date() if isinstance(value, datetime) else value
    words = f"{moment.month}月{moment.day}日"
    if moment.year != clock.today().year:
        words = f"{moment.year}年{words}"
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """11月24日 09:30."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    year = f"{local.year}年" if local.year != clock.today().year else ""
    return format_html(
        '<time datetime="{}">{}{}月{}日 {}</time>',
        local.isoformat(timespec="seconds"),
        year,
        local.month,
        local.day,
        f"{local:%H:%M}",
    )


@register.filter
def clock_time(value: datetime | None) -> SafeString | str:
    """10:42:07."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), f"{local:%H:%M:%S}")


@register.filter
def iso_day(value: date | datetime | None) -> SafeString | str:
    """2026-11-24, for public tables."""
    if value is None:
        return "—"
    found = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html("<time>{}</time>", found.isoformat())


@register.filter
def thousands(value: int | None) -> str:
    """12 000, with thin spaces."""
    return "—" if value is None else f"{value:,}".replace(",", "\u2009")


@register.filter
def percent(part: int, whole: int) -> str:
    """40.0 %."""
    return "—" if not whole else f"{100 * part / whole:.1f}\u2009%"


@register.filter
def masked(value: str) -> str:
    """陈○静."""
    return masking.person(value or "")


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """A value of a dict by a key that is itself a variable."""
    return mapping.get(key) if mapping is not None else None


@register.simple_tag
def sorted_by(listing: Any, word: str) -> SafeString:
    """The attributes of a head that sorts: aria-sort where it is the order in force."""
    if listing.sort.lstrip("-") != word:
        return SafeString("")
    return format_html(' aria-sort="{}"', "descending" if listing.sort.startswith("-") else "ascending")


@register.simple_tag
def sort_address(listing: Any, word: str) -> str:
    return str(listing.address_sorted(word))


@register.simple_tag
def page_address(listing: Any, number: int) -> str:
    return str(listing.address_of_page(number))


@register.simple_tag
def export_address(listing: Any, form: str) -> str:
    return str(listing.address_of_export(form))


@register.filter
def days_left(value: date | None) -> str:
    """还剩 3 个工作日, 今天到期, 已过期; 到期前没有工作日 on a Friday for what is due on Saturday."""
    if value is None:
        return ""
    today = clock.today()
    if value <= today:
        return "今天到期" if value == today else "已过期"
    left = working_days.count(today, value)
    return f"还剩 {left.days} 个工作日" if left.days else "到期前没有工作日"
