"""The annual plan (年度抽查工作计划; notice, part 四（一） and annex): its content, acts and pages."""
