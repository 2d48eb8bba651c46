"""The joiner: one module out of several, and a clear word about what it can't read."""

import subprocess

import pytest

from widgets_lib.widgets._join import join


def write(folder, **files):
    for stem, text in files.items():
        (folder / f"{stem}.js").write_text(text, encoding="utf-8")
    return folder / "entry.js"


def run(module, expression):
    source = f"{module}\nconsole.log(JSON.stringify({expression}));"
    command = ["node", "--input-type=module", "-e", source]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_names_of_two_modules_do_not_meet_and_a_shared_module_runs_once(tmp_path):
    entry = write(
        tmp_path,
        shared='export const log = [];\nlog.push("ran");\n',
        a='import { log } from "./shared.js";\nconst hidden = 1;\nexport function one() { return hidden + log.length; }\n',
        b='import { log as seen } from "./shared.js";\nconst hidden = 10;\nexport class Two { get() { return hidden + seen.length; } }\n',
        entry='import { one } from "./a.js";\nimport { Two } from "./b.js";\nconst hidden = [one(), new Two().get()];\n',
    )
    assert run(join(entry), "hidden") == "[2,11]"


def test_an_import_over_several_lines_and_an_async_export(tmp_path):
    entry = write(
        tmp_path,
        a="export const x = 1;\nexport async function y() { return 2; }\n",
        entry='import {\n  x,\n  y as later,\n} from "./a.js";\n',
    )
    assert run(join(entry), "[x, await later()]") == "[1,2]"


@pytest.mark.parametrize(
    "line",
    ['import x from "./a.js";', 'import * as a from "./a.js";', 'export * from "./a.js";', "export { x };"],
)
def test_a_form_it_does_not_read_is_named(tmp_path, line):
    entry = write(tmp_path, a="export const x = 1;\n", entry=f"{line}\n")
    with pytest.raises(ValueError, match=r"entry\.js: the joiner does not read this line: \w+"):
        join(entry)
