"""StrideExplorer: the picture is the memory torch and numpy really read, and the learner's own numbers stay as they are."""

import json

import numpy as np
import pytest
import torch

import widgets_lib as wl


def c():
    return torch.tensor([10.0, 20.0, 30.0])


def m(rows=3, cols=3):
    return torch.arange(1.0, rows * cols + 1).view(rows, cols)


def send(widget, **content):
    """What the view sends; what it gets back."""
    answers = []
    widget.send = lambda content, buffers=None: answers.append(content)
    widget._handle_custom_msg({"number": 7, **content}, [])
    assert answers == [{"done": 7}]


def drawn(picture):
    """The view as it is drawn: for each element shown, the text of the cell it reads."""
    texts = dict(zip(picture["cells"], picture["texts"], strict=True))
    return np.array([texts[position] for position in picture["positions"]]).reshape(picture["shown"])


def exact(picture):
    exact = dict(zip(picture["cells"], picture["exact"], strict=True))
    return [exact[position] for position in picture["positions"]]


def test_it_opens_on_one_row_seen_three_times():
    widget = wl.StrideExplorer()
    assert (widget.shape, widget.stride, widget.storage_offset) == ((3, 3), (0, 1), 0)
    assert drawn(widget.picture).tolist() == [["10", "20", "30"]] * 3
    assert widget.picture["ghosts"] == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert widget.picture["cells"] == [0, 1, 2]
    assert "It looks like 12 bytes × 3 = 36 bytes, but only 12 are allocated" in widget.picture["message"]


def test_only_what_looks_like_more_is_only_partly_allocated():
    messages = [wl.StrideExplorer(x).picture["message"] for x in (m(2, 3), m(2, 3)[:1], np.zeros(1, np.int8))]
    assert [message.partition(":")[0] for message in messages] == [
        "It looks like 24 bytes, and 24 are allocated",
        "It looks like 12 bytes, and 24 are allocated",
        "It looks like 1 byte, and 1 is allocated",
    ]


def test_without_torch_the_same_is_shown_of_an_array(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    widget = wl.StrideExplorer()
    assert widget.moves[0]["code"] == "np.broadcast_to(x, (3, 3, 3))"
    assert widget.picture["looks"]["text"] == "12 bytes × 3 = 36 bytes"


X = {
    "slices": m(4, 5)[1:, ::2],
    "cube": torch.arange(24).view(2, 3, 4).transpose(0, 2),
    "four axes": torch.arange(48).view(2, 2, 3, 4)[:, 1:],
    "0-d": torch.tensor(7.5),
    "flipped": np.arange(12.0).reshape(3, 4)[::-1, ::-2],
    "bool": torch.tensor([True, False]),
    "bytes": np.arange(6, dtype=np.uint8)[1::2],
    "bfloat16": torch.tensor([1.5, 0.1], dtype=torch.bfloat16),
    "complex": np.array([1 + 2j, 3.25 - 4j]),
    "text": np.array(["one", "three"]),
    "not finite": torch.tensor([float("nan"), float("inf"), -float("inf")]),
}


@pytest.mark.parametrize("x", X.values(), ids=X)
def test_every_number_drawn_is_the_one_x_holds(x):
    picture = wl.StrideExplorer(x).picture
    assert (tuple(picture["shape"]), tuple(picture["shown"])) == (tuple(x.shape), tuple(x.shape))
    values = x.to(torch.float32).numpy() if x is X["bfloat16"] else np.asarray(x)
    assert exact(picture) == [str(value).strip("()").replace("-", "−") for value in values.ravel()]
    assert all(len(text) <= 9 for text in picture["texts"])
    json.dumps(picture)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.1), "0.1"),
        (np.float64(0.123456), "0.123"),
        (np.float32(-0.123), "−0.12"),
        (np.float64(1234567), "1.2e6"),
        (np.float64(-3e-7), "−3e−7"),
        (np.int64(12345), "12345"),
        (np.int64(-1234567), "−1e6"),
        (np.complex64(1 - 2.5j), "1−2.5j"),
    ],
)
def test_a_cell_has_room_for_its_number(value, text):
    assert wl.StrideExplorer(np.array([value])).picture["texts"] == [text]


def test_numbers_that_are_equal_keep_their_own_texts():
    texts = [
        wl.StrideExplorer(x).picture["texts"] for x in (np.array([0.0, -0.0]), np.array([False, True]), np.arange(2))
    ]
    assert texts == [["0", "−0"], ["False", "True"], ["0", "1"]]


