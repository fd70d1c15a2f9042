"""The border of a pane: what is said in its title never takes the corner away."""

from __future__ import annotations

import pytest

from tests.unit.disk_views import LOOK
from tui.panes.border import Border, bordered


@pytest.mark.parametrize("notice", ["", "G to follow"])
@pytest.mark.parametrize("boxed", [True, False])
def test_the_end_of_a_title_is_there_whatever_has_room(notice: str, boxed: bool) -> None:
    border = Border(LOOK, False, boxed, "1 Exec", [("6.0/s", "bright"), ("seen 193", "text")], notice)
    ends = {bordered(border, [], width, 3, range(0))[0].text[-1] for width in range(len(notice) + 12, 60)}
    assert ends == {border.corners[1] if boxed else border.across}
