"""How far from its registered place a visit began, and how long it took: shown, never a condition of anything."""

from math import asin, cos, radians, sin, sqrt

from .models import FormPart

EARTH = 6_371_000  # metres, mean radius


def metres_between(first: tuple[float, float], second: tuple[float, float]) -> int:
    """The great-circle distance of two places given as latitude and longitude in degrees (haversine)."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (first, second))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH * asin(sqrt(half)))


def arrived(part: FormPart) -> str:
    """In words: 开始时距登记位置 120 米（定位误差 15 米），在现场 65 分钟. Empty where nothing is known."""
    words = []
    where = part.form.object
    if None not in (part.start_latitude, part.start_longitude, where.latitude, where.longitude):
        metres = metres_between(
            (float(part.start_latitude or 0), float(part.start_longitude or 0)),
            (float(where.latitude or 0), float(where.longitude or 0)),
        )
        error = f"（定位误差 {part.start_accuracy} 米）" if part.start_accuracy is not None else ""
        shown = f"{metres / 1000:.1f} 公里" if metres >= 1000 else f"{metres} 米"
        words.append(f"开始时距登记位置 {shown}{error}")
    if part.start_latitude is not None and part.began_at and part.ended_at and part.ended_at >= part.began_at:
        words.append(f"在现场 {round((part.ended_at - part.began_at).total_seconds() / 60)} 分钟")
    return "，".join(words)
