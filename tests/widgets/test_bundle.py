"""The bundle: one module out of several that stay real modules, and clear words about what it can't read."""

import subprocess

import pytest

from widgets_lib.widgets._bundle import bundle

# Node.js imports no blob: URLs, so here a Blob is its text and its URL a data: URL.
BLOBS = """
globalThis.Blob = class { constructor(parts) { this.text = parts.join(""); } };
URL.createObjectURL = (blob) => "data:text/javascript;base64," + Buffer.from(blob.text).toString("base64");
"""


def write(folder, **files):
    """Files by name, `a__b` standing for a/b; returns the path of `entry`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "entry.js"


def run(module, expression="widget"):
    """What `expression` prints as JSON, `widget` being the module's default export."""
    source = f"""{BLOBS}
const url = "data:text/javascript;base64," + Buffer.from({module!r}).toString("base64");
const {{ default: widget }} = await import(url);
console.log(JSON.stringify({expression}));"""
    command = ["node", "--input-type=module", "-e", source]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_names_of_two_modules_do_not_meet_and_a_shared_module_runs_once(tmp_path):
    entry = write(
        tmp_path,
        shared='export const log = [];\nlog.push("ran");\n',
        a='import { log } from "./shared.js";\nconst hidden = 1;\nexport function one() { return hidden + log.length; }\n',
        b='import { log as seen } from "./shared.js";\nconst hidden = 10;\nexport class Two { get() { return hidden + seen.length; } }\n',
        entry='import { one } from "./a.js";\nimport { Two } from "./b.js";\nexport default [one(), new Two().get()];\n',
    )
    assert run(bundle(entry)) == "[2,11]"


def test_two_files_of_one_name_in_two_folders_are_two_modules(tmp_path):
    entry = write(
        tmp_path,
        left__scene="export const side = 1;\n",
        right__scene="export const side = 2;\n",
        entry='import { side as a } from "./left/scene.js";\nimport { side as b } from "./right/scene.js";\n'
        "export default [a, b];\n",
    )
    assert run(bundle(entry)) == "[1,2]"


@pytest.mark.parametrize(
    ("imports", "expression"),
    [
        ("import {\n  x,\n  y as later,\n} from './a.js';", "[x, await later()]"),
        ('import * as a from "./a.js";', "[a.x, await a.y()]"),
        ('// a comment\n/* and\nanother */ import { x, y } from "./a.js";', "[x, await y()]"),
        ('import a from "./a.js";', "a"),
    ],
)
def test_every_form_of_import_and_export(tmp_path, imports, expression):
    a = "const x = 1;\nexport async function y() { return 2; }\nexport { x };\nexport default [1, 2];\n"
    entry = write(tmp_path, a=a, entry=f"{imports}\nexport default {expression};\n")
    assert run(bundle(entry)) == "[1,2]"


def test_text_that_looks_like_an_import_is_left_alone(tmp_path):
    text = '`\nimport { x } from "./nowhere.js";\nexport const y = 1;\n`'
    entry = write(
        tmp_path, a=f"export const text = {text};\n", entry='import { text } from "./a.js";\nexport default text;\n'
    )
    assert run(bundle(entry), "widget.trim()") == '"import { x } from \\"./nowhere.js\\";\\nexport const y = 1;"'


def test_an_error_names_the_file_and_the_line(tmp_path):
    entry = write(
        tmp_path,
        scene='// line 1\n\nexport function draw() {\n  throw new Error("no canvas");\n}\n',
        entry='import { draw } from "./scene.js";\n\nexport default () => draw();\n',
    )
    stack = run(bundle(entry), "(() => { try { widget(); } catch (error) { return error.stack; } })()")
    assert f"widgets_lib/{tmp_path.name}/scene.js:4:" in stack
    assert f"widgets_lib/{tmp_path.name}/entry.js:3:" in stack


def test_a_bundle_is_less_than_half_of_its_sources(tmp_path):
    code = [f"export function f{n}(x) {{\n  return x + {n}; // {n} more\n}}\n" for n in range(200)]
    entry = write(tmp_path, a="".join(code), entry='import { f7 } from "./a.js";\nexport default f7(1);\n')
    assert run(bundle(entry)) == "8"
    assert len(bundle(entry)) < len("".join(code)) / 2
    assert bundle(entry) == bundle(entry)  # the same text in every kernel


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('import "./a.js";', r'entry\.js:3: this import cannot be read: import "\./a\.js";'),
        ('import { x } from "lodash";', r"entry\.js:3: this import cannot be read"),
        ('import { x } from "./b.js";', r"entry\.js:3: there is no file \./b\.js"),
    ],
)
def test_an_import_it_cannot_read_is_named(tmp_path, line, words):
    entry = write(tmp_path, a="export const x = 1;\n", entry=f"// a widget\n\n{line}\nexport default 1;\n")
    with pytest.raises(ValueError, match=words):
        bundle(entry)


def test_a_circle_is_named(tmp_path):
    entry = write(
        tmp_path,
        a='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./a.js";\nexport const b = 1;\n',
        entry='import { a } from "./a.js";\nexport default a;\n',
    )
    with pytest.raises(ValueError, match=r"import one another in a circle: a\.js → b\.js → a\.js"):
        bundle(entry)
