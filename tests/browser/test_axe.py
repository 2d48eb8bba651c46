"""Accessibility: axe-core finds nothing on any page, in either theme; test_lessons.py asks it of the lessons."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.test_veils import ASK, lesson
from tests.support import servers
from tests.support.pages import READY, open_lesson

AXE = Path(servers.ROOT, "node_modules/axe-core/axe.min.js")
EVERYTHING = """() => axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(
    ({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target}: ${failureSummary}`)))"""


def violations(page):
    """What axe-core objects to on the page in light and in dark, one line each."""
    page.evaluate(AXE.read_text("utf-8"))
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        found += [f"{theme}: {each}" for each in page.evaluate(EVERYTHING)]
    return "\n".join(found)


def test_a_lesson_whose_answers_wait(voila_page):
    page = voila_page(lesson(("md", "# A question"), ASK.format(answer=3), "print('it is three')"))
    expect(page.locator(".veil").first).to_be_visible()
    assert violations(page) == ""


def test_the_home_and_a_page_that_is_not_there(page, voila):
    page.goto(voila.url)
    assert violations(page) == ""
    page.goto(f"{voila.url}voila/render/nothing.ipynb")
    assert violations(page) == ""


def test_a_full_class_and_a_lesson_gone_wrong(page, context, logs, tmp_path):
    servers.write_notebook([("md", "# One\n\n## Two"), "1/0"], tmp_path / "wrong.ipynb")
    with servers.voila(tmp_path, logs, "--LessonKernelManager.max_kernels=1") as server:
        open_lesson(page, server, "wrong.ipynb")
        page.evaluate("warn('A warning', { reload: true })")
        assert violations(page) == ""
        other = context.new_page()
        assert other.goto(f"{server.url}voila/render/wrong.ipynb").status == 503
        assert violations(other) == ""
        assert page.evaluate(READY)
        page.goto("about:blank")
