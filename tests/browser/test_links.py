"""A link to what a widget shows leads another visitor to the same, and a bad one is answered in words."""

from playwright.sync_api import expect

from tests.browser.test_veils import lesson
from tests.support import servers
from tests.support.pages import open_lesson

STEPPERS = lesson(
    "import ipywidgets, widgets_lib as wl",
    ("md", "## Above"),
    "wl.IteratorTape()",
    "ipywidgets.VBox([wl.LoopStepper(), wl.LoopStepper(strategy='kij')])",
)


def test_a_copied_link_leads_to_the_widget_as_it_is_now(page, context, scratch_voila):
    servers.write_notebook(STEPPERS, scratch_voila.root / "links.ipynb")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_lesson(page, scratch_voila, "links.ipynb")
    second = page.locator(".wl-stepper").nth(1)
    second.get_by_role("radio", name="outer").check()
    expect(second.locator(".wl-code")).to_contain_text("for k in")
    second.get_by_role("button", name="Copy a link to this state").click()
    expect(page.locator("#told")).to_contain_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    there = context.new_page()
    open_lesson(there, scratch_voila, f"links.ipynb{link[link.index('#') :]}")
    first, second = (there.locator(".wl-stepper").nth(at) for at in (0, 1))
    expect(second.get_by_role("radio", name="outer")).to_be_checked()
    expect(first.get_by_role("radio", name="outer")).not_to_be_checked()
    expect(second).to_be_in_viewport()
    expect(there.locator("#told")).to_be_hidden()
    there.close()


def test_a_link_that_does_not_fit_is_answered_in_words(page, scratch_voila):
    servers.write_notebook(STEPPERS, scratch_voila.root / "links.ipynb")
    open_lesson(page, scratch_voila, "links.ipynb#state.1=gone:e30")
    expect(page.locator("#told")).to_contain_text("not in this lesson")
    page.locator("#told").get_by_role("button", name="OK").click()
    expect(page.locator("#told")).to_be_hidden()
    cell = page.locator(".jp-Cell[id]:has(.wl-tape)").get_attribute("id").removeprefix("cell-id=")
    with page.expect_navigation():  # a widget takes a state once
        page.evaluate(f"location.hash = `#state.1={cell}:${{btoa('{{\"gone\": 1}}').replace(/=+$/, '')}}`")
    expect(page.locator("#told")).to_contain_text("doesn’t fit the widget any more", timeout=60_000)
    expect(page.locator(".wl-tape .wl-error")).to_be_hidden()