@pytest.mark.parametrize("x", [torch.empty(0), np.empty((2, 0, 3)), m()[3:]], ids=["(0,)", "(2, 0, 3)", "empty slice"])
def test_what_has_no_elements_says_so(x):
    widget = wl.StrideExplorer(x)
    assert widget.picture["positions"] == []
    assert widget.picture["message"] == "There are no elements, so no cell is read."


def test_a_large_array_is_shown_in_part_and_says_so():
    widget = wl.StrideExplorer(np.arange(1_000_000).reshape(1000, 1000).T)
    picture = widget.picture
    assert picture["shown"] == (12, 12)
    assert "Shown: the first 12 × 12 of 1,000 × 1,000 elements" in picture["message"]
    assert exact(picture) == [str(i + 1000 * j) for i in range(12) for j in range(12)]
    assert len(json.dumps(picture)) < 10_000
    image = wl.StrideExplorer(torch.zeros(256, 256, 3)).picture
    assert np.prod(image["shown"]) <= 144 and image["shown"][-1] == 3


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([1, 2], "not a list"),
        (torch.eye(3).to_sparse(), "to_dense"),
        (torch.empty(3, device="meta"), "no memory"),
        (np.array([None]), "object array"),
    ],
    ids=["list", "sparse", "meta", "object"],
)
def test_what_has_no_strides_is_refused_with_the_remedy(x, words):
    with pytest.raises((TypeError, ValueError), match=words):
        wl.StrideExplorer(x)
    with pytest.raises(TypeError, match="colour"):
        wl.StrideExplorer(m(), colour="red")


# ---- dials ----


def test_a_dial_is_as_strided():
    x = m(3, 4)
    widget = wl.StrideExplorer(x)
    send(widget, dials={"shape": [2, 3], "stride": [2, 3], "storage_offset": 1})
    assert exact(widget.picture) == [str(float(v)) for v in torch.as_strided(x, (2, 3), (2, 3), 1).ravel()]
    assert widget.picture["code"] == "torch.as_strided(x, (2, 3), (2, 3), 1)"
    assert (widget.shape, widget.stride, widget.storage_offset) == ((2, 3), (2, 3), 1)
    widget.shape, widget.stride, widget.storage_offset = (3, 4), (4, 1), 0
    assert widget.picture["code"] == "x"


def test_an_illegal_dial_is_drawn_and_explained():
    widget = wl.StrideExplorer(m())
    send(widget, dials={"shape": [3, 3], "stride": [4, 1], "storage_offset": 0})
    picture = widget.picture
    assert widget.error == ""
    assert picture["message"].startswith("Element (2, 1) reads position 9, 1 past the end of the storage")
    assert np.unravel_index(picture["bad"], picture["shown"]) == (2, 1)
    assert picture["cells"][-2:] == [9, 10] and picture["texts"][-2:] == ["?", "?"]
    assert all(move["picture"] is None and "turn a dial back" in move["reason"] for move in widget.moves)
    send(widget, dials={"shape": [3, 3], "stride": [3, 1], "storage_offset": 0})
    assert picture["illegal"] and not widget.picture["illegal"]


def test_a_negative_stride_is_legal_in_numpy_and_not_in_torch():
    dials = {"shape": [3], "stride": [-1], "storage_offset": 2}
    tensor, array = wl.StrideExplorer(c()), wl.StrideExplorer(c().numpy())
    for widget in (tensor, array):
        send(widget, dials=dials)
        assert drawn(widget.picture).tolist() == ["30", "20", "10"]
    assert "numpy only: torch has no negative strides" in tensor.picture["message"]
    assert array.picture["illegal"] == ""


@pytest.mark.parametrize(
    "dials",
    [
        {"shape": [10**9, 10**9], "stride": [1, 1], "storage_offset": 0},
        {"shape": [3, 3], "stride": [10**15, 10**15], "storage_offset": -(10**15)},
        {"shape": [10**30, 2], "stride": [10**30, 1], "storage_offset": 0},
        {"shape": [3, -1], "stride": [1, 1], "storage_offset": 0},
        {"shape": [3, 3], "stride": [1], "storage_offset": 0},
        {"shape": [3, 3], "stride": [1, 1], "storage_offset": -5},
    ],
)
def test_absurd_dials_are_explained_and_the_widget_goes_on(dials):
    widget = wl.StrideExplorer(m())
    send(widget, dials=dials)
    assert widget.picture["illegal"] and not widget.error
    assert len(widget.picture["cells"]) <= 9 + 16
    send(widget, restart=True)
    assert drawn(widget.picture).tolist() == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]


