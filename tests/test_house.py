"""The rules of the house: who may import whom, what things are called, what is promised to stay."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import impasto

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "impasto"


def layers() -> tuple[tuple[set[str], ...], list[set[str]]]:
    """The layers that CONTRIBUTING.md lists, first to last, and the groups of files that may import each other."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8")
    match = re.search(r"```layers\n(.*?)```", text, flags=re.DOTALL)
    assert match, "CONTRIBUTING.md has no block of layers"
    lines = match[1].strip().splitlines()
    joined = [set(line.replace("+", " ").split()) for line in lines if "+" in line]
    named = tuple(set(line.replace("+", " ").split()) for line in lines)
    return ({"__init__"}, *named, {"__main__"}), joined


LAYERS, TOGETHER = layers()

PUBLIC = [
    "__version__",
    "Painter",
    "Store",
    "computing_on",
    "ImpastoError",
    "Event",
    "silent",
    "open",
    "prepare",
    "make",
    "caption",
    "join",
    "link",
    "inspect",
    "explain",
    "train",
    "fetch",
    "average",
    "guide",
    "lighten",
    "prefer",
    "paint",
    "repaint",
    "grid",
    "edit",
    "edit_film",
    "edit_folder",
    "export",
    "measure",
    "measure_edit",
    "compare",
    "show_blends",
    "show_features",
    "show_feeling",
    "show_latents",
    "show_walk",
]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf8"), str(file))


def sources() -> list[Path]:
    return sorted(SRC.rglob("*.py"))


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


def room(dotted: str) -> str:
    """The file or folder of `impasto` that a module such as impasto.nn.unet lies in."""
    parts = dotted.split(".")
    known = len(parts) > 1 and ((SRC / parts[1]).is_dir() or (SRC / f"{parts[1]}.py").is_file())
    return parts[1] if known else "__init__"


