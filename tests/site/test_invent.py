"""The invented city: the same every time, without doubles, and nobody who knows what its department does not do."""

from collections import Counter

from sunlot.norms import credit_code
from sunlot.site.demo import invent


def test_the_city_is_the_same_every_time() -> None:
    assert invent.objects() == invent.objects()


def test_no_two_objects_of_a_kind_have_one_name_and_no_two_enterprises_one_code() -> None:
    made = invent.objects()
    assert not [name for name, count in Counter((one.kind, one.name) for one in made).items() if count > 1]
    codes = [one.credit_code for one in made if one.credit_code]
    assert len(codes) == len(set(codes)) > 1000
    found = [credit_code.check(code) for code in codes]
    assert not [one.code for one in found if one.faults or one.warnings]


def test_a_name_is_one_word_of_ours_and_the_trade() -> None:
    made = [one.name for one in invent.objects() if one.kind == "物业服务企业"]
    assert len(made) == 150
    assert all(len(name) == len("沙枣花物业服务有限公司") for name in made)


def test_inspectors_know_the_field_of_their_own_section() -> None:
    fields = {one.organisation: one.fields for one in invent.inspectors({"zjj-wuye": 4, "hbw-scjg": 2, "zjj": 1})}
    assert fields == {"zjj-wuye": "物业", "hbw-scjg": "价格、合同", "zjj": "质量安全、物业、房产市场"}
