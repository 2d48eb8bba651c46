"""What a client other than our pages can do: nothing."""

import json
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus

from tests.support import servers
from tests.support.visitors import BROWSERS, Visitor

SLIDER = "import ipywidgets\nipywidgets.IntSlider()"
REFUSED = {
    "execute_request": {"code": "", "silent": False, "user_expressions": {}, "allow_stdin": True},
    "input_reply": {"value": "", "status": "ok"},
    "debug_request": {"type": "request", "command": "evaluate", "seq": 1, "arguments": {"expression": ""}},
    "interrupt_request": {},
    "inspect_request": {"code": "pathlib", "cursor_pos": 3},
    "complete_request": {"code": "pathl", "cursor_pos": 5},
    "history_request": {"hist_access_type": "tail", "n": 10, "raw": True},
}


def answer(server, path, method="GET", body=None, **headers):
    """The status of any request."""
    return server._ask(urllib.request.Request(server.url + path, body, headers, method=method))[0]


@pytest.mark.parametrize("protocol", [None, BROWSERS])
def test_code_sent_over_the_websocket_is_not_run(visit, tmp_path, protocol, request):
    trace = tmp_path / "trace"
    code = f"import pathlib\npathlib.Path({str(trace)!r}).write_text('was here')"
    visitor = visit([SLIDER], subprotocols=protocol and [protocol])
    slider = visitor.model("IntSliderModel")
    for channel in ("shell", "control", "stdin"):
        for kind, content in REFUSED.items():
            visitor.send(kind, {key: code if value == "" else value for key, value in content.items()}, channel)
    answers = visitor.until_idle(visitor.move(slider, value=7))  # the page itself goes on working
    assert "7" in str(answers)
    assert (
        visitor.server.log.count(
            f"{request.node.name}.ipynb: left out what a page sent: a message that is not of a widget"
        )
        == 1
    )
    assert not trace.exists()


def test_a_message_to_nothing_is_ignored_and_the_page_goes_on_working(visit):
    visitor = visit([SLIDER])
    slider = visitor.model("IntSliderModel")
    visitor.send("comm_open", {"comm_id": "a", "target_name": "os.system", "data": "ls", "target_module": "os"})
    visitor.send("comm_open", {"comm_id": "b", "target_name": "jupyter.widget", "data": {"state": {}}}, version="2.1.0")
    visitor.send("comm_msg", {"comm_id": "missing", "data": {"method": "update", "state": {"value": 1}}})
    visitor.send("comm_msg", {"comm_id": slider, "data": {"method": "update", "state": {"value": "text", "x": 1}}})
    assert "7" in str(visitor.until_idle(visitor.move(slider, value=7)))


def test_another_sites_page_cannot_open_the_websocket(visit, small_voila):
    visitor = visit([SLIDER], origin=small_voila.url.rstrip("/"))
    with pytest.raises(InvalidStatus, match="403"):
        visitor.connect(origin="http://elsewhere.example")


def test_a_kernel_can_be_asked_after_by_those_who_know_it_and_not_stopped_or_steered(visit, small_voila):
    kernel = f"api/kernels/{visit([SLIDER]).kernel}"
    assert answer(small_voila, kernel) == 200
    for path, method in (
        *((kernel, "DELETE"), (kernel, "POST"), (kernel, "PATCH"), ("api/kernels", "GET"), ("api/kernels", "POST")),
        *((f"{kernel}/interrupt", "POST"), (f"{kernel}/restart", "POST")),
        *(("voila/api/shutdown/all", "POST"), ("api/shutdown", "POST"), ("api/sessions", "GET")),
    ):
        body = b"{}" if method in ("POST", "PATCH") else None
        assert answer(small_voila, path, method, body) in (403, 404, 405), path
    assert answer(small_voila, kernel) == 200
    assert answer(small_voila, kernel.replace("-", "0", 1)) == 404


def test_a_visitor_is_not_authorized_to_stop_a_kernel_by_the_api(visit, small_voila):
    """With a valid `_xsrf` token, without which the request would be refused before."""
    kernel = f"api/kernels/{visit([SLIDER]).kernel}"
    [token] = [c for c in small_voila.get()[1].get_all("Set-Cookie") if c.startswith("_xsrf=")]
    name, _, value = token.partition(";")[0].partition("=")
    headers = {"Cookie": f"{name}={value}", "X-XSRFToken": value}
    assert answer(small_voila, kernel, "DELETE", **headers) == 403
    assert "not authorized to write on resource: kernels" in small_voila.log
    assert answer(small_voila, kernel) == 200


@pytest.mark.parametrize(
    "path",
    [
        *("api", "api/contents", "api/status", "api/kernelspecs", "api/terminals", "api/config/notebook"),
        *("voila/api/contents", "voila/api/contents/guarded.ipynb", "lab", "tree", "nbconvert/html/guarded.ipynb"),
        *("voila/static/../../../app.py", "voila/static/%2e%2e/%2e%2e/app.py", "voila/templates/../../voila.json"),
        *("voila/templates/lab/static/%2e%2e/%2e%2e/index.html.j2", "voila/labextensions/../config/x.json"),
        *("voila/files/guarded.ipynb", "voila/files//etc/passwd", "voila/files/..%2f..%2fetc%2fpasswd"),
        *("voila/render/../guarded.py", "voila/render/%2fetc%2fpasswd", "voila/render/guarded.txt"),
        *("voila/execution/1-2-3-4-5", "metrics", "terminals/websocket/1", "logout"),
    ],
)
def test_other_routes_are_closed(small_voila, path):
    servers.write_notebook(["1"], small_voila.root / "guarded.ipynb")
    for name in ("guarded.py", "guarded.txt"):
        (small_voila.root / name).write_text("secret")
    status, _, body = small_voila.get(path)
    assert status in (400, 403, 404), body
    assert "secret" not in body and "root:" not in body and str(small_voila.root) not in body


