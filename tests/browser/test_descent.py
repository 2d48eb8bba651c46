"""DescentExplorer in a real page: a challenge is solved by slider and buttons, the ball is put elsewhere and dragged."""

from playwright.sync_api import expect


def test_a_challenge_is_solved_and_the_ball_put_elsewhere(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.DescentExplorer(challenge='swing')"])
    widget = page.locator(".wl-descent")
    caption, ball = widget.locator(".wl-caption"), widget.locator(".wl-ball")
    rate = widget.get_by_role("slider", name="learning rate")
    for _ in range(7):  # 0.5 to 2.5
        rate.press("ArrowRight")
    widget.get_by_role("button", name="10 steps").press("Enter")
    expect(caption).to_contain_text("It swings: 2.5 is above 2/λ")
    expect(widget.locator(".wl-challenge")).to_contain_text("Solved")
    ball.press("ArrowLeft")
    expect(caption).to_contain_text("At the start")
    widget.locator(".wl-frame").click(position={"x": 30, "y": 30})
    expect(caption).to_contain_text("At the start: b = −8")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")


def middle_of(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_ball_goes_along_with_the_pointer_without_delay_and_escape_puts_it_back(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.DescentExplorer('plane')"])
    widget = page.locator(".wl-descent")
    caption, ball, step = (
        widget.locator(".wl-caption"),
        widget.locator(".wl-ball"),
        widget.get_by_role("button", name="Step", exact=True),
    )
    step.click()
    expect(caption).to_contain_text("After 1 step")
    ball.evaluate("ball => Promise.all(ball.getAnimations().map(({ finished }) => finished))")  # it glides to its place
    x, y = middle_of(ball)
    page.mouse.move(x, y)
    page.mouse.down()
    for part in range(1, 11):
        page.mouse.move(x + 12 * part, y + 6 * part)
    expect(caption).to_contain_text("At the start")
    assert "left" not in ball.evaluate("ball => getComputedStyle(ball).transitionProperty")
    page.wait_for_function("([x, y]) => document.elementFromPoint(x, y).matches('.wl-ball')", arg=[x + 120, y + 60])
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(caption).to_contain_text("After 1 step")
    assert widget.locator(".wl-chart").evaluate("chart => getComputedStyle(chart).touchAction") == "none"
