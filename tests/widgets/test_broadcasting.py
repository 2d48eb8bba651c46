"""BroadcastExplorer: its numbers are torch's, what cannot be read is explained, and nothing typed is lost or run."""

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

import widgets_lib as wl
from widgets_lib.compute import broadcasting
from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.formatting import format_digits
from widgets_lib.widgets.broadcasting.presets import PRESETS
from widgets_lib.widgets.broadcasting.scene import draw_scene

C = torch.tensor([10.0, 20, 30])
M = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])


def texts(widget):
    return widget.picture["result"]["texts"]


def numbers(widget):
    return [float(text.replace("−", "-")) for text in widget.picture["result"]["values"]]


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("vector", M + C),
        ("column", M + C[:, None]),
        ("outer", C[None, :] * C[:, None]),
    ],
)
def test_the_lessons_examples_hold_the_lessons_numbers(preset, expected):
    widget = wl.BroadcastExplorer(preset=preset)
    assert numbers(widget) == expected.flatten().tolist()
    assert widget.picture["shape"] == "(3, 3)"


def test_comparisons_answer_true_or_false():
    widget = wl.BroadcastExplorer(preset="comparison")
    assert texts(widget) == [str(answer) for answer in (C[None] > C[:, None]).flatten().tolist()]
    assert texts(wl.BroadcastExplorer(preset="scalar")) == ["True", "True", "False"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_example_opens_and_its_code_runs_in_torch(preset):
    widget = wl.BroadcastExplorer(preset=preset)
    assert (widget.preset, widget.error) == (preset, "")
    names = {"a": C, "c": C, "m": M, "p": torch.zeros(3, 2), "image": torch.zeros(256, 256, 3), "scale": C}
    names |= {"digit": torch.zeros(784), "weights": torch.zeros(784, 10)}
    code = widget.picture["expression"]
    if widget.picture["result"]:
        assert str(tuple(eval(code, names).shape)) == widget.picture["shape"]
    else:
        with pytest.raises(RuntimeError, match="must match"):
            eval(code, names)
        assert widget.picture["repairs"]


def test_example_numbers_combine_as_torch_combines_them():
    widget = wl.BroadcastExplorer((2, 3, 2), (3, 1), (2,), operator="-")
    a, b, c = torch.arange(1.0, 13).view(2, 3, 2), torch.tensor([[10.0], [20], [30]]), torch.tensor([100.0, 200])
    assert numbers(widget) == (a - b - c).flatten().tolist()


def test_ghosts_read_the_real_cell_they_repeat():
    m, c = wl.BroadcastExplorer(preset="column").picture["operands"]
    assert m["reader"] == list(range(9))
    assert c["reader"] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert c["home"] == [0, 3, 6]  # the first column
    assert (c["name"], c["index"], c["texts"]) == ("c", ["0", "1", "2"], ["10", "20", "30"])
    assert c["stretched"] == [False, True]
    assert c["tones"] == ["i"]  # c's only axis became the rows
    assert c["reads"] == "takes part in 3 results"


def test_each_axis_has_its_verdict_from_compute():
    picture = wl.BroadcastExplorer((3, 3), (3,)).picture
    assert [axis["verdict"] for axis in picture["axes"]] == ["padded", "equal"]
    assert [axis["tone"] for axis in picture["axes"]] == ["i", "j"]
    assert [axis["message"] for axis in picture["axes"]] == [
        c.message for c in broadcasting.broadcast((3, 3), (3,)).columns
    ]
    assert [axis["rule"] for axis in picture["axes"]] == [
        "`b` has no axis here, which counts as 1: stretched to 3.",
        "`a` and `b` both have 3.",
    ]


def test_a_clash_shows_what_is_missing_and_its_repairs():
    picture = wl.BroadcastExplorer(preset="clash").picture
    p, c = picture["operands"]
    assert p["reader"] == [0, 1, -1, 2, 3, -1, 4, 5, -1] and -1 not in c["reader"]
    assert picture["result"] is None and picture["shape"] == ""
    assert "`p` has 2 and `c` has 3: sizes must be equal, or one of them must be 1." in picture["summary"]
    assert picture["axes"][-1]["rule"] == "2 and 3 clash."
    assert [repair["code"] for repair in picture["repairs"]] == ["c[:, None]", "p.t()"]


def test_a_repair_keeps_the_numbers_and_can_be_exchanged_or_taken_back():
    widget = wl.BroadcastExplorer(preset="clash")
    p = torch.tensor([[1.0, 2], [3, 4], [5, 6]])
    widget._on_custom_msg({"repair": 0}, None)
    assert widget.shapes == ["3, 2", "3, 1"]
    assert numbers(widget) == (p + C[:, None]).flatten().tolist()
    widget._on_custom_msg({"repair": 1}, None)
    assert widget.shapes == ["2, 3", "3"]
    assert numbers(widget) == (p.t() + C).flatten().tolist()
    assert widget.picture["operands"][0]["index"] == ["0, 0", "1, 0", "2, 0", "0, 1", "1, 1", "2, 1"]  # of p itself
    assert [repair["applied"] for repair in widget.picture["repairs"]] == [False, True]
    widget._on_custom_msg({"repair": 1}, None)
    assert widget.picture["result"] is None
    widget.shapes = ["3, 3", "3"]
    assert widget.picture["repairs"] == []


def test_a_reshape_repair_follows_each_number():
    widget = wl.BroadcastExplorer(torch.arange(12), (3, 4))
    (repair,) = [at for at, each in enumerate(widget.picture["repairs"]) if each["code"] == "a.reshape(3, 4)"]
    widget._on_custom_msg({"repair": repair}, None)
    operand = widget.picture["operands"][0]
    assert operand["texts"] == [str(n) for n in range(12)]
    assert operand["index"] == [str(n) for n in range(12)]


# ---- large, empty, and the learner's own -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        (((256, 256, 2), (2,)), "Drawn in part: 2 of 256 facets, 4 of 256 rows."),
        (((784, 1), (784, 10)), "5 of 784 rows, 5 of 10 columns."),
        (((1000, 1000), (1000,)), "5 of 1,000 rows, 5 of 1,000 columns."),
        (((10**9, 1), (1, 10**9)), "5 of 1,000,000,000 rows"),
        (((2,) * 6, (2,)), "the axes before −4 at index 0."),
    ],
)
def test_large_arrays_are_drawn_in_part_and_say_so(shapes, said):
    widget = wl.BroadcastExplorer(*shapes)
    assert said in widget.picture["summary"]
    assert widget.picture["shape"] == str(broadcasting.broadcast(*shapes).shape)
    assert len(json.dumps(widget.picture)) < 20_000
    assert widget.picture["result"]["index"][-1].endswith(str(max(shapes[0][-1], shapes[1][-1]) - 1))


