"""The bundle, as shared/mount.js makes modules of it: they stay real modules, and what can't be read is named."""

import json
import subprocess
from pathlib import Path

import pytest

import widgets_lib as wl
from widgets_lib.widgets import _assets, _base
from widgets_lib.widgets._bundle import bundle

MOUNT = Path(_base.__file__).parent / "shared/mount.js"
# Node.js imports no blob: URLs, so here a Blob is its text and its URL a data: URL.
MOUNTED = """
globalThis.Blob = class { constructor(parts) { this.text = parts.join(""); } };
URL.createObjectURL = (blob) => "data:text/javascript;base64," + Buffer.from(blob.text).toString("base64");
const { module, files, mount } = JSON.parse(process.argv[1]);
const { default: stub } = await import(URL.createObjectURL(new Blob([mount])));
const state = { _assets: "IPY_MODEL_assets", _view: { module, sheets: [] } };
const assets = { get: () => files };
const model = { get: (name) => state[name], on() {}, off() {}, widget_manager: { get_model: async () => assets } };
await stub.render({ model, el: { ownerDocument: null, dataset: {}, replaceChildren() {} } });
console.log(JSON.stringify(await globalThis.drawn));
"""


def write(folder, entry, **files):
    """Files by name, `a__b` standing for a/b; `entry` begins the widget's own module, whose path comes back."""
    for name, text in {**files, "entry": entry}.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "entry.js"


def draws(expression):
    """The end of a widget's module that draws the value of an expression."""
    return f"export default {{ render() {{ globalThis.drawn = {expression}; }} }};\n"


def drawn(entry):
    """What the widget at `entry` draws once it is mounted."""
    made = bundle(entry)
    request = json.dumps({"module": made.module, "files": made.files, "mount": MOUNT.read_text("utf-8")})
    command = ["node", "--input-type=module", "-e", MOUNTED, request]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_names_of_two_modules_do_not_meet_and_a_shared_module_runs_once(tmp_path):
    entry = write(
        tmp_path,
        'import { one } from "./a.js";\nimport { Two } from "./b.js";\n' + draws("[one(), new Two().get()]"),
        shared='export const log = [];\nlog.push("ran");\n',
        a='import { log } from "./shared.js";\nconst hidden = 1;\nexport function one() { return hidden + log.length; }\n',
        b='import { log as seen } from "./shared.js";\nconst hidden = 10;\nexport class Two { get() { return hidden + seen.length; } }\n',
    )
    assert drawn(entry) == [2, 11]


def test_two_files_of_one_name_in_two_folders_are_two_modules(tmp_path):
    entry = write(
        tmp_path,
        'import { side as a } from "./left/scene.js";\nimport { side as b } from "./right/scene.js";\n'
        + draws("[a, b]"),
        left__scene="export const side = 1;\n",
        right__scene="export const side = 2;\n",
    )
    assert drawn(entry) == [1, 2]


@pytest.mark.parametrize(
    ("imports", "expression"),
    [
        ("import {\n  x,\n  y as later,\n} from './a.js';", "Promise.all([x, later()])"),
        ('import * as a from "./a.js";', "Promise.all([a.x, a.y()])"),
        ('// a comment\n/* and\nanother */ import { x, y } from "./a.js";', "Promise.all([x, y()])"),
        ('import a from "./a.js";', "a"),
    ],
)
def test_every_form_of_import_and_export(tmp_path, imports, expression):
    a = "const x = 1;\nexport async function y() { return 2; }\nexport { x };\nexport default [1, 2];\n"
    assert drawn(write(tmp_path, f"{imports}\n{draws(expression)}", a=a)) == [1, 2]


def test_text_that_looks_like_an_import_is_left_alone(tmp_path):
    text = '\nimport { x } from "./nowhere.js";\n  // export const y = 1;\n'
    entry = write(
        tmp_path, 'import { text } from "./a.js";\n' + draws("text"), a=f"export const text = `{text}`;\n// the end\n"
    )
    assert drawn(entry) == text


def test_an_error_names_the_file_and_the_line(tmp_path):
    entry = write(
        tmp_path,
        'import { draw } from "./scene.js";\n\nconst attempt = () => draw();\n'
        + draws("(() => { try { attempt(); } catch (error) { return error.stack; } })()"),
        scene='// line 1\n\nexport function draw() {\n  throw new Error("no canvas");\n}\n',
    )
    stack = drawn(entry)
    assert f"widgets_lib/{tmp_path.name}/scene.js:4:" in stack
    assert f"widgets_lib/{tmp_path.name}/entry.js:3:" in stack


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('import "./a.js";', r'entry\.js:3: this import cannot be read: import "\./a\.js";'),
        ('import { x } from "lodash";', r"entry\.js:3: this import cannot be read"),
        ('import { x } from "./b.js";', r"entry\.js:3: there is no file \./b\.js"),
    ],
)
def test_an_import_it_cannot_read_is_named(tmp_path, line, words):
    entry = write(tmp_path, f"// a widget\n\n{line}\nexport default 1;\n", a="export const x = 1;\n")
    with pytest.raises(ValueError, match=words):
        bundle(entry)


def test_a_circle_is_named(tmp_path):
    entry = write(
        tmp_path,
        'import { a } from "./a.js";\nexport default a;\n',
        a='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    with pytest.raises(ValueError, match=r"import one another in a circle: a\.js → b\.js → a\.js"):
        bundle(entry)


def test_a_name_changes_with_the_text_and_with_that_of_what_is_imported(tmp_path):
    entry = write(tmp_path, 'import { x } from "./a.js";\nexport default x;\n', a="export const x = 1;\n")
    before = bundle(entry)
    assert bundle(entry) == before
    write(tmp_path, entry.read_text(), a="export const x = 2;\n")
    assert bundle(entry).module != before.module


def test_widgets_share_their_files_and_a_file_is_sent_once():
    first, second, other = wl.LoopStepper(), wl.LoopStepper(), wl.Predict("How many?", answer=3)
    assert first._assets is second._assets is other._assets
    assert first._view == second._view and first._view["module"].startswith("stepper/stepper.js@")
    assert other._view["sheets"][:-1] == first._view["sheets"][:-1]  # those of all widgets, then its own
    for widget in (first, other):
        assert {widget._view["module"], *widget._view["sheets"]} <= set(widget._assets.files)
    sent = widget.get_state()
    assert not [name for name, value in sent.items() if name != "_esm" and "export default" in str(value)]


def test_after_all_widgets_were_closed_the_next_one_sends_its_files_again():
    before = wl.LoopStepper()._assets
    before.close()
    after = wl.LoopStepper()
    assert after._assets is not before and after._assets is _assets.shared_assets()
    assert after._view["module"] in after._assets.files