@pytest.mark.parametrize(
    "dials", [{"shape": [3.5], "stride": [1], "storage_offset": 0}, {"shape": None, "stride": [1], "storage_offset": 0}]
)
def test_dials_that_are_not_whole_numbers_are_explained(dials):
    widget = wl.StrideExplorer(c())
    send(widget, dials=dials)
    assert "can’t be used here, and nothing was changed" in widget.error
    assert widget.shape == (3,)
    widget.shape = tuple(dials["shape"] or ("3",))
    assert "whole numbers" in widget.error


# ---- moves ----


@pytest.mark.parametrize(
    "x",
    [c(), m(), torch.arange(24).view(2, 3, 4), m(4, 6).numpy()[::-1, 1:]],
    ids=["(3,)", "(3, 3)", "(2, 3, 4)", "numpy"],
)
def test_a_move_leads_where_its_code_leads_twice_over(x):
    first = wl.StrideExplorer(x)
    for key in [move["key"] for move in first.moves if move["picture"]]:
        widget = wl.StrideExplorer(x)
        for again in (key, "transpose", key):
            promised = next(move for move in widget.moves if move["key"] == again)["picture"]
            if promised is None:
                continue
            send(widget, move=again)
            assert widget.error == "" and widget.picture == promised  # what the view drew before it asked
            result = eval(
                widget.picture["code"], {"x": x, "np": np, "torch": torch}
            )  # our own code, as a learner would paste it
            assert tuple(widget.picture["shape"]) == tuple(result.shape)
            if np.prod(widget.picture["shown"]) == np.prod(result.shape):
                assert exact(widget.picture) == [str(v) for v in np.asarray(result).ravel()]


def test_a_move_that_does_not_apply_says_why():
    widget = wl.StrideExplorer(c())
    send(widget, move="transpose")
    assert widget.error.startswith("x.t(): There is only one axis")
    send(widget, move="explode")
    assert "there is no move 'explode'" in widget.error
    send(widget, move="expand_as")
    assert widget.error == "" and widget.shape == (3, 3)


def test_a_copy_tells_where_each_number_came_from():
    widget = wl.StrideExplorer(m().t())
    send(widget, move="contiguous")
    assert widget.picture["origins"] == [0, 3, 6, 1, 4, 7, 2, 5, 8]
    assert widget.picture["positions"] == list(range(9))
    assert widget.picture["base"] == "x.contiguous()"


# ---- what it is called ----


def test_the_drawing_uses_the_learners_own_name():
    t = m()
    widget = wl.StrideExplorer(t)
    assert (widget.picture["name"], widget.picture["code"]) == ("t", "t")
    assert {move["key"]: move["code"] for move in widget.moves}["transpose"] == "t.t()"
    send(widget, move="transpose")
    assert widget.picture["name"] == "t.t()"
    send(widget, move="transpose")
    assert (widget.picture["name"], widget.picture["code"]) == ("t.t().t()", "t.t().t()")
    send(widget, move="new-row")
    assert (widget.picture["name"], widget.picture["code"]) == ("view", "t.t().t()[None, :]")
    assert {move["key"]: move["code"] for move in widget.moves}["step"].startswith("view[")
    send(widget, restart=True)
    send(widget, write=0, text="7")
    assert "Your own t stays as it was" in widget.picture["message"]


def test_a_name_is_found_only_where_the_calling_code_gives_it():
    mine = m()
    assert wl.StrideExplorer(m()).picture["name"] == "x"
    assert wl.StrideExplorer(mine.t()).picture["name"] == "x"
    scope = {"wl": wl, "other": mine, "given": mine}  # one tensor, two names
    exec("shown = wl.StrideExplorer(given)", scope)  # as a cell of a notebook
    assert scope["shown"].picture["name"] == "given"

    def show(inner):
        return next(wl.StrideExplorer(inner) for _ in range(1))

    assert show(mine).picture["name"] == "inner"


def test_a_name_can_be_given_and_a_bad_one_is_named():
    widget = wl.StrideExplorer(c().expand_as(m()), name="c.expand_as(m)")
    assert (widget.picture["name"], widget.picture["code"]) == ("view", "c.expand_as(m)")
    assert wl.StrideExplorer(m(), name="m").picture["name"] == "m"
    for name in ("a + b", "", "1", "x y", "lambda: 1", 5):
        with pytest.raises(ValueError, match="StrideExplorer: name="):
            wl.StrideExplorer(m(), name=name)


# ---- write-through ----


