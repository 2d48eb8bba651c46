"""RandomStream: what is sent to the view is what Python 2.7 drew, and nothing typed is lost or left unexplained."""

import json
import random

import numpy as np
import pytest

import widgets_lib as wl

SEED = 457428938475
DRAWS = [0.7645251082582081, 0.7920889799553945, 0.06912886811267205, 0.9559050644103264]  # by Python 2.7
KINDS = {"f8": "<f8", "i4": "<i4", "u1": "u1"}


def arrays(stream):
    """The arrays as the view reads them, by name."""
    return {
        part["name"]: np.frombuffer(stream.draws, KINDS[part["kind"]], part["length"], part["offset"])
        for part in stream.picture["layout"]
    }


def values(stream, n=4):
    return arrays(stream)["values"][:n].tolist()


def send(stream, **content):
    stream._handle_custom_msg(content, [])


def test_it_opens_on_the_published_stream():
    stream = wl.RandomStream()
    assert (stream.seed, stream.state, stream.n) == (str(SEED), (4976, 20238, 499), 50)
    assert values(stream) == DRAWS
    json.dumps(stream.picture, allow_nan=False)


def test_the_arithmetic_of_every_draw_is_sent():
    sent = arrays(wl.RandomStream(n=500))
    states = sent["states"].reshape(501, 3)
    assert states[0].tolist() == [4976, 20238, 499]
    products = sent["products"].reshape(500, 3)
    assert (products == states[:-1] * [171, 172, 170]).all()
    assert (states[1:] == products % [30269, 30307, 30323]).all()
    fractions = sent["fractions"].reshape(501, 3)
    assert (fractions == states / [30269, 30307, 30323]).all()
    assert sent["totals"] == pytest.approx(fractions[1:].sum(axis=1))
    assert (sent["totals"] % 1 == sent["values"][:500]).all()


def test_randu_fits_in_what_is_sent():
    sent = arrays(wl.RandomStream(0, generator="randu", n=1000))
    x = 1
    for state, product in zip(sent["states"].tolist(), sent["products"].tolist(), strict=False):
        assert (state, product) == (x, 65539 * x)
        x = 65539 * x % 2**31
    assert sent["planes"] == pytest.approx(sent["planes"].round(), abs=1e-6)


def test_arrays_start_where_their_items_may():
    for n in (1, 7, 50):
        assert all(part["offset"] % int(part["kind"][1]) == 0 for part in wl.RandomStream(n=n).picture["layout"])


def test_the_histogram_is_of_the_draws_and_the_clouds_go_on():
    stream = wl.RandomStream(n=50)
    sent, picture = arrays(stream), stream.picture
    assert picture["counts"] == np.bincount(sent["bins"], minlength=10).tolist()
    assert sum(picture["counts"]) == 50 and picture["expected"] == 5
    assert len(sent["values"]) == len(sent["other_values"]) == picture["reach"] == 2049
    assert sent["planes"].tolist() == (9 * sent["values"][:-2] - 6 * sent["values"][1:-1] + sent["values"][2:]).tolist()


def test_the_small_lcg_to_compare_with_is_told_by_its_figures():
    stream = wl.RandomStream(n=10_000)
    main, other = (
        {fact["name"]: fact["text"] for fact in stream.picture[which]["facts"]} for which in ("main", "other")
    )
    assert main["period"] == "6,953,607,871,644 draws" and main["distinct values"] == "10,000 of 10,000"
    assert other["period"] == "2,048 draws" and other["distinct values"] == "2,048 of 10,000"
    sent = arrays(stream)["values"]
    assert main["mean"] == f"{sent.mean():.4f}" and main["variance"] == f"{sent.var():.4f}"
    assert "lines" in stream.picture["other"]["pattern"] and "no pattern" in stream.picture["main"]["pattern"]
    stream.compare_with = "randu"
    assert "they lie on 15 planes" in stream.picture["other"]["pattern"]
    stream.compare_with = ""
    assert stream.picture["other"] is None and "other_values" not in arrays(stream)


def test_ten_thousand_draws_are_bytes_and_not_lists():
    stream = wl.RandomStream(n=10_000)
    assert len(json.dumps(stream.picture)) < 5_000
    assert len(stream.draws) > 10_000 * 8


def test_a_change_is_one_message_with_the_picture_and_its_draws():
    stream = wl.RandomStream()
    sent = []
    stream._send = lambda message, buffers=None: sent.append(
        {*message["state"], *(path[0] for path in message["buffer_paths"])}
    )
    stream.set_state({"seed": "42"})
    together = [names for names in sent if "picture" in names or "draws" in names]
    assert together and all({"picture", "draws"} <= names for names in together)


