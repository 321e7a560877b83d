"""The figures with which a first table begins, and which plans get without one."""

SUGGESTED = {"D": (600, 500, 1000), "C": (300, 200, 500), "B": (100, 50, 200), "A": (50, 10, 100)}
"""Thousandths of the candidates by credit risk: ratio, least, most. 国市监信发〔2022〕6号 gives no figures; these follow
what districts use.
"""