def test_up_to_twelve_by_twelve_all_cells_are_drawn():
    widget = wl.BroadcastExplorer((12, 1), (12,), operator="*")
    assert numbers(widget) == [10.0 * i * j for i in range(1, 13) for j in range(1, 13)]


def test_an_axis_of_size_zero_is_explained():
    widget = wl.BroadcastExplorer((0, 3), (3,))
    assert texts(widget) == [] and "axis of size 0" in widget.picture["summary"]


def test_the_learners_own_arrays_are_shown_as_they_are():
    widget = wl.BroadcastExplorer(M.t(), np.array([1, 2, 4], dtype=np.int8), names=("mt", "v"), operator="/")
    assert widget.picture["expression"] == "mt / v"
    assert numbers(widget) == pytest.approx((M.t() / torch.tensor([1, 2, 4])).flatten().tolist())
    bits = torch.tensor([1.5, 2.5], dtype=torch.bfloat16, requires_grad=True)
    assert numbers(wl.BroadcastExplorer(bits, (2,))) == [11.5, 22.5]


def test_what_seven_digits_can_not_hold_is_marked_as_rounded():
    widget = wl.BroadcastExplorer(np.array([1.0, 3.0, 0.3]), np.array([3.0, 1.0, 1.0]), operator="/")
    assert widget.picture["result"]["rounded"] == [True, False, False]
    assert widget.picture["result"]["values"] == ["0.3333333", "3", "0.3"]


@pytest.mark.filterwarnings("error")
def test_dividing_by_zero_is_shown_as_torch_shows_it():
    widget = wl.BroadcastExplorer(np.array([1.0, -1.0, 0.0]), np.array(0.0), operator="/")
    assert texts(widget) == ["inf", "−inf", "nan"]
    assert json.dumps(widget.picture, allow_nan=False)