def test_the_variant_is_the_printed_one_and_the_caption_says_how_far_apart_they_are():
    stream = wl.RandomStream(42)
    assert values(stream, 3) == [0.25420336316883324, 0.46884405296716114, 0.19540525690312815]
    assert "0.254212 in place of 0.254203" in stream.picture["message"]
    stream.divide_by_period = True
    assert values(stream, 3) == [0.25421176102342913, 0.4689255225976794, 0.19544471247365425]
    assert "0.254203 in place of 0.254212" in stream.picture["message"]
    assert [part["divisor"] for part in stream.picture["components"]] == [30268, 30306, 30322]
    stream.generator = "tiny-lcg"
    assert not stream.picture["variant"] and "Dividing" not in stream.picture["message"]


@pytest.mark.parametrize("seed", [0, -1, 10**30, np.int64(42), True, "457 428 938 475", 10**900, None])
def test_seeds_of_every_kind(seed):
    stream = wl.RandomStream(seed)
    assert values(stream, 1)[0] < 1 and stream.error == ""


def test_a_typed_seed_begins_there():
    stream = wl.RandomStream()
    stream.seed = "0"
    assert (stream.state, stream.error) == ((1, 1, 1), "")
    assert values(stream, 2) == [0.01693090619965683, 0.8952539112379991]
    stream.seed = "-1"
    assert stream.state == (30268, 30306, 30322) and stream.seed == "-1"


BAD_SEEDS = ["", "nan", "soup", "1.5", "1/3", "__import__('os').abort()", "9" * 2000]


@pytest.mark.parametrize("typed", BAD_SEEDS)
def test_a_seed_that_is_none_is_explained_and_nothing_is_lost(typed):
    stream = wl.RandomStream()
    before = stream.picture
    stream.seed = typed
    assert stream.error.startswith("a seed is a whole number such as 42")
    assert stream.seed == typed and stream.picture == before
    stream.n = 500  # the rest goes on, and the error stays
    assert stream.picture["n"] == 500 and stream.picture["seed"] == str(SEED)
    assert stream.error.startswith("a seed is") and stream.seed == typed
    stream.generator = "randu"
    assert stream.error.startswith("a seed is") and list(stream.state) == stream.picture["start"] == [29842903]
    stream.seed = "5"
    assert stream.error == "" and stream.picture["seed"] == "5" and stream.state == (11,)


def test_typing_the_old_seed_again_takes_the_words_away():
    stream = wl.RandomStream()
    stream.seed = "soup"
    stream.seed = str(SEED)
    assert stream.error == ""
    stream.n = 500
    assert stream.error == ""


def test_a_state_can_be_set_and_tells_the_seed_that_sets_it():
    stream = wl.RandomStream(0)
    stream.state = (4976, 20238, 499)
    assert (stream.seed, stream.error) == (str(SEED), "")
    assert values(stream) == DRAWS
    stream.state = ["1", " 1", "1"]
    assert (stream.seed, stream.state) == ("0", (1, 1, 1))


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (["0", "1", "1"], "component 1 must be from 1 to 30,268, not 0"),
        (["1", "1", "30323"], "component 3 must be from 1 to 30,322, not 30,323"),
        (["1", "soup", "1"], "component 2 of a state is a whole number such as 42, not “soup”"),
        (["1", "", "1"], "component 2 of a state is a whole number"),
        (["1", "9" * 500, "1"], "component 2 must be"),
        ([1.5, 1, 1], "component 1 is a whole number, not 1.5"),
        ([1, 1], "a tuple of 3"),
    ],
)
def test_a_state_out_of_range_is_explained_and_nothing_is_lost(state, message):
    stream = wl.RandomStream()
    before = stream.picture
    stream.set_state({"state": state})
    assert message in stream.error
    assert list(stream.state) == state and stream.picture == before
    stream.seed = "soup"  # each keeps its error
    assert message in stream.error and "“soup”" in stream.error and list(stream.state) == state
    stream.seed = "42"
    assert (stream.error, stream.state) == ("", (43, 1, 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"n": 100, "seed": "7"},
        {"seed": "7", "n": 100},
        {"n": 100, "state": [8, 1, 1]},
        {"n": 100, "generator": "randu"},
    ],
)
def test_settings_that_change_in_one_message_are_all_heeded(changes):
    stream, expected = wl.RandomStream(), wl.RandomStream()
    stream.set_state(changes)
    for name in sorted(changes, reverse=True):  # one by one
        expected.set_state({name: changes[name]})
    names = ("n", "seed", "state", "generator", "picture")
    assert [getattr(stream, name) for name in names] == [getattr(expected, name) for name in names]
    assert stream.error == "" and stream.draws == expected.draws
    assert {name: getattr(stream, name) for name in changes} == {
        name: tuple(value) if name == "state" else value for name, value in changes.items()
    }


