"""Yearly caps on the visits to one entity (频次上限): the approved tables, and how an entity stands to them.

A later room that wants to visit an entity asks `queries.standing(entity, day)`.
"""
