"""A lesson open in the app, kept for the tests that follow one another on its page."""

from contextlib import ExitStack

import pytest

from tests.support import servers
from tests.support.pages import USUAL_MEDIA, VIEWPORT, open_lesson, wait_for_answers, watch

# What shows of answers whose questions are open.
SEEN_TOO_EARLY = """() => [...document.querySelectorAll("#lesson .answer:not(.open) > .behind")].flatMap((behind) =>
  [behind, ...behind.querySelectorAll("*")].filter((each) => each.checkVisibility({ visibilityProperty: true })))
  .map(({ outerHTML }) => outerHTML)"""
# Nothing has the focus, and the Tab key begins at the first stop.
TOP = """() => {
  document.getElementById("forgotten").hidden = true;
  for (const more of document.querySelectorAll("#lesson details[open]")) more.open = false;
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  scrollTo(0, 0);
}"""


def one_process(lesson):
    """The mark of tests that use this lesson's page: they follow one another in one process."""
    return pytest.mark.xdist_group(lesson)


def in_both_hosts(lesson):
    """A test's parameters "app" and "notebook"."""
    return [pytest.param("app", marks=one_process(lesson)), "notebook"]


class LessonPage:
    """The page of one lesson at a time; another one that is asked for takes its place."""

    def __init__(self, browser, server):
        self.browser, self.server = browser, server
        self.name, self.page, self.problems = None, None, []
        self._open = ExitStack()

    def open(self, name, veiled=False, again=True):
        """The page of the lesson; it is run if it is not the one that is open.

        again: as after a first visit; else as the last test has left it.
        """
        if name != self.name:
            self.close()
            self._run(name)
        elif again:
            self._begin_again()
        switch = self.page.get_by_role("button", name="Show all")
        if switch.get_attribute("aria-pressed") == str(veiled).lower():
            switch.click()
            self.page.evaluate(TOP)
        return self.page

    def _run(self, name):
        self.name = name
        context = self.browser.new_context(viewport=VIEWPORT)
        self._open.callback(context.close)
        self.page = context.new_page()
        self.problems = self._open.enter_context(watch(self.page))
        open_lesson(self.page, self.server, name)
        assert self.page.evaluate(SEEN_TOO_EARLY) == []

    def _begin_again(self):
        self.page.set_viewport_size(VIEWPORT)
        self.page.emulate_media(**USUAL_MEDIA)
        self.page.mouse.move(0, 0)
        self.page.get_by_role("button", name="Forget my progress").click()
        wait_for_answers(self.page)
        self.page.evaluate(TOP)

    def check(self):
        """Fails for what the page has said and asked for since the last check, as `watch` has noted it."""
        problems, self.problems[:] = "\n".join(self.problems), []
        assert not problems, problems

    def close(self):
        """Leaves the page, and waits until its kernel has been given back."""
        if self.page:
            before = self.server.kernels()
            assert before, f"the kernel of {self.name} has ended by itself:\n{self.server.log[-3000:]}"
            with self._open:  # until the server has heard: what a page still has to send may go with its context
                self.page.goto("about:blank")  # what a lesson says as it is left counts too
                self.name = self.page = None
                servers.wait_until(
                    lambda: self.server.kernels() < before,
                    lambda: f"{self.server.kernels()} of {before} kernels are left:\n{self.server.log[-3000:]}",
                )
            self.check()
