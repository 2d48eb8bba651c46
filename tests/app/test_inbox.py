"""What of a page's messages reaches its kernel, in which order, and how many of them at most."""

import json

import pytest

from tests.support.visitors import packed
from widgets_lib.app.inbox import LOST_S, MAX_SAME, MAX_WAITING, UNDER_WAY, Inbox
from widgets_lib.app.page_messages import CONTROL_TARGET, MAX_CONTROL, Gatekeeper, read_message

ALLOWED = ["comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request", "shutdown_request"]
HEADER = {"msg_id": "1", "msg_type": "comm_msg", "session": "s", "username": "", "version": "5.3"}


def message(content, kind="comm_msg", msg_id="1", channel="shell", v1=True, **header):
    parts = [HEADER | {"msg_id": msg_id, "msg_type": kind} | header, {}, {}, content]
    if v1:
        return read_message(packed([channel.encode(), *(json.dumps(part).encode() for part in parts)]), v1=True)
    names = ("header", "parent_header", "metadata", "content")
    return read_message(json.dumps({"channel": channel, **dict(zip(names, parts, strict=True))}), v1=False)


def comm_msg(comm, msg_id, **data):
    return message({"comm_id": comm, "data": data}, msg_id=msg_id)


class Kernel:
    """One that answers when it is told to."""

    def __init__(self):
        self.got, self.skipped, self.count, self.is_idle = [], [], 0, False
        self.inbox = Inbox(lambda: self.is_idle)

    def put(self, comm, label, there=True, **data):
        """Puts a message; `label` is what `got` and `skipped` hold then. Two may have the same id, labels differ."""
        self.count += 1

        def send():
            if there:
                self.got.append(label)
            return there

        return self.inbox.put(comm_msg(comm, label, **data), send, lambda: self.skipped.append(label))

    def set(self, comm, label, **state):
        return self.put(comm, label, method="update", state=state)

    def ask(self, comm, label, **content):
        return self.put(comm, label, method="custom", content=content)

    def answer_all(self):
        for label in self.got:  # grows meanwhile
            self.inbox.answered(label)


def test_of_two_thousand_settings_three_are_computed_and_the_last_stands():
    kernel = Kernel()
    for n in range(2000):
        assert kernel.set("slider", f"n={n}", n=n)
    kernel.answer_all()
    assert kernel.got == ["n=0", "n=1", "n=1999"]
    assert kernel.skipped == [f"n={n}" for n in range(2, 1999)]


def test_settings_of_other_traits_and_other_widgets_all_come():
    kernel = Kernel()
    for label in ("busy", "next"):
        kernel.ask("other", label, step=True)
    kernel.set("a", "x=1", x=1)
    kernel.set("a", "y=1", y=1)
    kernel.set("b", "x of b", x=1)
    kernel.set("a", "x=2", x=2)
    kernel.set("a", "x=3,z=3", x=3, z=3)
    kernel.set("a", "x=4", x=4)  # does not tell what z is, so the one before stays
    kernel.answer_all()
    assert kernel.got == ["busy", "next", "y=1", "x of b", "x=3,z=3", "x=4"]


def test_what_is_asked_for_comes_in_its_place_and_finds_the_settings_before_it():
    kernel = Kernel()
    for label in ("busy", "next"):
        kernel.ask("other", label, step=True)
    kernel.set("slider", "n=1", n=1)
    kernel.set("slider", "n=2", n=2)
    kernel.ask("button", "press", event="click")
    kernel.set("slider", "n=3", n=3)
    kernel.set("slider", "n=4", n=4)
    kernel.answer_all()
    assert kernel.got == ["busy", "next", "n=2", "press", "n=4"]


def test_as_many_presses_of_a_button_wait_as_a_hand_makes_and_the_rest_is_told():
    kernel = Kernel()
    taken = [kernel.ask("widget", f"step {n}", step=True) for n in range(400)]
    assert taken == [True] * (UNDER_WAY + MAX_SAME) + [False] * (400 - UNDER_WAY - MAX_SAME)
    assert kernel.ask("widget", "restart", restart=True)  # of another kind
    assert kernel.inbox.take_left_out() == {}  # the kernel is not done yet
    kernel.answer_all()
    assert len(kernel.got) == UNDER_WAY + MAX_SAME + 1 and kernel.got[-1] == "restart"
    assert kernel.inbox.take_left_out() == {"widget": 400 - UNDER_WAY - MAX_SAME}
    assert kernel.inbox.take_left_out() == {}
    assert len(kernel.got) + len(kernel.skipped) == kernel.count


def test_the_last_setting_stands_also_between_more_presses_than_wait():
    kernel = Kernel()
    for n in range(300):
        assert kernel.set("widget", f"n={n}", n=n)
        kernel.ask("widget", f"step {n}", step=True)
    kernel.answer_all()
    assert [label for label in kernel.got if label.startswith("n=")][-1] == "n=299"
    assert len(kernel.got) <= UNDER_WAY + 2 * MAX_SAME


@pytest.mark.parametrize("size", [1, 100_000])
def test_what_waits_in_all_is_limited_in_number_and_in_bytes(size):
    kernel = Kernel()
    for n in range(MAX_WAITING + 100):
        kernel.ask(f"widget {n}", f"step {n}", step="x" * size)
    waiting = MAX_WAITING if size == 1 else 8 * 2**20 // 100_000
    assert len(kernel.skipped) >= MAX_WAITING + 100 - UNDER_WAY - waiting
    assert len(kernel.inbox._left_out) <= 100


