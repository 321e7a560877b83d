"""Where an object lies, as degrees of CGCS2000 (国家2000坐标系)."""

from decimal import Decimal

LONGITUDES, LATITUDES = (73, 136), (3, 54)
"""What lies in China, roughly."""


def coordinates_fault(longitude: Decimal | None, latitude: Decimal | None) -> str:
    """What is wrong with a pair of coordinates, empty where nothing is."""
    if (longitude is None) != (latitude is None):
        return "经度和纬度一并填写，或都不填。"
    if longitude is None or latitude is None:
        return ""
    if LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]:
        return ""
    if LONGITUDES[0] <= latitude <= LONGITUDES[1] and LATITUDES[0] <= longitude <= LATITUDES[1]:
        return "经度和纬度填反了，对调后再保存。"
    return "这个位置不在国内。经度在 73 至 136 之间，纬度在 3 至 54 之间。"