# ---- what is typed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3,,x", "c: “3,,x” can’t be read as a shape, a size is missing beside a comma"),
        ("-3", "“-3” is negative"),
        ("4000000000, 4000000000", "more elements than a computer can number"),
        (", ".join("111111111"), "c: 9 axes: the table has room for 8"),
        ("__import__('os').abort()", "can’t be read as a shape"),
    ],
)
def test_bad_text_is_explained_and_nothing_is_lost(text, words):
    widget = wl.BroadcastExplorer(preset="vector")
    before = widget.picture
    widget.shapes = ["3, 3", text]
    assert words in widget.error
    assert (widget.invalid_operands, widget.shapes, widget.picture) == ([1], ["3, 3", text], before)
    widget.shapes = ["3, 3", "3, 1"]
    assert (widget.error, widget.invalid_operands, widget.picture["shape"]) == ("", [], "(3, 3)")


def test_empty_text_is_a_scalar():
    widget = wl.BroadcastExplorer(preset="vector")
    widget.shapes = ["3, 3", ""]
    assert widget.picture["operands"][1]["shape"] == "()" and widget.error == ""


def test_two_bad_texts_are_both_explained():
    widget = wl.BroadcastExplorer((3,), (3,))
    widget.shapes = ["x", "-1"]
    assert widget.invalid_operands == [0, 1]
    assert [line[:2] for line in widget.error.splitlines()] == ["a:", "b:"]


def test_a_shape_typed_back_brings_its_numbers_back():
    widget = wl.BroadcastExplorer(preset="column")
    before = numbers(widget)
    widget.shapes = ["3, 3", "3, 4"]
    assert widget.preset == "" and widget.picture["operands"][1]["code"] == "c"
    assert widget.picture["operands"][1]["texts"][:3] == ["10", "20", "30"]  # examples that tell their operand
    widget.shapes = ["3, 3", "3, 1"]
    assert numbers(widget) == before


def test_operands_come_and_go():
    widget = wl.BroadcastExplorer(preset="vector")
    widget._on_custom_msg({"add": True}, None)
    assert widget.shapes == ["3, 3", "3", "3"] and widget.picture["expression"] == "m + c + a"
    widget._on_custom_msg({"remove": 0}, None)
    assert widget.picture["expression"] == "c + a" and texts(widget)[0] == "110"
    widget._on_custom_msg({"add": True}, None)
    widget.operator = ">"
    assert "compares two operands, and here are 3" in widget.error
    widget._on_custom_msg({"restart": True}, None)
    assert (widget.preset, widget.operator, widget.shapes, widget.error) == ("vector", "+", ["3, 3", "3"], "")


def test_an_example_is_chosen_and_left():
    widget = wl.BroadcastExplorer((3,), (3, 3))
    assert widget.preset == ""
    widget.preset = "outer"
    assert (widget.shapes, widget.operator) == (["1, 3", "3, 1"], "*")
    widget.operator = "+"
    assert widget.preset == ""


def test_starting_again_keeps_an_operator_of_ones_own():
    widget = wl.BroadcastExplorer(preset="vector", operator="*")
    expected = widget.picture
    widget.preset = "image"
    widget._on_custom_msg({"restart": True}, None)
    assert widget.picture == expected


def test_one_change_sends_one_picture():
    widget = wl.BroadcastExplorer(preset="vector")
    drawn = []
    widget.observe(drawn.append, "picture")
    widget.preset = "outer"
    widget.shapes = ["3", "3"]
    widget._on_custom_msg({"add": True}, None)
    widget._on_custom_msg({"restart": True}, None)
    assert len(drawn) == 4


@pytest.mark.parametrize(
    "content", [{"repair": 0}, {"repair": "x"}, {"remove": -1}, {"remove": True}, {"remove": 1}, {"run": 1}]
)
def test_an_impossible_request_of_the_view_is_refused(content):
    widget = wl.BroadcastExplorer(preset="vector")
    before = widget.picture
    widget._handle_custom_msg(content, None)
    assert widget.error and widget.picture == before


@pytest.mark.parametrize(
    ("shapes", "options", "error", "named"),
    [
        (((3,),), {}, ValueError, "give 2 to 4 shapes, not 1"),
        (((3,),) * 5, {}, ValueError, "give 2 to 4 shapes, not 5"),
        (((3,), (-1,)), {}, ValueError, r"a size in the shape \(-1,\) is at least 0, not -1"),
        (((3,), "3,x"), {}, ValueError, "“x”"),
        ((np.zeros(3), 0), {}, TypeError, "a shape is a tuple of whole numbers, not 0"),
        (((3,), (2**40, 2**40)), {}, ValueError, "too large"),
        (((3,), np.array(["a"])), {}, TypeError, "b is of type"),
        (((3,), (3,)), {"operator": "%"}, ValueError, "operator '%'"),
        (((3,), (3,)), {"names": ("m",)}, ValueError, "names"),
        ((), {"preset": "Vector"}, ValueError, "preset 'Vector'"),
        (((3,), (3,)), {"preset": "vector"}, ValueError, "not both"),
        ((), {"colour": "red"}, TypeError, "colour"),
    ],
)
def test_a_bad_argument_is_named(shapes, options, error, named):
    with pytest.raises(error, match=named):
        wl.BroadcastExplorer(*shapes, **options)


