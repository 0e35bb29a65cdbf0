from __future__ import annotations

import pytest

from impasto.comparing.folder_names import folder_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("VAE 2", "vae-2"),
        ("flow (ours), 16 ch.", "flow-ours-16-ch"),
        ("a__b", "a-b"),
        ("../../etc", "etc"),
        ("山水", "山水"),
        ("Ü", "ü"),
        ("u\u0308", "ü"),
        ("हिन्दी", "हिन्दी"),
        ("Живопись №2", "живопись-2"),
        ("🎨", "entry"),
        ("...", "entry"),
        ("\udce9", "entry"),
        ("x" * 500, "x" * 180),
        ("山" * 500, "山" * 60),
    ],
)
def test_any_script_makes_a_name(text: str, name: str) -> None:
    assert folder_names([text]) == {text: name}


def test_texts_of_one_name_get_numbers() -> None:
    assert folder_names(["a b", "A-B", "a-b-2", "a b", "🎨", "🖌"]) == {
        "a b": "a-b",
        "A-B": "a-b-2",
        "a-b-2": "a-b-2-2",
        "🎨": "entry",
        "🖌": "entry-2",
    }


def test_ascii_names_are_those_of_earlier_versions() -> None:
    # Comparisons that were begun before go on in the same folders.
    names = ["DDPM, cosine", "con", "nul.txt", " padded ", "trailing.", "100%", "C++"]
    assert list(folder_names(names).values()) == ["ddpm-cosine", "con", "nul-txt", "padded", "trailing", "100", "c"]
