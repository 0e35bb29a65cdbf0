from pathlib import Path

import pytest

from impasto import spelling
from impasto.spelling import command, command_line, option, setting


@pytest.mark.parametrize(
    ("name", "value", "typed", "called"),
    [
        ("second_store", "STORE", "--second-store STORE", "second_store=STORE"),
        ("overwrite", True, "--overwrite", "overwrite=True"),
        ("size", None, "--size", "size"),
        ("steps", 5000, "--steps 5000", "steps=5000"),
        ("out", Path("my runs/one"), "--out 'my runs/one'", "out='my runs/one'"),
        ("given", {"source": "FILE"}, "--given source=FILE", "given={'source': FILE}"),
        ("maps", {"layout": "FILE"}, "--map layout=FILE", "maps={'layout': FILE}"),
        ("settings", {"base": "hub:sd15"}, "--set base=hub:sd15", "settings={'base': 'hub:sd15'}"),
        ("also", ["scene.json"], "--also scene.json", "also=['scene.json']"),
    ],
)
def test_an_option_is_spelled_as_it_is_given(name: str, value: object, typed: str, called: str) -> None:
    assert option(name, value) == called
    with command_line():
        assert option(name, value) == typed
    assert not spelling.TYPED


def test_a_command_can_be_copied() -> None:
    words = ("train", "vae", Path("stores/p"))
    assert command(*words, out="RUN", minutes=5) == "impasto.train('vae', 'stores/p', out=RUN, minutes=5)"
    assert command("prepare", "FOLDER", out="a b") == "impasto.prepare(FOLDER, out='a b')"
    assert setting("averages", 8) == "settings={'averages': 8}"
    with command_line():
        assert command(*words, out="RUN", minutes=5) == "impasto train vae stores/p --out RUN --minutes 5"
        assert command("prepare", "FOLDER", out="a b") == "impasto data prepare FOLDER --out 'a b'"
        assert setting("averages", 8) == "--set averages=8"


def test_what_is_advised_in_python_is_python() -> None:
    advice = command("paint", "runs/it's", out="OUT", given={"source": "a b.png"}, settings={"steps": 4})
    calls: list[tuple[tuple[object, ...], dict[str, object]]] = []

    class Module:
        @staticmethod
        def paint(*arguments: object, **options: object) -> None:
            calls.append((arguments, options))

    eval(advice, {"impasto": Module, "OUT": "folder"})
    assert calls == [(("runs/it's",), {"out": "folder", "given": {"source": "a b.png"}, "settings": {"steps": 4}})]
