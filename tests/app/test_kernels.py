"""The cap on kernels, as visitors and programs see it."""

from threading import Barrier, Thread


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


def test_visitors_who_come_at_once_cannot_pass_the_cap(render, small_voila):
    statuses, start = [], Barrier(6)

    def visit():
        start.wait()
        statuses.append(render(["1"])[0])

    visitors = [Thread(target=visit) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert sorted(statuses) == [200] * 2 + [503] * 4
