"""DescentExplorer in a real page: a challenge is solved by slider and buttons, the ball is put elsewhere."""

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
