"""A lesson page as the keyboard alone reaches it: the stops of the Tab key, and the keys that each kind answers to."""

from tests.support.pages import wait_for_answers

# What has the focus: `kind` is "end" past the last stop; `widget` its widget's place among those of the page, or -1;
# `at_end` is true of a slider and of a list of choices at its last value.
STOP = """() => {
  const at = document.activeElement, root = at.closest(".wl");
  const options = at.localName === "select" ? [...at.options].filter((option) => !option.disabled) : [];
  return {
    kind: at === document.body ? "end" : at.getAttribute("role") ?? (at.matches("input, button") ? at.type : at.localName),
    name: at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent.trim().slice(0, 40),
    widget: [...document.querySelectorAll(".wl")].indexOf(root),
    is_question: Boolean(root?.matches(".wl-predict")),
    is_answered: Boolean(root?.matches("[data-answered]")),
    is_hidden: Boolean(at.closest(".answer:not(.open) > .behind")),
    cell: at.closest(".jp-Cell")?.id.replace("cell-id=", "") ?? "",
    waits_for: at.closest(".veil")?.closest(".answer").dataset.for.split(" ") ?? [],
    at_end: options.length ? options.at(-1).selected : at.type === "range" && at.value === at.max,
  };
}"""
KEYS = {
    **dict.fromkeys(("range", "slider", "radio", "application", "img"), "ArrowRight"),
    **{"number": "ArrowUp", "select": "ArrowDown", "checkbox": " ", "button": "Enter"},
}
BACK = {"ArrowRight": "ArrowLeft", "ArrowDown": "ArrowUp"}


def stops(page):
    """Presses Tab until the end of the page, and yields each stop."""
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["kind"] == "end":
            return
        yield stop


def use(page, stop):
    """Presses the key that this kind of stop answers to, if there is one; then Python has answered, too."""
    key = KEYS.get(stop["kind"])
    if key:
        page.keyboard.press(BACK.get(key, key) if stop["at_end"] else key)
        wait_for_answers(page)


def answer(page, stop):
    """Does what a question's stop is for: enters something that can be read, or commits to it."""
    if stop["kind"] == "radio":
        page.keyboard.press(" ")
    elif stop["kind"] == "text":
        page.keyboard.type("2")
    elif stop["kind"] == "submit":
        page.keyboard.press("Enter")
        root = f"document.querySelectorAll('.wl')[{stop['widget']}]"
        page.wait_for_function(f"{root}.matches('[data-answered]') && {root}.querySelector('.wl-outcome').textContent")
