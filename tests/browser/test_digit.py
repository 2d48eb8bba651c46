"""DigitViewer in a real page: pixel and strip linked both ways, by pointer and by keyboard; pictures chosen; phone."""

import pytest
from playwright.sync_api import expect

CELLS = [
    "import widgets_lib as wl\nfrom widgets_lib.compute import mnist\ndigits = mnist.load()",
    "wl.DigitViewer(digits.x_train, labels=digits.y_train)",
]


@pytest.fixture
def digit(voila_page):
    digit = voila_page(CELLS).locator(".wl-digit")
    expect(digit.locator(".wl-caption")).to_contain_text("flat[575] are the same number, 0.98828125.")
    return digit


def test_pointing_links_picture_and_strip_both_ways(digit):
    page, caption = digit.page, digit.locator(".wl-caption")
    digit.locator("[data-p='203']").hover()
    expect(caption).to_have_text("Row 7, column 7: image[7][7] and flat[203] are the same number, 0.19140625.")
    expect(digit.locator(".wl-place")).to_have_text("203")
    strip = digit.locator(".wl-row svg")
    strip.hover(position={"x": strip.bounding_box()["width"] * 205.5 / 784, "y": 10})
    expect(caption).to_contain_text("flat[205] are the same number, 0.98828125")
    lit, pixel = (digit.locator(name).bounding_box() for name in (".wl-pixel", "[data-p='205']"))
    assert abs(lit["x"] + lit["width"] / 2 - pixel["x"] - pixel["width"] / 2) < 1
    page.mouse.move(0, 0)
    expect(caption).to_contain_text("flat[575]")
    digit.locator("[data-p='203']").click()
    page.mouse.move(0, 0)
    expect(caption).to_contain_text("flat[203]")
    digit.get_by_role("button", name="Start again").click()
    expect(caption).to_contain_text("flat[575]")


def test_the_keyboard_does_it_all(digit):
    page, caption = digit.page, digit.locator(".wl-caption")
    digit.get_by_role("button", name="next picture").press("Enter")
    expect(digit.locator(".wl-facts").last).to_contain_text("label0")
    number = digit.get_by_label("number of the picture")
    for text, message in (
        ("60000", "there is no picture 60000: they go from 0 to 49999"),
        ("1.5", "there is no picture '1.5': they go from 0 to 49999, in whole numbers"),
        ("", "No number was typed: they go from 0 to 49999"),
    ):
        number.fill(text)
        number.press("Enter")
        expect(digit.get_by_role("alert")).to_contain_text(message)
        expect(number).to_have_value("1")
    digit.get_by_role("application").press("ArrowUp")
    expect(digit.get_by_role("alert")).to_be_hidden()
    digit.get_by_role("application").press("ArrowDown")
    number.fill("0")
    number.press("Enter")
    expect(digit.locator(".wl-facts").last).to_contain_text("label5")
    digit.get_by_label("numbers in the cells").press("Space")
    expect(digit.locator(".wl-numbers text").nth(575)).to_have_text("98")
    number.focus()
    for _ in range(2):  # back over the flat row
        page.keyboard.press("Shift+Tab")
    for key in ("ArrowUp", "ArrowRight", "Home"):
        page.keyboard.press(key)
    expect(caption).to_contain_text("Row 19, column 0:")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(caption).to_contain_text("Row 18, column 27:")


def test_fits_a_phone_where_numbers_stand_in_a_close_up(digit):
    page = digit.page
    page.set_viewport_size({"width": 360, "height": 800})
    digit.get_by_label("numbers in the cells").check()
    expect(digit.locator(".wl-close .wl-on")).to_have_text("98")
    expect(digit.locator(".wl-numbers text")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for part in (".wl-bitmap", ".wl-close svg", ".wl-strip"):
        box = digit.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