def test_a_bad_seed_beside_a_good_setting_keeps_its_error():
    stream = wl.RandomStream()
    stream.set_state({"n": 100, "seed": "soup"})
    assert stream.error.startswith("a seed is") and stream.seed == "soup" and stream.picture["n"] == 100


def test_start_again_is_what_was_given():
    stream = wl.RandomStream(42, n=500, compare_with="randu")
    before = dict(stream.picture), stream.draws
    stream.generator, stream.n, stream.compare_with, stream.seed = "randu", 10_000, "", "soup"
    send(stream, restart=True)
    assert (stream.picture, stream.draws) == before
    assert (stream.seed, stream.n, stream.generator, stream.compare_with, stream.error) == (
        "42", 500, "wichmann-hill", "randu", "",
    )  # fmt: skip


@pytest.mark.parametrize("n", [0, -3, 10_001])
def test_a_number_of_draws_out_of_range_is_explained(n):
    with pytest.raises(ValueError, match="the number of draws"):
        wl.RandomStream(n=n)
    stream = wl.RandomStream()
    before = stream.picture
    stream.n = n
    assert "the number of draws" in stream.error and stream.picture == before


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"seed": "soup"}, "a seed is a whole number such as 42"),
        ({"seed": 1.5}, "a seed is a whole number, not 1.5"),
        ({"seed": 10**5000}, "up to 1,000 digits, not a number of 16,610 bits"),
        ({"state": (0, 1, 1)}, "component 1 must be"),
        ({"state": 7}, "a state is a tuple of 3"),
        ({"generator": "mersenne"}, "generator 'mersenne' is not one of wichmann-hill, tiny-lcg, randu"),
        ({"compare_with": 3}, "compare_with 3 is not one of"),
        ({"generator": "randu", "divide_by_period": True}, "divide_by_period is a variant of wichmann-hill"),
        ({"n": 2.5}, "the number of draws"),
        ({"seeds": 1}, "seeds"),
    ],
)
def test_a_bad_argument_is_named(keywords, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wl.RandomStream(**keywords)


@pytest.mark.parametrize("generator", ["wichmann-hill", "tiny-lcg", "randu"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_draws_are_enough(generator, n):
    picture = wl.RandomStream(random.getrandbits(64), n=n, generator=generator, compare_with=generator).picture
    assert sum(picture["counts"]) == n
    json.dumps(picture, allow_nan=False)


def test_a_stage_opens_with_what_shows_its_point():
    stream, pairs, planes = (wl.RandomStream(show=show) for show in ("stream", "pairs", "planes"))
    assert (stream.generator, stream.compare_with, stream.n) == ("wichmann-hill", "", 50)
    assert (pairs.generator, pairs.compare_with, pairs.n) == ("tiny-lcg", "wichmann-hill", 2048)
    assert (planes.generator, planes.compare_with, planes.n) == ("randu", "wichmann-hill", 2048)
    assert [each.picture["show"] for each in (stream, pairs, planes, wl.RandomStream())] == [
        "stream",
        "pairs",
        "planes",
        "",
    ]
    assert wl.RandomStream(show="pairs", compare_with=None).picture["other"] is None
    assert wl.RandomStream(show="pairs", generator="randu", n=7).picture["n"] == 7


@pytest.mark.parametrize("generator", ["wichmann-hill", "tiny-lcg", "randu"])
def test_a_stage_says_nothing_of_the_others(generator):
    stream = wl.RandomStream(show="stream", compare_with="randu")
    assert stream.picture["other"] is None and "Dividing" not in stream.picture["message"]
    stream.divide_by_period = True
    assert "Dividing by the moduli" in stream.picture["message"]
    pairs = wl.RandomStream(show="pairs", generator=generator).picture
    said = " ".join([pairs["message"], pairs["main"]["pattern"], pairs["other"]["pattern"]])
    assert "triples" not in said.lower() and "planes" not in said
    lines = {"tiny-lcg": "Its pairs lie on a few lines."}
    assert pairs["main"]["pattern"] == lines.get(generator, "Its pairs fill the square: no pattern to see.")


def test_the_planes_are_counted_and_where_the_cube_stands_is_kept_and_reset():
    planes = wl.RandomStream(show="planes")
    assert planes.picture["main"]["pattern"] == "Its triples lie on 15 parallel planes."
    assert planes.picture["other"]["pattern"] == "Its triples fill the cube: no pattern to see."
    planes.set_state({"turn_deg": 88})
    planes.generator = "tiny-lcg"
    assert planes.picture["main"]["pattern"] == "Pairs: they lie on a few lines."
    assert planes.turn_deg == 88 and "turn_deg" in planes.inputs
    planes.restart()
    assert (planes.turn_deg, planes.generator) == (0, "randu")


def test_a_stage_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="show 'cube' is not one of stream, pairs, planes"):
        wl.RandomStream(show="cube")