def imported(module: ast.Module, package: str) -> Iterator[str]:
    """Full names of all modules imported anywhere in a file, in functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def breaches(file: Path, module: ast.Module) -> list[str]:
    """What a file imports against the order of the layers."""
    package = ".".join(file.relative_to(SRC.parent).with_suffix("").parts[:-1])
    here = file.relative_to(SRC).parts[0].removesuffix(".py")
    rank = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    assert here in rank, f"{here} has no place in LAYERS"
    breaking = []
    for name in imported(module, package):
        if name.split(".")[0] != "impasto":
            continue
        there = room(name)
        assert there in rank, f"{there} has no place in LAYERS"
        joined = any({here, there} <= group for group in TOGETHER)
        if there != here and not joined and rank[there] >= rank[here]:
            breaking.append(f"{shown(file)} imports {name}")
    return breaking


def test_imports_run_one_way():
    # The package itself shows the names of its rooms to type checkers, and imports none of them.
    rooms = [file for file in sources() if file != SRC / "__init__.py"]
    assert [b for file in rooms for b in breaches(file, tree(file))] == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("metrics/x.py", "from impasto.painters.x import y"),
        ("painters/a/x.py", "def f():\n    import impasto.training.loop"),
        ("nn/x.py", "from impasto import contract"),
        ("data/x.py", "from ..landscape import scene"),
        ("api/x.py", "from impasto.cli import app"),
    ],
)
def test_the_walk_sees_an_import_against_the_order(file, line):
    assert len(breaches(SRC / file, ast.parse(line))) == 1


def family_words() -> set[str]:
    names = {f.stem for f in (SRC / "painters").rglob("*.py") if "\n@listed(" in f.read_text(encoding="utf8")}
    # A painter may bear the name of a room; then it is a word of the trade.
    names -= {f.name for f in SRC.iterdir() if f.is_dir()}
    return names | {"gan", "gans", "dcgan", "wgan", "autoencoder", "diffusion"}


def family_names(module: ast.Module) -> list[str]:
    """Families named by identifiers and texts of a file; prose and sources of the literature may name them."""
    words = family_words()
    folders = {f.name for f in (SRC / "painters").iterdir() if f.is_dir()}
    prose: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose.add(id(node.value))
        if isinstance(node, ast.keyword) and node.arg in ("source", "summary"):
            prose |= {id(part) for part in ast.walk(node.value)}
    named = []
    for node in ast.walk(module):
        texts: list[str] = []
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            texts = [node.value]
            if node.value in folders:
                named.append(node.value)
        elif isinstance(node, ast.alias):
            texts = node.name.split(".")
        else:
            texts = [v for k in ("id", "attr", "arg", "name") if isinstance(v := getattr(node, k, None), str)]
        for text in texts:
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()
            parts = set(re.split(r"[^a-z0-9]+", snake))
            joined = {w for w in words if "_" in w and w in snake}
            named += sorted((parts & words) | joined)
    return named


def test_no_family_is_named_outside_painters():
    named = {shown(f): n for f in sources() if "painters" not in f.parts and (n := family_names(tree(f)))}
    assert named == {}


@pytest.mark.parametrize(
    "line",
    ['if x == "gan":\n    pass', "is_diffusion = 1", "class VaeLoop: ...", 'f(family="adversarial")', "a.cnn_gan_step"],
)
def test_the_walk_sees_a_family_name(line):
    assert family_names(ast.parse(line))


def test_the_walk_lets_prose_and_sources_name_families():
    text = '"""As in GANs."""\n@listed(name="x", source="GANs trained")\ndef f():\n    """A GAN."""'
    assert family_names(ast.parse(text)) == []


def test_no_catch_all_files():
    banned = re.compile(r"utils?|common|misc|helpers?|manager|handlers?")
    assert [shown(f) for f in sources() if banned.fullmatch(f.stem)] == []


DIALECT = frozenset(
    {"apart", "asked", "dear", "found", "heard", "looked", "made", "mixed_up", "own", "said", "seen", "settle", "snap"}
    | {"thing", "things", "told", "wanted"}
)
"""Names that say nothing of what a value holds; they once stood for almost anything here."""


def bound_names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of everything that a file binds: variables, arguments, attributes, functions and classes."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler) and node.name:
            yield node.lineno, node.name


def dialect(module: ast.Module) -> list[tuple[int, str]]:
    """Names of the private dialect that a file binds."""
    return [(line, name) for line, name in bound_names(module) if name.strip("_") in DIALECT]


def test_values_are_named_by_what_they_hold():
    files = [file for folder in ("src", "tests", "examples") for file in (ROOT / folder).rglob("*.py")]
    files += (ROOT / "benchmarks").glob("*.py")  # Its folders hold the environment of other libraries.
    named = {str(file.relative_to(ROOT)): names for file in files if (names := dialect(tree(file)))}
    assert named == {}


@pytest.mark.parametrize(
    "line", ["told = 1", "def f(found): ...", "self.own = 2", "for _seen in x: pass", "class made: ..."]
)
def test_the_walk_sees_a_name_of_the_dialect(line):
    assert dialect(ast.parse(line))


def joined_assignments(module: ast.Module) -> list[int]:
    """Lines that assign several values to several names at once, where no value is one of the names."""
    lines = []
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Tuple)
            and isinstance(node.targets[0], ast.Tuple)
        ):
            targets = {ast.unparse(target) for target in node.targets[0].elts}
            used = {
                ast.unparse(part) for value in node.value.elts for part in ast.walk(value) if isinstance(part, ast.expr)
            }
            if not targets & used:
                lines.append(node.lineno)
    return lines


def test_each_assignment_stands_on_its_own_line():
    joined = {shown(file): lines for file in sources() if (lines := joined_assignments(tree(file)))}
    assert joined == {}


def test_a_swap_is_no_joined_assignment():
    assert joined_assignments(ast.parse("a, b = b, a + b")) == []
    assert joined_assignments(ast.parse("first, *rest = rows")) == []
    assert joined_assignments(ast.parse("a, b = 1, f()")) == [1]


def test_files_and_functions_are_short():
    lengths = sorted(len(file.read_text(encoding="utf8").splitlines()) for file in sources())
    assert lengths[len(lengths) // 2] <= 120
    assert [shown(file) for file in sources() if len(file.read_text(encoding="utf8").splitlines()) > 350] == []
    functions = [
        (file, node) for file in sources() for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)
    ]
    assert [f"{shown(f)}: {n.name}" for f, n in functions if body_lines(n) > 54] == []


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its signature and docstring, which are as long as the arguments are many."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    statements = function.body[1:] if documented else function.body
    return (function.end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def test_each_module_opens_with_its_public_names():
    def opens(file: Path) -> bool:
        if file.name in ("__init__.py", "__main__.py"):
            return True
        plain = (ast.Import, ast.ImportFrom, ast.If, ast.Expr)
        first = next((n for n in tree(file).body if not isinstance(n, plain)), None)
        return isinstance(first, ast.Assign) and getattr(first.targets[0], "id", "") == "__all__"

    assert [shown(f) for f in sources() if not opens(f)] == []


def test_public_names_of_modules_exist_and_are_documented():
    missing = []
    for file in sources():
        defined = {getattr(n, "name", None): n for n in tree(file).body}
        for node in tree(file).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__" and file.stem[0] != "_":
                for name in ast.literal_eval(node.value):
                    definition = defined.get(name)
                    if isinstance(definition, ast.FunctionDef | ast.ClassDef) and not ast.get_docstring(definition):
                        missing.append(f"{shown(file)}: {name}")
    assert missing == []


def test_nothing_is_pickled_and_torchvision_is_not_touched():
    unsafe = []
    for file in sources():
        for name in imported(tree(file), ""):
            if name.split(".")[0] in ("pickle", "cloudpickle", "dill", "joblib", "shelve", "torchvision"):
                unsafe.append(f"{shown(file)} imports {name}")
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("torch.load", "torch.save"):
                safe = "weights_only=True" in [ast.unparse(keyword) for keyword in node.keywords]
                unsafe += [] if safe else [f"{shown(file)}:{node.lineno} calls {ast.unparse(node.func)}"]
    assert unsafe == []


def test_public_names_of_the_package_stay():
    assert impasto.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(impasto, name) is not None
    types = next(node for node in tree(SRC / "__init__.py").body if isinstance(node, ast.If))
    shown_to_type_checkers = {alias.name for node in types.body for alias in getattr(node, "names", [])}
    assert shown_to_type_checkers == set(PUBLIC) - {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'pait'"):
        impasto.pait  # noqa: B018


def modules_after(statement: str) -> tuple[float, set[str]]:
    """Seconds that a statement takes in a new process, and the packages loaded after it."""
    program = f"""