# ---- the numbers are those of the operands' own library ----


@pytest.mark.parametrize(
    ("a", "b", "operator", "texts"),
    [
        (torch.tensor([[1000.0]], dtype=torch.bfloat16), torch.tensor([3.0, 4.0], dtype=torch.bfloat16), "+", None),
        (torch.tensor(1e8, dtype=torch.float64), torch.tensor([1.0, 3.0]), "+", None),
        (torch.tensor([0.1], dtype=torch.float16), torch.tensor([0.2], dtype=torch.float16), "+", None),
        (np.float64(2.5), np.array([1, 2]), "*", ["2.5", "5"]),
        (torch.tensor([250], dtype=torch.uint8), torch.tensor([10], dtype=torch.uint8), "+", ["4"]),
    ],
)
def test_the_result_is_what_the_library_gives(a, b, operator, texts):
    widget = wl.BroadcastExplorer(a, b, operator=operator)
    if texts is None:
        texts = [format_digits(value) for value in as_numpy(a + b).ravel()]
    assert widget.picture["result"]["values"] == texts


def test_what_torch_does_not_combine_is_explained_by_torch():
    widget = wl.BroadcastExplorer(torch.ones(2, dtype=bool), torch.ones(2, dtype=bool))
    widget.operator = "-"
    assert widget.error.startswith("Subtraction, the `-` operator, with two bool tensors is not supported")


def test_a_masked_array_is_not_shown_as_if_it_had_no_mask():
    masked = np.ma.array([[1.0, 2.0]], mask=[[False, True]])
    for show in (lambda: wl.BroadcastExplorer(masked, (2,)), lambda: wl.StrideExplorer(masked)):
        with pytest.raises(TypeError, match="a masked array hides some of its values"):
            show()


# ---- pictures ----


def pixels(uri):
    """What Pillow reads from a data URI."""
    head, data = uri.split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def shown(widget, which):
    return pixels(widget.picture["pictures"]["operands"][which]["image"])


def as_bytes(values, white=1.0):
    return np.rint(255 * np.clip(values / white, 0, 1)).astype(np.uint8)


PICTURE = np.random.default_rng(7).random((40, 30, 3)).astype(np.float32)
FACTORS = {
    "(3,)": np.array([1.0, 0.5, 0.25], np.float32),
    "(1, 1, 3)": np.array([[[0.2, 0.9, 1.0]]], np.float32),
    "(1,)": np.array([0.5], np.float32),
    "()": np.array(0.25, np.float32),
    "(40, 30, 1)": np.linspace(0, 1, 1200, dtype=np.float32).reshape(40, 30, 1),
    "(40, 1, 1)": np.linspace(0, 1, 40, dtype=np.float32).reshape(40, 1, 1),
    "(30, 1)": np.linspace(0, 1, 30, dtype=np.float32).reshape(30, 1),
    "(40, 30, 3)": PICTURE[::-1].copy(),
}