def test_the_states_are_sent_once_to_those_who_ask_several_times():
    kernel = Kernel()
    for n in range(10):
        kernel.put("control", f"ask {n}", method="request_states")
    kernel.answer_all()
    assert kernel.got == ["ask 0", "ask 1", "ask 2"] and len(kernel.skipped) == 7


def test_two_messages_with_one_id_are_two():
    kernel = Kernel()
    for _ in range(2 * UNDER_WAY):
        kernel.ask("widget", "same", step=True)
    assert kernel.got == ["same"] * UNDER_WAY
    kernel.inbox.answered("same")
    assert kernel.got == ["same"] * (UNDER_WAY + 1)


def test_an_answer_that_is_lost_holds_nothing_up_once_the_kernel_is_idle(monkeypatch):
    kernel = Kernel()
    for label in "abcd":
        kernel.ask("widget", label, step=True)
    monkeypatch.setattr("widgets_lib.app.inbox.monotonic", lambda: kernel.inbox._last_sent + LOST_S + 0.1)
    kernel.set("widget", "n=1", n=1)
    assert kernel.got == ["a", "b"]  # it may still compute
    kernel.is_idle = True
    kernel.set("widget", "n=2", n=2)
    kernel.answer_all()
    assert kernel.got == ["a", "b", "c", "d", "n=2"]


def test_messages_of_a_page_that_has_gone_take_no_place():
    kernel = Kernel()
    kernel.set("widget", "busy", n=0)
    for label in ("gone 1", "gone 2", "gone 3"):
        kernel.put("widget", label, there=False, method="custom", content={"step": True})
    kernel.set("widget", "here", n=1)
    kernel.answer_all()
    assert kernel.got == ["busy", "here"]


# ---- what a page may send at all ----


def deep(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("v1", [True, False])
@pytest.mark.parametrize(
    "content",
    [
        {"comm_id": "a", "data": {"method": "update", "state": {"x": deep(200)}}},
        {"comm_id": "a", "data": {"method": "update", "state": [1]}},
        {"comm_id": "a", "data": {"method": "update"}},
        {"comm_id": "a" * 200, "data": {}},
        {"comm_id": 3, "data": {}},
        {"comm_id": "a", "data": {"method": "m" * 200}},
        {"comm_id": "a", "data": {"method": None}},
        {"comm_id": "a", "target_name": {}},
        [],
        3,
    ],
)
def test_nonsense_is_none_of_a_pages_messages(content, v1):
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        message(content, v1=v1)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, "{", '"'])
def test_what_a_parser_fails_at_is_refused(text):
    parts = [json.dumps(HEADER), "{}", "{}", text]
    with pytest.raises(ValueError):
        read_message(packed([b"shell", *(part.encode() for part in parts)]), v1=True)


@pytest.mark.parametrize("header", [{"msg_id": 3}, {"msg_id": "1" * 200}, {"subshell_id": "x"}, {"kind": "e" * 200}])
def test_a_header_that_no_page_of_ours_writes_is_refused(header):
    with pytest.raises(ValueError):
        message({"comm_id": "a", "data": {}}, **header)


def refusal(gatekeeper, kind, channel="shell", **content):
    return gatekeeper.refusal(message(content, kind, channel=channel))


def test_a_page_makes_no_widgets_and_ends_none():
    keeper = Gatekeeper(ALLOWED)
    assert "widget" in refusal(keeper, "comm_open", comm_id="a", target_name="jupyter.widget", data={"state": {}})
    assert refusal(keeper, "comm_open", comm_id="a", target_name="another")
    assert refusal(keeper, "comm_close", comm_id="the model of a widget", data={})
    assert not refusal(keeper, "comm_open", comm_id="a", target_name=CONTROL_TARGET, data={})
    assert not refusal(keeper, "comm_close", comm_id="a", data={})
    assert refusal(keeper, "comm_close", comm_id="a", data={})


def test_a_page_asks_for_all_states_as_often_as_it_ends_its_requests():
    keeper = Gatekeeper(ALLOWED)
    for n in range(3 * MAX_CONTROL):
        assert not refusal(keeper, "comm_open", comm_id=str(n), target_name=CONTROL_TARGET, data={})
        assert not refusal(keeper, "comm_close", comm_id=str(n), data={})
    opened = [not refusal(keeper, "comm_open", comm_id=str(n), target_name=CONTROL_TARGET) for n in range(100)]
    assert sum(opened) == MAX_CONTROL


@pytest.mark.parametrize(
    ("kind", "channel", "data"),
    [
        ("execute_request", "shell", {}),
        ("comm_msg", "control", {"method": "update", "state": {}}),
        ("kernel_info_request", "control", {}),
        ("comm_msg", "shell", {"method": "request_all"}),
        ("comm_msg", "shell", {}),
        ("comm_msg", "shell", ["update"]),
    ],
)
def test_what_is_none_of_a_pages_business_is_refused(kind, channel, data):
    assert refusal(Gatekeeper(ALLOWED), kind, channel, comm_id="a", data=data)


@pytest.mark.parametrize("kind", ["kernel_info_request", "comm_info_request"])
def test_what_pages_ask_for_passes(kind):
    assert not refusal(Gatekeeper(ALLOWED), kind)
    assert not refusal(Gatekeeper(ALLOWED), "shutdown_request", "control")
    assert not refusal(Gatekeeper(ALLOWED), "comm_msg", comm_id="a", data={"method": "update", "state": {"x": 1}})
    assert not refusal(Gatekeeper(ALLOWED), "comm_msg", comm_id="a", data={"method": "custom", "content": {"step": 1}})
    assert not refusal(Gatekeeper(ALLOWED), "comm_msg", comm_id="a", data={"method": "request_state"})