def test_one_write_changes_every_element_that_reads_the_cell_and_not_the_learners_own():
    row = c()
    widget = wl.StrideExplorer(row.expand_as(m()))
    send(widget, write=1, text="99")
    assert drawn(widget.picture).tolist() == [["10", "99", "30"]] * 3
    assert widget.picture["written"] == 1
    assert (
        "Cell 1 now holds 99.0: one write, 3 elements changed. Your own tensor stays as it was"
        in widget.picture["message"]
    )
    assert row.tolist() == [10, 20, 30]


def test_what_was_written_stays_under_the_moves_and_a_copy_keeps_its_own():
    widget = wl.StrideExplorer(c().expand_as(m()))
    for content in (
        {"write": 0, "text": "-1"},
        {"move": "transpose"},
        {"move": "contiguous"},
        {"write": 4, "text": "5"},
    ):
        send(widget, **content)
    assert drawn(widget.picture).tolist() == [["−1", "−1", "−1"], ["20", "5", "20"], ["30", "30", "30"]]
    send(widget, restart=True)
    assert drawn(widget.picture).tolist() == [["10", "20", "30"]] * 3


@pytest.mark.parametrize("own", [c, lambda: c().numpy()], ids=["torch", "numpy"])
def test_in_place_writes_into_the_learners_own_where_that_is_asked(own):
    row = own()
    view = row.expand(3, 3) if isinstance(row, torch.Tensor) else np.lib.stride_tricks.as_strided(row, (3, 3), (0, 4))
    widget = wl.StrideExplorer(view, in_place=True)
    send(widget, write=1, text="99")
    assert row.tolist() == [10, 99, 30]
    assert "your own view" in widget.picture["message"]
    send(widget, move="contiguous")
    send(widget, write=0, text="7")
    assert row.tolist() == [10, 99, 30]  # the copy has a memory of its own


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.broadcast_to(np.arange(2.0), (3, 2)), "read-only"),
        (np.frombuffer(bytes(8), np.int32), "read-only"),
        (torch.ones(2, requires_grad=True), "a leaf Variable that requires grad .* x.detach"),
    ],
)
def test_in_place_is_refused_where_the_memory_may_not_be_written(x, words):
    with pytest.raises(ValueError, match=words):
        wl.StrideExplorer(x, in_place=True)
    widget = wl.StrideExplorer(x)  # what is typed is kept beside it
    send(widget, write=0, text="5")
    assert widget.error == "" and widget.picture["texts"][0] == "5"


def test_a_tensor_that_comes_to_require_grad_is_no_longer_written():
    x = torch.ones(2)
    widget = wl.StrideExplorer(x, in_place=True)
    x.requires_grad_()
    send(widget, write=0, text="5")
    assert "a leaf Variable that requires grad" in widget.error and x.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("x", "text", "stored"),
    [
        (np.zeros(1, np.int32), "1.5", "1"),
        (np.zeros(1, bool), "true", "True"),
        (np.zeros(1, complex), "1-2j", "1−2j"),
        (torch.zeros(1, dtype=torch.bfloat16), "0.1", "0.100097656"),
        (np.array(["abc"]), "xy", "xy"),
        (torch.zeros(1), "−inf", "−inf"),
        (torch.zeros(1), "−0.0", "−0.0"),
        (torch.zeros(1), "39,200", "39200.0"),
        (np.zeros(1, np.int64), "9007199254740993", "9007199254740993"),
    ],
)  # fmt: skip
def test_a_cell_stores_what_its_type_makes_of_a_number(x, text, stored):
    widget = wl.StrideExplorer(x)
    send(widget, write=0, text=text)
    assert (widget.error, widget.picture["exact"]) == ("", [stored])


@pytest.mark.parametrize(
    ("x", "position", "text", "words"),
    [
        (c(), 0, "__import__('os').abort()", "can’t be read as a number"),
        (c(), 0, "", "no number was typed"),
        (c(), 3, "1", "there is no storage cell 3: they go from 0 to 2"),
        (c(), "0", "1", "can’t be used here"),
        (np.zeros(2, np.uint8), 0, "300", "cannot store 300 in a cell of type uint8"),
    ],
)
def test_what_can_not_be_written_is_explained_and_nothing_changes(x, position, text, words):
    widget = wl.StrideExplorer(x)
    before = widget.picture
    send(widget, write=position, text=text)
    assert words in widget.error
    assert widget.picture == before
    send(widget, write=0, text="5")
    assert widget.error == "" and widget.picture["texts"][0] == "5"