import sys, time, json
start = time.perf_counter()
{statement}
print(json.dumps([time.perf_counter() - start, sorted({{m.split(".")[0] for m in sys.modules}})]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, loaded = json.loads(done.stdout)
    return seconds, set(loaded)


def optional() -> set[str]:
    """Names of packages that only an extra brings, and of those that later extras will."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {Requirement(r).name.replace("-", "_") for r in project["dependencies"]}
    extras = {Requirement(r).name for rs in project.get("optional-dependencies", {}).values() for r in rs}
    later = {
        "gradio",
        "fastapi",
        "uvicorn",
        "transformers",
        "diffusers",
        "peft",
        "ray",
        "onnx",
        "onnxruntime",
        "openvino",
    }
    return {n.replace("-", "_") for n in extras | later | {"torchvision"}} - needed


@pytest.mark.parametrize("statement", ["import impasto", "import impasto.cli.app"])
def test_import_is_fast_and_light(statement):
    seconds, loaded = modules_after(statement)
    assert seconds < 2
    assert "impasto" in loaded
    assert loaded & (optional() | {"torch", "matplotlib", "scipy"}) == set()


def test_the_verbs_load_no_optional_package():
    _, loaded = modules_after("import impasto\nfor name in impasto.__all__: getattr(impasto, name)")
    assert "torch" in loaded
    assert loaded & optional() == set()


def test_the_version_is_read_from_the_package():
    from importlib.metadata import version

    assert impasto.__version__ == version("impasto")
    assert f"## [{impasto.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf8")


def test_the_lock_pins_everything_and_satisfies_the_project():
    lines = (ROOT / "requirements.lock").read_text().split()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line)] == []
    pins = {name.lower().replace("_", "-"): pin for name, pin in (line.split("==") for line in lines)}
    assert [n for n in pins if n == "torchvision" or n.startswith(("nvidia", "triton"))] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    required = [Requirement(r) for r in [*project["dependencies"], *extras["dev"], *extras["docs"], *extras["studio"]]]
    unmet = [str(r) for r in required if not r.specifier.contains(pins.get(r.name.lower().replace("_", "-"), "0"))]
    assert unmet == []


MADE = r"(commands|settings|settings/\w+)\.md$"
"""Pages of docs/reference that docs/hooks.py makes; `make docs` checks links to them."""


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]


def test_links_between_documents_lead_somewhere():
    broken = []
    for page in documents():
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text):
            if re.match(r"[a-z]+:", target) or (page.parent.name == "reference" and re.match(MADE, target)):
                continue
            if not (page.parent / target).exists():
                broken.append(f"{shown(page)} → {target}")
    assert broken == []


def systems() -> list[list[list[str]]]:
    """Rows of each table of docs/systems.md: year, what, in a line, source, here."""
    text = (ROOT / "docs" / "systems.md").read_text(encoding="utf8")
    tables = [part.splitlines() for part in text.split("\n## ")[1:]]
    rows = [[[c.strip() for c in line.strip("|").split("|")] for line in t if line.startswith("| ")] for t in tables]
    return [table[1:] for table in rows]


def test_the_table_of_systems_is_whole_and_in_order_of_year():
    named, added = systems()
    assert len(named) > 80
    for table in (named, added):
        years = [int(row[0]) for row in table]
        assert years == sorted(years)
    for row in named + added:
        assert len(row) == 5, row
        assert all(row), row
        assert row[4].startswith(("not yet", "a review")) or "`" in row[4], row


def test_every_place_that_the_table_of_systems_names_exists():
    places = [
        place
        for table in systems()
        for row in table
        for place in re.findall(r"`([a-z_/]+(?:\.py)?)(?:[:.][^`]*)?`", row[4])
    ]
    assert len(places) > 20
    missing = [p for p in places if not (SRC / p).exists()]
    assert missing == []
