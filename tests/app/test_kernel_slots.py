"""Which kernels may be started, and which must go."""

import asyncio

import pytest
from tornado.web import HTTPError

from widgets_lib.app.kernel_slots import KernelSlots


class Preheated:
    evicted = False

    def evict(self):
        self.evicted = True


def test_visitors_take_the_slots_of_preheated_lessons_the_newest_first():
    slots = KernelSlots(max_kernels=3)
    slots.preheated |= {"old": Preheated(), "new": Preheated()}
    newest = slots.preheated["new"]
    slots.acquire_slot("a")
    assert slots.evict_preheated() == [] and not slots.has_free()
    slots.acquire_slot("b")
    assert slots.evict_preheated() == ["new"] and newest.evicted
    slots.acquire_slot("c")
    assert slots.evict_preheated() == ["old"]
    with pytest.raises(HTTPError, match="503"):
        slots.acquire_slot("d")
    assert list(slots.visits) == ["a", "b", "c"]


def test_a_visitor_may_hold_only_some_of_them_and_a_lost_page_does_not_count():
    slots = KernelSlots(max_kernels=9, max_kernels_per_visitor=2)
    for kernel in "ab":
        slots.acquire_slot(kernel, visitor="x")
    slots.acquire_slot("c", visitor="y")
    for kernel in "de":
        slots.acquire_slot(kernel)  # a client without a name
    with pytest.raises(HTTPError, match="429") as refused:
        slots.acquire_slot("f", visitor="x")
    assert refused.value.log_message % refused.value.args == "You have 2 lessons open"
    slots.page_is_ready("a")
    slots.visits["a"].connected = True  # and no connection now
    slots.acquire_slot("f", visitor="x")


def test_a_freed_slot_wakes_the_pool_and_cancels_the_timeout():
    async def run():
        slots = KernelSlots(max_kernels=1)
        slots.acquire_slot("a")
        assert not slots.is_idle()
        handle = slots.visits["a"].timeout_handle = asyncio.get_running_loop().call_later(60, print)
        slots.page_is_ready("a")
        assert slots.is_idle() and slots.changed.is_set()
        slots.changed.clear()
        slots.release("a")
        assert handle.cancelled() and slots.has_free() and slots.changed.is_set()
        slots.release("a")  # again, as when a kernel dies while it is being stopped

    asyncio.run(run())
