"""Column widths."""

from __future__ import annotations

import pytest

from reportgen.render.widths import column_widths


@pytest.mark.parametrize("room", [64, 74, 90, 100])
@pytest.mark.parametrize("longest", [[5], [24, 12, 3], [200] * 5, [0, 0], [40, 12, 10, 9, 50]])
def test_every_column_has_room_for_ten_letters_the_last_too(longest: list[int], room: int) -> None:
    widths = column_widths(longest, room)
    assert len(widths) == len(longest) - 1
    assert room - sum(widths) >= 0.88 * min(longest[-1], 10)
    assert all(width >= 0.88 * min(length, 10) for width, length in zip(widths, longest, strict=False))


def test_what_fits_has_its_line_and_the_longest_gives_way() -> None:
    name, subscription, value = column_widths([30, 12, 10, 90], 100)
    assert name >= 0.88 * 30
    assert subscription >= 0.88 * 12
    assert 100 - name - subscription - value >= 0.88 * 40
