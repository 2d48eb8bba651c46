"""The limits of kernels, as visitors and programs see them."""

from concurrent.futures import ThreadPoolExecutor

import servers
from visitors import Visitor
from widgets_lib.app import cells


def test_one_visitor_too_many_is_told_that_the_class_is_full(render, small_voila):
    for _ in range(2):
        assert render(["1"])[0] == 200
    status, headers, page = render(["1"])
    assert status == 503
    assert headers["Retry-After"] == "60"
    assert "The class is full" in page
    assert small_voila.kernels() == 2


def test_a_closed_tab_makes_room(render, small_voila):
    pages = [render(["1"])[2] for _ in range(2)]
    assert render(["1"])[0] == 503
    small_voila.close_tab(pages[0])
    assert render(["1"])[0] == 200


def test_visitors_who_come_at_once_cannot_pass_the_cap(small_voila):
    servers.write_notebook(["1"], small_voila.root / "rush.ipynb")
    with ThreadPoolExecutor(6) as rush:
        visitors = list(rush.map(lambda _: Visitor(small_voila, "rush.ipynb"), range(6)))
    assert sorted(visitor.status for visitor in visitors) == [200] * 2 + [503] * 4
    for visitor in visitors:
        visitor.leave()


def test_a_kernel_has_one_thread_and_limited_memory_and_hands_both_limits_on(render):
    child = "print(os.environ['OMP_NUM_THREADS'], resource.getrlimit(resource.RLIMIT_DATA))"
    _, _, page = render(
        [
            f"import os, resource, sys\n{child}",
            f"import subprocess\nprint(subprocess.check_output([sys.executable, '-c', '''import os, resource\n{child}''']))",
        ]
    )
    assert page.count(f"1 ({2048 * 1024**2}, {2048 * 1024**2})") == 2


def test_a_cell_that_asks_for_too_much_memory_fails_alone(render):
    _, _, page = render(["import numpy as np\nnp.ones(2**29)", "print(6 * 7)"])  # 4 GiB
    assert cells.FAILED in page and "42" in page
    assert "MemoryError" not in page


def test_a_variable_that_the_host_has_set_is_left_as_it_is(pooled_voila):
    cell = "import os\nprint(os.environ['OMP_NUM_THREADS'], os.environ['MKL_NUM_THREADS'])"
    servers.write_notebook([cell], pooled_voila.root / "a.ipynb")
    with Visitor(pooled_voila, "a.ipynb") as visitor:
        assert "3 2" in visitor.page


def test_an_endless_callback_is_interrupted_and_the_widget_lives_on(visit, small_voila):
    visitor = visit(
        [
            "from ipywidgets import IntSlider\nslider = IntSlider()\n"
            "def compute(change):\n    while change.new == 1: pass\n    slider.description = f'got {change.new}'\n"
            "slider.observe(compute, 'value')\nslider"
        ]
    )
    slider = visitor.model("IntSliderModel")
    visitor.until_idle(visitor.move(slider, value=1))
    assert "got 2" in str(visitor.until_idle(visitor.move(slider, value=2)))
    assert "a callback took more than 1 s and was interrupted" in small_voila.log


def test_a_callback_that_ignores_the_interrupt_loses_its_kernel(visit, small_voila):
    visitor = visit(
        [
            "from ipywidgets import IntSlider\nimport signal\nslider = IntSlider()\n"
            "def compute(change):\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass\n"
            "slider.observe(compute, 'value')\nslider"
        ]
    )
    visitor.move(visitor.model("IntSliderModel"), value=1)
    gone = f"api/kernels/{visitor.kernel}"  # what the page asks; it then says that Python has stopped
    servers.wait_until(lambda: small_voila.get(gone)[0] == 404, "the kernel runs for ever")