@pytest.mark.parametrize("header", [("Sec-Fetch-Mode", "no-cors"), ("Sec-Purpose", "prefetch")])
def test_a_lesson_is_opened_and_not_fetched(small_voila, header):
    """A picture on another site whose address is a lesson, or a browser that reads ahead, would take a kernel each."""
    servers.write_notebook(["1"], small_voila.root / "fetched.ipynb")
    assert answer(small_voila, "voila/render/fetched.ipynb", **dict([header])) == 403
    assert small_voila.kernels() == 0


def test_odd_addresses_and_methods_get_a_plain_answer(small_voila):
    for odd in ("voila/render/a.ipynb%00", "voila/render/a%0d%0ab.ipynb", "voila/labextensions/none.js"):
        assert small_voila.get(odd)[0] == 404, odd
    assert answer(small_voila, "", "HEAD") == 200
    assert "Traceback" not in small_voila.log.partition("voila/render/a.ipynb%00")[2]


def test_a_browser_keeps_its_name_until_it_is_closed(small_voila):
    _, headers, _ = small_voila.get()
    [cookie] = [cookie for cookie in headers.get_all("Set-Cookie") if cookie.startswith("username-")]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "expires" not in cookie
    _, again, _ = small_voila.get(Cookie=cookie.partition(";")[0])
    assert not [cookie for cookie in again.get_all("Set-Cookie", []) if cookie.startswith("username-")]
    _, forged, _ = small_voila.get(Cookie=cookie.partition("=")[0] + '="2|1:0|forged"')
    assert [cookie for cookie in forged.get_all("Set-Cookie") if cookie.startswith("username-")]


def test_the_visitors_cookie_is_secure_where_the_page_is(small_voila):
    assert "Secure" in small_voila.get("", **{"X-Forwarded-Proto": "https"})[1]["Set-Cookie"]
    assert "Secure" not in small_voila.get("")[1]["Set-Cookie"]


def test_the_stock_list_of_files_cannot_be_asked_for(small_voila):
    assert small_voila.get("?classic-tree=false")[2] == small_voila.get()[2]


def test_every_answer_carries_the_security_headers(small_voila):
    (small_voila.root / "assets").mkdir(exist_ok=True)
    (small_voila.root / "assets" / "digit.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    for path, expected in {
        "": 200,
        "health": 200,
        "voila/files/assets/digit.svg": 200,
        "voila/static/voila.js": 200,
        "voila/templates/tensor-foundations/static/lesson.css": 200,
        "voila/labextensions/anywidget/package.json": 200,
        "voila/files/none.svg": 404,
        "voila/render/none.ipynb": 404,
        "nothing/here": 404,
    }.items():
        status, headers, _ = small_voila.get(path)
        assert status == expected, path
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"], path
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path


def test_what_a_token_guards_and_what_it_does_not(logs, tmp_path):
    servers.write_notebook([SLIDER], tmp_path / "a.ipynb")
    (tmp_path / "picture.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with servers.voila(tmp_path, logs, "--token=open-sesame") as server:
        for guarded in ("", "voila/render/a.ipynb", "voila/tree", "nothing/here"):
            assert 'name="password"' in server.get(guarded)[2], guarded  # led to a page that asks for it
        assert server.kernels() == 0
        for open_to_all in ("health", "voila/files/picture.svg", "voila/static/voila.js"):
            assert server.get(open_to_all)[0] == 200, open_to_all
        with Visitor(server, "a.ipynb?token=open-sesame") as visitor:
            assert visitor.status == 200
            assert answer(server, f"api/kernels/{visitor.kernel}") == 403
            with pytest.raises(InvalidStatus, match="403"):
                visitor.connect()
            visitor.connect(additional_headers={"Authorization": "token open-sesame"})
            assert visitor.model("IntSliderModel")


def test_with_another_voila_json_limits_hold_and_the_log_names_what_is_missing(logs, tmp_path):
    manager = {"multi_kernel_manager_class": "widgets_lib.app.entry.LessonKernelManager"}
    (tmp_path / "voila.json").write_text(json.dumps({"VoilaConfiguration": manager}))
    servers.write_notebook(["import resource\nprint(resource.getrlimit(resource.RLIMIT_DATA))"], tmp_path / "a.ipynb")
    with servers.voila(tmp_path, logs, cwd=tmp_path) as server:
        assert f"({2048 * 1024**2}, {2048 * 1024**2})" in server.get("voila/render/a.ipynb")[2]
        for setting in ("authorizer_class", "kernel_websocket_connection_class"):
            assert f"Voila.{setting} is not set to widgets_lib.app." in server.log


def test_a_visitors_request_is_not_shown_to_others(pooled_voila):
    servers.write_notebook(["1"], pooled_voila.root / "a.ipynb")
    servers.wait_until(lambda: pooled_voila.health()["waiting"] == 1, "the pool stays empty")
    with Visitor(pooled_voila, "a.ipynb?name=alice") as visitor:
        assert pooled_voila.get(f"voila/query/{visitor.kernel}")[0] == 404
