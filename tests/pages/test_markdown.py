from __future__ import annotations

import pytest

from impasto.pages.markdown import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with (brackets) and 山水", "plain, with (brackets) and 山水"),
        ("a|b", r"a\|b"),
        ("`code` *bold* _it_ [x](y) ~s~ $m$ # h", r"\`code\` \*bold\* \_it\_ \[x\](y) \~s\~ \$m\$ \# h"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("two\r\nlines\u2028here", "two lines here"),
        (r"\|", r"\\\|"),
    ],
)
def test_text_is_never_markdown(text: str, shown: str) -> None:
    assert escaped(text) == shown
