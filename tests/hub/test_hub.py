"""A real hub with its proxy: servers of their own, lessons as apps and as notebooks, and who may see what."""

import re
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from tests.hub.conftest import NAME
from tests.support import servers
from tests.support.hub import Learner, Lesson, Notebook, family
from tests.support.visitors import BROWSERS, connect


@pytest.fixture(scope="module")
def open_lessons(learners):
    """Each learner with the lesson open as an app, at the same time."""

    def come(learner):
        return Lesson(learner, NAME).connect()

    with ThreadPoolExecutor(2) as both:
        opened = list(both.map(come, learners))
    yield opened
    for lesson in opened:
        lesson.leave()


def test_a_link_leads_a_new_visitor_to_the_course_on_a_server_of_their_own(learners):
    first, second = learners
    assert first.name != second.name
    for learner in learners:
        status, _, page = learner.first_page
        assert (status, learner.address) == (200, f"{learner.url}course/")
        assert NAME in page


def test_beyond_the_limit_the_hub_says_that_it_is_full(anonymous, learners):
    status, _, page = Learner(anonymous).follow()
    assert status == 429
    assert "limit exceeded. Try again in a few minutes" in page


def test_a_slider_is_answered_through_both_proxies(open_lessons):
    for turn, lesson in enumerate(open_lessons):
        slider = next(key for key, state in lesson.states().items() if state.get("max") == 50)
        answers = lesson.until_idle(lesson.move(slider, value=20 + turn))
        assert "image/png" in str(answers)
        assert lesson.states()[slider]["value"] == 20 + turn


def test_the_app_is_the_courses_own(open_lessons):
    """With its page, and its connection, which passes messages of widgets and no code."""
    lesson = open_lessons[0]
    assert 'id="code-switch"' in lesson.page
    assert lesson.server.get("health")[2].startswith('{"lessons": 1, "kernels": 1,')
    marker = lesson.send("execute_request", {"code": "print('mine')", "silent": False})
    slider = next(key for key, state in lesson.states().items() if state.get("max") == 50)
    assert "image/png" in str(lesson.until_idle(lesson.move(slider, value=7)))
    with pytest.raises(TimeoutError):
        lesson.receive(lambda message: message["parent_header"].get("msg_id") == marker, seconds=0)


def test_a_learner_runs_and_keeps_code_in_a_copy_of_the_lesson(learners, course):
    learner = learners[0]
    with Notebook(learner, NAME).connect() as notebook:
        assert notebook.run("import os; print(os.getcwd(), 6 * 7)").split() == [
            str(learner.home / "lessons"),
            "42",
        ]
        assert notebook.run("open('mine.txt', 'w').write('kept')") == ""
        threads = notebook.run("import os; print(os.environ['OMP_NUM_THREADS'])")
    assert threads == "1\n", "the limits of the app hold in notebooks"
    assert learner.ask(f"{learner.url}lab/tree/lessons/{NAME}")[0] == 200
    assert learner.ask(f"{learner.url}files/lessons/mine.txt")[2] == "kept"
    assert not (course / "mine.txt").exists()


def test_nobody_enters_the_server_of_another(learners, open_lessons):
    first, second = learners
    for path in ("course/", "api/contents", f"course/voila/render/{NAME}", "lab"):
        assert second.ask(first.url + path)[0] == 403, path
    stranger = Learner(first.hub)
    assert stranger.ask(first.url + "course/")[0] == 403, "who was just given a name"
    kernel = f"{first.url}course/api/kernels/{open_lessons[0].kernel}/channels".replace("http", "ws", 1)
    for headers in ({}, {"Cookie": second.cookie(f"user/{first.name}/course/")}):
        with pytest.raises(InvalidStatus) as refused:
            connect(kernel, subprotocols=[BROWSERS], additional_headers=headers, proxy=None).close()
        assert refused.value.response.status_code == 403


def test_the_apps_port_is_closed_to_other_users_of_the_machine(learners, open_lessons):
    """It listens on the machine's own network, where whoever has an account can knock."""
    (port,) = [re.search(r"--port=(\d+)", " ".join(each.cmdline()))[1] for each in apps(learners[0])]
    door = f"127.0.0.1:{port}/user/{learners[0].name}/course/"
    stranger = Learner(learners[0].hub)
    assert "A slider" not in stranger.ask(f"http://{door}voila/render/{NAME}")[2]
    assert stranger.ask(f"http://{door}api/kernels/{open_lessons[0].kernel}")[0] in (302, 403)  # to log in
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{door}api/kernels/{open_lessons[0].kernel}/channels", proxy=None).close()
    assert refused.value.response.status_code == 403


def test_a_command_line_names_no_secret(anonymous, learners):
    """Every user of a machine can read them."""
    secrets = {
        value
        for each in [psutil.Process(anonymous.process.pid), *family(anonymous.process)]
        for name, value in each.environ().items()
        if name in ("JUPYTER_TOKEN", "JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "CONFIGPROXY_AUTH_TOKEN")
    }
    assert len(secrets) >= 4
    lines = [" ".join(each.cmdline()) for each in family(anonymous.process)]
    assert not [line for line in lines if any(secret in line for secret in secrets)]
    kept = [path for path in anonymous.root.iterdir() if path.is_file()]
    assert not [path.name for path in kept if any(secret.encode() in path.read_bytes() for secret in secrets)]


def test_closing_the_tab_frees_the_lessons_kernel(learners, open_lessons):
    lesson = open_lessons[1]
    assert lesson.server.close_tab(lesson.page) == 204
    assert lesson.server.get("health")[2].startswith('{"lessons": 1, "kernels": 0,')


def test_of_an_anonymous_learner_whose_server_has_ended_nothing_is_left(learners):
    learner = learners[1]
    assert learner.home.is_dir()
    stop = f"{learner.hub.url}hub/api/users/{learner.name}/server"
    token = learner.xsrf("hub/")
    status, _, _ = learner.ask(stop, method="DELETE", **{"X-XSRFToken": token, "Referer": f"{learner.hub.url}hub/home"})
    assert status in (202, 204)
    learner.wait_for_the_end()
    servers.wait_until(lambda: not learner.home.exists(), "the folder is left", 60)


def test_when_a_server_is_killed_its_app_ends_too(learners):
    learner = learners[0]
    assert apps(learner)
    (server,) = [each for each in learner.processes() if "jupyterhub-singleuser" in " ".join(each.cmdline())]
    server.kill()
    learner.wait_for_the_end()


def apps(learner):
    return [each for each in learner.processes() if "voila" in each.cmdline()]
