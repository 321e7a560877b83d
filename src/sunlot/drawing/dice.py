"""Thrown dice as a picture: ten in a row, in the order thrown, as they lay on the table."""

A_ROW = 10
PITCH = 46
SIDE = 40
_PIPS = {
    1: ((1, 1),),
    2: ((0, 0), (2, 2)),
    3: ((0, 0), (1, 1), (2, 2)),
    4: ((0, 0), (2, 0), (0, 2), (2, 2)),
    5: ((0, 0), (2, 0), (1, 1), (0, 2), (2, 2)),
    6: ((0, 0), (2, 0), (0, 1), (2, 1), (0, 2), (2, 2)),
}


def dice(value: str) -> str:
    """The SVG of a dice value, n digits 1–6. Raises ValueError for anything else."""
    if not value or set(value) - set("123456"):
        raise ValueError(f"dice are digits 1 to 6, found {value!r}")
    rows = -(-len(value) // A_ROW)
    parts = [_die(int(digit), at % A_ROW * PITCH, at // A_ROW * PITCH) for at, digit in enumerate(value)]
    label = f"{len(value)} 次骰子：{value}"
    width, height = A_ROW * PITCH - 2, rows * PITCH - 2
    return f'<svg class="dice" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _die(face: int, x: int, y: int) -> str:
    pips = "".join(f"M{x + 11 + 10 * column} {y + 11 + 10 * row}h0" for column, row in _PIPS[face])
    return (
        f'<rect x="{x + 1}" y="{y + 1}" width="{SIDE}" height="{SIDE}" rx="5" fill="#fff" stroke="#1b1e23"'
        f' stroke-width="1.5"/><path d="{pips}" stroke="#1b1e23" stroke-width="7" stroke-linecap="round"/>'
    )
