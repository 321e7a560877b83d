import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import regions
from sunlot.norms.regions import Region, RegionError

codes = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)


@pytest.mark.parametrize(
    ("code", "ancestor", "inside"),
    [
        ("150302", "150300", True),
        ("150302", "150000", True),
        ("150300", "150300", True),
        ("150300", "150302", False),
        ("150303", "150302", False),
        ("150400", "150300", False),
        ("460000", "150000", False),
        ("150310", "150310", True),
        ("150311", "150310", False),
    ],
)
def test_a_region_lies_in_another_by_its_digits(code, ancestor, inside):
    assert regions.is_within(code, ancestor) is inside


@given(codes, codes, codes)
def test_lying_within_is_an_order(a, b, c):
    assert regions.is_within(a, a)
    if regions.is_within(a, b) and regions.is_within(b, c):
        assert regions.is_within(a, c)
    if regions.is_within(a, b) and regions.is_within(b, a):
        assert a == b


@pytest.mark.parametrize("code", ["", "1503", "15030２", "150302000", "海南区"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="six digits"):
        regions.is_within(code, regions.CITY)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("150303", Region("150303", "海南区")),
        ("１５０３０３ ", Region("150303", "海南区")),
        ("海南区", Region("150303", "海南区")),
        ("乌海市海南区", Region("150303", "海南区")),
        ("内蒙古自治区 乌海市 海南区", Region("150303", "海南区")),
        ("乌海市海南", Region("150303", "海南区")),
        ("海勃湾", Region("150302", "海勃湾区")),
        ("　乌达区", Region("150304", "乌达区")),
        ("乌海", Region("150300", "乌海市")),
        ("内蒙古", Region("150000", "内蒙古自治区")),
    ],
)
def test_a_region_is_read_from_code_or_name(text, region):
    assert regions.parse_region(text) == region


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("海南省", r"海南省（460000）。乌海市的是“海南区”（150303）"),
        ("海南省三亚市", "海南省（460000）"),
        ("460200", "海南省（460000）"),
        ("海南", "可能是海南区，也可能是海南省"),
        ("市辖区", "只用于统计"),
        ("150301", "只用于统计"),
        ("海勃弯区", "没有“海勃弯区”这个辖区。填写海勃湾区（150302）"),
        ("  ", "没有填写辖区"),
    ],
)
def test_a_wrong_or_ambiguous_region_is_refused_with_what_to_write(text, message):
    with pytest.raises(RegionError, match=message):
        regions.parse_region(text)


def test_every_name_reads_back_to_its_code():
    for code in regions.DISTRICTS:
        assert regions.parse_region(regions.name_of(code)).code == code
    assert regions.DISTRICTS == ("150302", "150303", "150304")


def test_an_unknown_code_is_its_own_name():
    assert regions.name_of("110000") == "110000"