@pytest.mark.parametrize("of", [np.asarray, torch.tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("shape", FACTORS)
@pytest.mark.parametrize("operator", ["*", "+", "-"])
def test_a_picture_and_what_is_broadcast_over_it_are_drawn_as_pictures(shape, operator, of):
    factor = FACTORS[shape]
    widget = wl.BroadcastExplorer(of(PICTURE), of(factor), operator=operator)
    assert widget.picture["pictures"]["size"] == [40, 30]
    assert (shown(widget, 0) == as_bytes(PICTURE)).all()
    expected = {"*": np.multiply, "+": np.add, "-": np.subtract}[operator](PICTURE, factor)
    assert (pixels(widget.result_image) == as_bytes(expected)).all()
    panel = widget.picture["pictures"]["operands"][1]
    if factor.size <= 3:
        assert panel["values"] == factor.ravel().tolist()
        assert set(panel["values"]) <= set(panel["stops"])
    else:
        lifted = factor.reshape((1,) * (3 - factor.ndim) + factor.shape)
        assert (shown(widget, 1) == as_bytes(np.broadcast_to(lifted, (*lifted.shape[:2], 3)))).all()


def test_sliders_change_the_result_and_nothing_of_the_learners():
    scale = torch.tensor([1.0, 0.5, 0.25])
    widget = wl.BroadcastExplorer(torch.tensor(PICTURE), scale, operator="*", names=("image", "scale"))
    drawn = []
    widget.observe(drawn.append, "picture")
    widget.levels = {"scale": [0, 1, 0.5]}
    assert (pixels(widget.result_image) == as_bytes(PICTURE * np.float32([0, 1, 0.5]))).all()
    assert scale.tolist() == [1.0, 0.5, 0.25]
    assert drawn == []  # while a slider moves, only the result is sent
    widget._on_custom_msg({"restart": True}, None)
    assert (pixels(widget.result_image) == as_bytes(PICTURE * np.float32([1, 0.5, 0.25]))).all()


@pytest.mark.parametrize("levels", [{"b": [1, 2]}, {"b": [1, 2, float("nan")]}, {"b": "abc"}, {"b": [True, 1, 1]}])
def test_levels_that_no_slider_can_have_are_refused(levels):
    widget = wl.BroadcastExplorer(PICTURE, (3,), operator="*")
    before = widget.result_image
    widget.levels = levels
    assert "sliders hold one or three numbers" in widget.error
    assert widget.result_image == before


def test_the_pixel_that_is_looked_at_is_told():
    widget = wl.BroadcastExplorer(PICTURE, FACTORS["(3,)"], operator="*")
    widget.pixel = [4, 7]
    numbers = [format_digits(value, 3) for value in PICTURE[4, 7]]
    products = [format_digits(value, 3) for value in PICTURE[4, 7] * FACTORS["(3,)"]]
    assert widget.at_pixel == (
        f"Row 4, column 7: `({', '.join(numbers)}) × (1, 0.5, 0.25)` = `({', '.join(products)})`."
    )
    widget.pixel = [40, 0]
    assert "rows go from 0 to 39, columns to 29" in widget.error
    widget.pixel = [0, 0]
    assert (widget.error, widget.at_pixel[:16]) == ("", "Row 0, column 0:")


def test_a_clash_of_pictures_keeps_its_repairs_and_each_gives_a_picture():
    widget = wl.BroadcastExplorer((256, 256, 3), (256,), operator="*", names=("image", "factor"))
    assert "`image` has 3 and `factor` has 256" in widget.picture["summary"]
    assert "cell" not in widget.picture["summary"]
    assert widget.result_image == widget.at_pixel == ""
    ramp, scene = np.linspace(0, 1, 256, dtype=np.float32), draw_scene(256, 256)
    expected = {
        "factor[:, None]": scene * ramp[:, None],
        "factor[:, None, None]": scene * ramp[:, None, None],
        "image.permute(0, 2, 1)": scene * ramp[:, None],
        "image.permute(2, 0, 1)": scene * ramp[:, None],
    }
    assert [repair["code"] for repair in widget.picture["repairs"]] == list(expected)
    for at, (code, result) in enumerate(expected.items()):
        widget._on_custom_msg({"repair": at}, None)
        assert (pixels(widget.result_image) == as_bytes(result)).all(), code
        rows = next(axis for axis in widget.picture["axes"] if axis["name"] == "rows")
        assert (rows["size"], rows["tone"]) == ("256", "i")


def test_greys_of_255_and_large_pictures():
    bright = (255 * PICTURE).astype(np.uint8)
    widget = wl.BroadcastExplorer(bright, np.float32([1, 0.5, 0]), operator="*")
    assert (shown(widget, 0) == bright).all()
    assert (pixels(widget.result_image) == as_bytes(bright * np.float32([1, 0.5, 0]), 255)).all()
    large = np.zeros((600, 300, 3), np.float32)
    large[::3, ::2] = 1
    widget = wl.BroadcastExplorer(large, (3,), operator="*")
    assert pixels(widget.result_image).shape == (200, 150, 3)
    assert wl.BroadcastExplorer((10**6, 10**6, 3), (3,)).picture["pictures"] is None  # too large to draw at all
    assert wl.BroadcastExplorer((4, 4, 3), (3,)).picture["pictures"] is None  # few numbers are seen as numbers


def test_a_comparison_of_pictures_is_black_and_white():
    widget = wl.BroadcastExplorer(PICTURE, FACTORS["()"], operator=">")
    assert (pixels(widget.result_image) == 255 * (PICTURE > 0.25)).all()
    assert "` is `(" in widget.at_pixel
