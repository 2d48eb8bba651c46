"""The numbers that lesson 08 states and shows."""

import itertools
import math
import re

import nbformat
import numpy as np
import pytest

from tests.lessons.lesson_expressions import given_away, judged, shown, tried, widgets
from tests.support import servers
from widgets_lib.compute import mnist
from widgets_lib.compute.learning import descent

LESSON = "08_sgd"


def numbers(text):
    return [float(each) for each in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


# ---- scores, loss ----


def test_the_nearest_mean_is_the_largest_score(printed, run_lesson):
    assert printed(LESSON, "nearest = ") == "different answers: 0\naccuracy: 0.8200\n"
    data = mnist.load()
    means = np.stack([data.x_train[data.y_train == digit].mean(0) for digit in range(10)]).astype(float)
    distances = ((data.x_test[:500, None].astype(float) - means) ** 2).sum(-1)
    assert run_lesson(LESSON, "nearest[:500].tolist()", shown("scores.shape")) == [
        distances.argmin(1).tolist(),
        [10_000, 10],
    ]


def test_accuracy_is_flat_where_the_loss_is_not(run_lesson):
    turned, change, stairs, falls = run_lesson(
        LESSON,
        "int((before.argmax(1) != after.argmax(1)).sum())",
        "(F.cross_entropy(after.double(), y) - F.cross_entropy(before.double(), y)).item()",
        "len(set(rights))",
        "sum(a > b for a, b in zip(losses, losses[1:]))",
    )
    assert turned == 0
    assert change != 0
    assert stairs < 20 and falls > 120


def test_softmax_and_cross_entropy_are_pytorchs(printed, run_lesson):
    assert run_lesson(LESSON, "torch.allclose(softmax(x_test @ w + b), F.softmax(x_test @ w + b, dim=1))") == [True]
    ours, theirs = numbers(printed(LESSON, "def cross_entropy"))
    assert ours == pytest.approx(theirs, rel=1e-3) == pytest.approx(0.675, abs=0.001)
    assert [numbers(line)[1] for line in printed(LESSON, "for p in ").splitlines()] == [
        pytest.approx(-math.log(p), abs=5e-4) for p in (1, 0.9, 0.5, 0.1, 0.001)
    ]


def test_each_variant_of_the_softmax(run_lesson):
    (said,) = run_lesson(LESSON, tried(0))
    exps = np.exp([1.0, 2.0, 4.0])
    for name in ("the scores", "plus 10", "less the largest"):
        assert numbers(said[name]) == pytest.approx(exps / exps.sum(), abs=1e-4)
    assert said["plus 100"].count("nan") == 3
    assert numbers(said["times 10"])[-1] == 1


# ---- slopes ----


def test_a_slope_three_ways(printed, run_lesson):
    assert numbers(printed(LESSON, "def loss_of")) == [4]
    assert run_lesson(LESSON, shown("w0.grad")) == [4]
    (said,) = run_lesson(LESSON, tried(1))
    slopes = {name: numbers(text)[0] for name, text in said.items()}
    assert slopes == {
        "h = 0.1": pytest.approx(4 + 4 * 0.1),
        "h = 1": 8,
        "h = 0.001": pytest.approx(4.004, abs=1e-3),
        "h = 1e-8": 0,
        "1e-8, float64": pytest.approx(4, abs=1e-4),
    }


def test_trying_takes_one_loss_for_each_number(printed):
    assert printed(LESSON, "w1, b1 = ").startswith("7,851 losses by trying")


def test_the_engine_gives_the_gradients_of_the_drawing(printed):
    theirs, ours = (numbers(printed(LESSON, start)) for start in ("w_, x_, b_, y_ = ", "class Value:"))
    assert ours == theirs == [16, 24, 8, -8]


def test_the_engine_is_as_short_as_the_changelog_says():
    cells = nbformat.read(servers.ROOT / f"lessons/{LESSON}.ipynb", as_version=4).cells
    (source,) = [cell.source for cell in cells if cell.source.startswith("class Value:")]
    lines = [line for line in source.split("w_, x_, b_, y_")[0].splitlines() if line.strip()]
    assert len(lines) == 45


def test_random_formulas_have_pytorchs_gradients(printed, run_lesson):
    assert numbers(printed(LESSON, "def formula"))[-1] < 1e-12
    nonzero, operations = run_lesson(
        LESSON,
        "sum(max(abs(each.grad) for each in [Value(0.3), Value(-1.1), Value(0.7)] "
        "if not formula([each, 1.5 * each, each * each], seed).backward()) > 0 for seed in range(20))",
        "len(formula([Value(0.3), Value(-1.1), Value(0.7)], 5).order())",
    )
    assert nonzero > 15, "the comparison would hold for an engine that always says 0"
    assert operations > 12


def test_the_gradient_by_the_scores_is_the_probabilities_less_one(run_lesson):
    (found,) = run_lesson(LESSON, shown("[round(score.grad, 3) for score in ten_scores]"))
    assert found == [0.1] * 3 + [-0.9] + [0.1] * 6


def test_the_gradient_as_a_product_is_autograds(run_lesson):
    shape = "dw.shape, torch.allclose(dw, w1.grad, atol=1e-6), torch.allclose(db, b1.grad, atol=1e-6)"
    assert run_lesson(LESSON, shown(shape)) == [[[784, 10], True, True]]


# ---- steps ----


def test_what_each_learning_rate_does(printed, run_lesson):
    down = numbers(printed(LESSON, 'print("loss:"'))
    assert down[0] == 2.3 and down == sorted(down, reverse=True)
    (said,) = run_lesson(LESSON, tried(2))
    paths = {name: numbers(text) for name, text in said.items()}
    assert paths["lr = 0.1"] == down
    assert paths["lr = 0.5"] == sorted(paths["lr = 0.5"], reverse=True)
    swings = paths["lr = 1"]
    assert any(a < b for a, b in itertools.pairwise(swings))
    assert max(swings) == swings[0] > swings[-1]
    assert 2.3 < max(paths["lr = 3"]) < 20 and paths["lr = 3"][-1] < max(paths["lr = 3"])


def test_a_parabola_above_its_limit(run_lesson):
    assert run_lesson(LESSON, shown("places")) == [[round((1 - 0.6 * 4) ** step, 4) for step in range(5)]]


def test_the_limit_at_weights_of_zero(printed):
    curvature, _, limit = numbers(printed(LESSON, "ones = "))
    data = mnist.load()
    x = np.concatenate([data.x_train, np.ones((50_000, 1), np.float32)], 1)
    assert limit == 0.51
    assert limit == pytest.approx(descent.lr_limit(np.zeros((785, 10), np.float32), x, data.y_train), abs=0.005)
    assert curvature == pytest.approx(2 / limit, rel=0.01)


# ---- mini-batches ----


def test_the_cosines_before_and_after_an_epoch(printed):
    before = [numbers(line) for line in printed(LESSON, "for batch in (1, 16").splitlines()]
    after = [numbers(line) for line in printed(LESSON, "true = gradient(w, b)").splitlines()]
    assert [batch for batch, _ in before] == [1, 16, 64, 256, 1024]
    assert [cosine for _, cosine in before] == pytest.approx([0.10, 0.44, 0.69, 0.88, 0.97], abs=0.03)
    assert [cosine for _, cosine, _ in after] == pytest.approx([0.04, 0.17, 0.29, 0.52, 0.78], abs=0.06)
    assert 3 <= after[2][2] <= 30, "per cent of the batches of 64 point uphill"


def test_many_rough_steps_beat_one_perfect_one(printed):
    one, many = printed(LESSON, "def train(").splitlines()
    assert numbers(one)[0] == 1 and numbers(one.split("accuracy")[1])[0] == pytest.approx(0.681, abs=0.01)
    assert numbers(many)[0] == math.ceil(50_000 / 64) == 782
    assert numbers(many.split("accuracy")[1])[0] == pytest.approx(0.905, abs=0.01)


def test_what_the_batch_and_the_learning_rate_do_to_an_epoch(run_lesson):
    batches, rates = run_lesson(LESSON, tried(3), tried(4))
    assert {name: numbers(text)[0] for name, text in batches.items()} == {
        "batch = 64": 782,
        "batch = 16": 3125,
        "batch = 1024": 49,
        "batch = 50000": 1,
    }
    reached = {name: numbers(text)[1] for name, text in batches.items()}
    assert reached["batch = 16"] > reached["batch = 64"] > reached["batch = 1024"] > reached["batch = 50000"]
    rates = {name: numbers(text)[0] for name, text in rates.items()}
    assert rates["lr = 0.01"] < rates["lr = 0.1"] and rates["lr = 0.1"] == pytest.approx(0.905, abs=0.01)
    assert 0.7 < rates["lr = 2"] < 0.92 and 0.75 < rates["lr = 50"] < 0.92


def test_a_forgotten_zero(printed, run_lesson):
    assert run_lesson(LESSON, shown("x0.grad")) == [12]
    zeroed, forgotten = [numbers(line) for line in printed(LESSON, "w_forgot, b_forgot").splitlines()]
    assert zeroed[-2] > forgotten[-2] + 0.02
    assert forgotten[-1] > 2 * math.log(10) > math.log(10) > zeroed[-1]


# ---- what was learned ----


def test_the_linear_reader_gets_92_of_100(printed):
    assert [numbers(line)[0] for line in printed(LESSON, "w, b, _ = train").splitlines()] == [
        0.82,
        pytest.approx(0.92, abs=0.005),
    ]


def test_the_weights_speak_against_ink_in_a_zero(run_lesson):
    mean, weight = run_lesson(LESSON, "means[0, centre].item()", "w[centre, 0].item()")
    assert 0 <= mean < 0.05
    assert weight < -0.3


def test_two_linear_layers_are_one(run_lesson):
    assert run_lesson(LESSON, shown("(w1 @ w2).shape, ((two - one).abs().max() / one.abs().max()).item() < 1e-4")) == [
        [[784, 10], True]
    ]


def test_the_networks_gradients_are_pytorchs(printed):
    lines = printed(LESSON, "parameters = ").splitlines()
    assert [line.split(":")[0] for line in lines] == ["w1 (784, 128)", "b1 (128,)", "w2 (128, 10)", "b2 (10,)"]
    assert all(float(line.split()[-1]) < 1e-12 for line in lines)


def test_a_network_of_zeros_stays_where_it_is(run_lesson):
    assert run_lesson(LESSON, shown("network_gradients(x[:64], y[:64], *zeros)[0].abs().max()")) == [0]


def test_the_network_reads_97_of_100(printed, run_lesson):
    said = printed(LESSON, "def train_network").splitlines()
    assert numbers(said[-2].split(":")[1])[0] >= 0.97
    assert said[-1].startswith("101,770 weights and biases")
    assert run_lesson(LESSON, "accuracy(network(x_test, *trained)[-1], y_test) >= 0.97") == [True]


def test_a_step_of_pytorchs_optimizer_is_ours(run_lesson):
    line = "[torch.allclose(own.t(), theirs, atol=1e-6) for own, theirs in zip(ours, model.parameters(), strict=True)]"
    assert run_lesson(LESSON, shown(line)) == [[True] * 4]


def test_gradients_vanish_in_sigmoids(printed):
    slope, path = printed(LESSON, "z = torch.linspace").splitlines()
    assert numbers(slope) == [0.25]
    assert numbers(path) == [pytest.approx(0.25**10, rel=0.01)]


# ---- widgets and questions ----


def test_the_five_challenges_and_the_drawings_are_there(run_lesson):
    tasks, steppers, training = run_lesson(
        LESSON,
        f"[w._task.key if w._task else '' for w in {widgets('DescentExplorer')}]",
        f"[w.expression for w in {widgets('BackwardStepper')}]",
        f"[[w.hidden, w.lr, w.batch] for w in {widgets('TrainingRun')}]",
    )
    assert tasks == ["", "swing", "diverge", "", "settle", "uphill", "agree"]
    assert steppers == ["line", "softmax"]
    assert training == [[128, 0.3, 64]]


def test_every_question_knows_its_answer(run_lesson):
    right = ["10000, 10", "0", "0", "it stays the same", "2.303", "4", "7851", "8", "-0.9", "2.3"]
    right += ["it goes up and down", "1.96", "0.7", "782", "it is much smaller", "12", "negative"]
    right += ["no, it is the same kind of reader", "128, 10", "0", "1e-6"]
    wrong = ["10, 10000", "100", "1", "it grows", "1", "1", "7850", "2", "0.1", "0"]
    wrong += ["it explodes", "1.4", "0.1", "781", "it is larger", "6", "zero"]
    wrong += ["yes, it has more weights", "64, 10", "1", "0.25"]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]


def test_no_question_stands_below_its_answer():
    pairs = [
        ("x_test @ w + b", "scores = x_test @ w + b"),
        ("the nearest mean and the largest score", "nearest = "),
        ("Raise this one weight", "raised = "),
        ("Add 10", "plus 10"),
        ("−log 0.1", "-math.log(p)"),
        ("that slope at w = 3", "2 * (3 * 2 - 5) * 2"),
        ("find all slopes by trying", "losses by trying"),
        ("gradient arrives", "b_.grad"),
        ("score of the right answer", "ten_scores"),
        ("first loss", "descend(0.1)"),
        ("loss explodes", "descend(1.0)"),
        ("after two steps", "places = "),
        ("mean cosine between", "cosine {"),
        ("make an epoch", "{steps} steps of 64"),
        ("After this epoch", "found < 0"),
        ("called twice", "x0.grad"),
        ("centre pixel", "centre = "),
        ("(x @ w1) @ w2", "two, one = "),
        ("d_scores", "parameters = "),
        ("largest gradient of `w1`", "zeros = "),
        ("ten sigmoids", "ten of them"),
    ]
    assert given_away(LESSON, pairs) == []
