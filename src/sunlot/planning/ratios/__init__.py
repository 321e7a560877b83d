"""Ratio and frequency by rules (抽查比例和频次, notice part 五（三）): the table, its way, and how plans are filled from it."""
