"""What a visitor sees, and what the log keeps, when a cell fails."""

import jinja2
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.support import servers
from widgets_lib.app import rendering
from widgets_lib.app.course import first_heading


def test_a_failing_cell_leaves_a_message_and_the_rest_of_the_lesson_runs(render, small_voila):
    status, _, page = render(
        ["x = 6", "import sys\nprint('so far')\nprint('noise', file=sys.stderr)\n1/0", "print(7 * x)"]
    )
    assert status == 200
    assert rendering.FAILED in page
    assert "so far" in page and "42" in page
    assert "Traceback" not in page and "ZeroDivisionError" not in page and ">noise" not in page


def test_what_is_printed_in_pieces_is_one_text(render):
    _, _, page = render(["print('one', flush=True)\nimport time\ntime.sleep(0.01)\nprint('two', flush=True)"])
    assert ">one\ntwo" in page


def test_the_log_names_the_lesson_and_the_cell_and_keeps_the_whole_error(render, small_voila):
    render(["pass", "raise KeyError('which one')"], name="04_faulty.ipynb")
    assert "04_faulty.ipynb, cell 2 of 2" in small_voila.log
    assert "KeyError" in small_voila.log and "which one" in small_voila.log
    render(["import sys\nprint('mind the gap', file=sys.stderr)"], name="01_warns.ipynb")
    assert "01_warns.ipynb, cell 1 of 1: mind the gap" in small_voila.log


def test_a_cell_without_end_is_stopped_and_the_rest_of_the_lesson_runs(render):
    _, _, page = render(["while True: pass", "print(6 * 7)"])
    assert rendering.TOO_LONG in page
    assert "42" in page


def test_a_cell_that_ignores_the_interrupt_loses_its_kernel(render, small_voila):
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    _, _, page = render([stubborn, ("md", "the prose after")], name="01_stubborn.ipynb")
    assert rendering.KERNEL_GONE in page
    assert "the prose after" in page
    assert (
        "01_stubborn.ipynb, cell 1 of 2" in small_voila.log
        and "ignores the interrupt; killing the kernel" in small_voila.log
    )
    servers.wait_until(lambda: small_voila.kernels() == 0, "its slot is not free")


def test_a_kernel_that_dies_leaves_the_prose(render):
    _, _, page = render(["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", ("md", "the prose after")])
    assert rendering.KERNEL_GONE in page
    assert "the prose after" in page


def test_an_error_the_lesson_expects_keeps_its_words_but_not_the_servers_paths(render):
    cell = new_code_cell("import json\njson.loads('{')", metadata={"tags": ["raises-exception"]})
    _, _, page = render(new_notebook(cells=[cell]))
    assert "JSONDecodeError: Expecting property name" in page
    assert "decoder.py" not in page


def test_a_template_is_compiled_once_unless_it_changes():
    cache, compiled = rendering.TemplateCache(), []

    class Counting(jinja2.Environment):
        def compile(self, source, *args, **kwargs):
            compiled.append(source)
            return super().compile(source, *args, **kwargs)

    def rendered(source):
        return Counting(loader=jinja2.DictLoader({"page": source}), bytecode_cache=cache).get_template("page").render()

    assert [rendered(source) for source in ("one", "one", "two")] == ["one", "one", "two"]
    assert compiled == ["one", "two"]


def test_the_page_is_named_by_its_first_heading():
    prose = new_markdown_cell("Intro\n# This one\n# Nor this")
    assert first_heading([new_code_cell("# not this"), prose]) == "This one"
    assert first_heading([]) is None
