"""StrideExplorer in Voila: everything linked both ways, by pointer and by keyboard, and one write seen everywhere."""

import re

import pytest
from playwright.sync_api import expect

OPEN = "import widgets_lib as wl\nimport torch\nimport numpy as np"


@pytest.fixture
def explorer(voila_page):
    """explorer("x") -> the page and the widget of wl.StrideExplorer(x)."""

    def explorer(x="", *more):
        page = voila_page([f"{OPEN}\nwl.StrideExplorer({x})", *more])
        expect(page.locator(".wl-strides svg .wl-on").first).to_be_visible()
        return page, page.locator(".wl-strides").first

    return explorer


def lit(widget, name="on"):
    """The numbers of the elements, and the positions of the cells, that are lit."""
    both = widget.locator(f".wl-{name}").evaluate_all("all => all.map(({ dataset }) => [dataset.e ?? null, dataset.p])")
    return sorted(int(e) for e, _ in both if e is not None), sorted(int(p) for e, p in both if e is None)


def texts(widget, layer="e"):
    """What the elements, or with "p" the cells, say, in their order."""
    number, text = "Number(one.dataset[name])", "one.querySelector('text:last-of-type').textContent"
    found = widget.locator(f"[data-{layer}]").evaluate_all(f"(all, name) => all.map(one => [{number}, {text}])", layer)
    return [text for _, text in sorted(found)]


def test_pointing_links_the_view_and_the_storage_both_ways(explorer):
    page, widget = explorer()
    assert lit(widget) == ([5], [2])
    widget.locator("[data-e='3']").hover()
    assert lit(widget) == ([3], [0])
    assert lit(widget, "related") == ([0, 6], [])
    expect(widget.locator(".wl-equation")).to_contain_text("position")
    widget.locator("[data-p='1']").hover()
    assert lit(widget) == ([1, 4, 7], [1])
    expect(widget.locator(".wl-equation")).to_contain_text("x[2, 1]")
    page.mouse.move(0, 0)
    assert lit(widget) == ([5], [2])


def test_a_dial_turns_the_view_and_an_illegal_one_is_explained(explorer):
    _, widget = explorer()
    stride = widget.get_by_label("stride of axis 0", exact=True)
    stride.press("ArrowUp")
    expect(widget.locator(".wl-caption")).to_contain_text("Element (1, 2) reads position 3, 1 past the end")
    assert texts(widget) == ["10", "20", "30", "20", "30", "?", "30", "?", "?"]
    expect(stride).to_be_focused()
    widget.get_by_label("shape of axis 0, one less").click()
    widget.get_by_label("shape of axis 1, one less").click()
    expect(widget.locator(".wl-facts")).to_contain_text("torch.as_strided(x, (2, 2), (1, 1), 0)")
    expect(widget.locator(".wl-caption")).to_contain_text("elements share cells")
    widget.get_by_role("button", name="Start again").click()
    expect(widget.locator("[data-e]")).to_have_count(9)
    expect(widget.get_by_label("stride of axis 0", exact=True)).to_have_value("0")


def test_the_moves_of_the_lesson(explorer):
    _, widget = explorer("torch.arange(1., 7.).view(2, 3)")
    widget.get_by_text("more", exact=True).click()
    widget.get_by_role("button", name="x.t()").click()
    assert texts(widget) == ["1", "4", "2", "5", "3", "6"]
    expect(widget.locator(".wl-facts")).to_contain_text("x.t()")
    widget.get_by_role("button", name="x.t().contiguous()", exact=True).click()
    expect(widget.locator(".wl-facts")).to_contain_text("x.t().contiguous()")
    assert texts(widget, "p") == ["1", "4", "2", "5", "3", "6"]
    widget.get_by_role("button", name="view[:, None]").click()
    expect(widget.locator("[data-e]")).to_have_count(6)
    expect(widget.get_by_label("shape of axis 2", exact=True)).to_have_value("2")


def test_one_write_is_seen_in_every_element_and_not_in_the_learners_own(explorer):
    page, widget = explorer()
    widget.locator("[data-p='1']").click()
    field = widget.get_by_label("new number for storage cell 1")
    expect(field).to_be_focused()
    field.fill("99")
    field.press("Enter")
    expect(widget.locator(".wl-caption")).to_contain_text(
        "one write, 3 elements changed. Your own tensor stays as it was"
    )
    assert texts(widget) == ["10", "99", "30"] * 3
    expect(widget.locator("[data-p='1']")).to_be_focused()
    page.keyboard.type("abc1")  # letters do not open the field, a digit does
    field = widget.get_by_label("new number for storage cell 1")
    field.fill("abc")
    field.press("Enter")
    expect(widget.get_by_role("alert")).to_contain_text("“abc” can’t be read as a number")
    assert texts(widget) == ["10", "99", "30"] * 3


def test_the_keyboard_does_it_all(explorer):
    page, widget = explorer("torch.arange(24).view(2, 3, 4)")
    widget.get_by_label("shape of axis 0", exact=True).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(widget.locator("[data-e]:focus")).to_have_attribute("aria-label", re.compile(r"^x\[1, 1, 2\] = 18"))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(widget.locator("[data-e='1']")).to_be_focused()
    assert lit(widget) == ([1], [1])
    page.keyboard.press("Tab")
    expect(widget.locator("[data-p='1']")).to_be_focused()
    page.keyboard.press("End")
    expect(widget.locator("[data-p='23']")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("-5")
    page.keyboard.press("Enter")
    expect(widget.locator("[data-e='23']")).to_contain_text("−5")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_at_phone_and_projector_width(explorer, scheme):
    page, widget = explorer("np.arange(12.).reshape(3, 4)[::-1]")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in (360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        expect(widget.locator("[data-p]")).to_have_count(12)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    columns = "new Set([...document.querySelectorAll('[data-p]')].map((n) => n.getBoundingClientRect().top)).size"
    page.wait_for_function(f"{columns} === 1")
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_function(f"{columns} > 1")  # the storage is wrapped to the width there is


def test_what_has_no_strides_is_refused_with_its_remedy(voila_page):
    code = "try:\n    wl.StrideExplorer(torch.eye(3).to_sparse())\nexcept TypeError as error:\n    print(error)"
    page = voila_page([OPEN, code])
    expect(page.get_by_text("make it dense first, x.to_dense()")).to_be_visible()
