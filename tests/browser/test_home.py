"""The course home in a real browser."""

import re

from playwright.sync_api import expect


def test_a_visitor_comes_to_a_lesson_by_keyboard_and_takes_the_theme_along(clean_page, voila):
    page = clean_page
    page.emulate_media(color_scheme="light")
    page.goto(voila.url)
    picture = page.locator(".card", has_text="Broadcasting").get_by_role("img")
    expect(picture).to_have_attribute("src", re.compile("04_broadcasting-light.png"))
    expect(picture).to_have_attribute("alt", re.compile(".{30,}"))
    page.get_by_role("combobox", name="Theme").select_option("dark")
    expect(picture).to_have_attribute("src", re.compile("04_broadcasting-dark.png"))
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 704

    page.get_by_role("combobox", name="Theme").press("p")  # in a list of choices a letter chooses
    expect(page.locator("html")).to_have_attribute("data-projector", "off")
    lesson = page.get_by_role("link", name="Broadcasting", exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if lesson.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/04_broadcasting.ipynb", wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(voila.url)
    switch = page.get_by_role("button", name="Projector")
    for step, pressed in (("1", "true"), ("2", "true"), ("off", "false"), ("1", "true")):
        page.keyboard.press("p")
        expect(page.locator("html")).to_have_attribute("data-projector", step)
        expect(switch).to_have_attribute("aria-pressed", pressed)


def test_the_home_fits_a_phone_and_a_projector(clean_page, voila):
    page = clean_page
    for width, projector in ((360, "off"), (320, "off"), (1920, "1"), (1920, "2")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(voila.url)
        if projector != "off":
            page.keyboard.press("p")  # the step before it is kept
        expect(page.locator("html")).to_have_attribute("data-projector", projector)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_role("heading", level=3)).to_have_count(8)


def test_an_address_that_leads_nowhere_says_so(page, voila):
    for path in ("nothing-here", "voila/render/nothing.ipynb", "voila/tree/nothing"):
        assert page.goto(voila.url + path).status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
        expect(page.get_by_role("link", name="All lessons")).to_have_attribute("href", "/")
