"""What the server shows of itself, and what it keeps."""

import json
import re
from types import SimpleNamespace

import pytest

from tests.support import servers
from widgets_lib.app.templates import around

ADDRESS = re.compile(r"""(?:src|href|url|import)\s*[=(]\s*["']?(https?:)?//""")


def test_health_counts_lessons_and_kernels(render, small_voila):
    render(["1"])
    health = json.loads(small_voila.get("health")[2])
    assert health["kernels"] == 1 and health["max_kernels"] == 2
    assert health["lessons"] == len(list(small_voila.root.glob("*.ipynb")))


def test_no_page_names_an_address_outside(render, small_voila):
    pages = [render(["1"], name="05_einsum.ipynb"), small_voila.get(), small_voila.get("nothing-here")]
    assert [status for status, _, _ in pages] == [200, 200, 404]
    for _, _, page in pages:
        assert not ADDRESS.search(page)


def test_a_jupyter_server_shows_the_same_page(logs, tmp_path):
    """As on Binder, where Voila is an extension of the Jupyter server and another part of it reads voila.json."""
    servers.write_notebook(["1/0", "print(6 * 7)"], tmp_path / "05_einsum.ipynb")
    with servers.lab(tmp_path, logs) as server:
        status, _, page = server.get("voila/render/05_einsum.ipynb")
        assert status == 200
        assert 'id="code-switch"' in page and "This cell did not finish" in page and "42" in page
        assert "https:" not in page and "--wl-paper: light-dark(" in page
        assert 'class="home" href="/voila/tree"' in page
        module = re.search(r'href="/(voila/views/[^"]+/live/live.js)"', page)[1]
        assert server.get(module)[0] == 200  # the Jupyter server has got our route
        assert server.close_tab(page) == 204


def test_the_home_page_lists_the_lessons(small_voila):
    servers.write_notebook(["1"], small_voila.root / "05_einsum.ipynb")
    _, _, home = small_voila.get()
    assert 'href="/voila/render/05_einsum.ipynb"' in home


def test_a_lesson_leads_to_its_neighbours_and_home(render, small_voila):
    for name in ("05_einsum.ipynb", "07_pixel_similarity.ipynb"):
        servers.write_notebook(["1"], small_voila.root / name)
    _, _, page = render([("md", "# 6 · On the GPU")], name="06_gpu.ipynb")
    assert re.search(r'rel="prev" href="/voila/render/05_einsum.ipynb"', page)
    assert re.search(r'rel="next" href="/voila/render/07_pixel_similarity.ipynb"', page)
    assert re.search(r'class="home" href="/"', page) and re.search(r'class="all" href="/"', page)


@pytest.mark.parametrize("address", ["sub/b.ipynb", "/sub/b.ipynb", "//sub/b.ipynb", "sub/./b.ipynb", "../sub/b.ipynb"])
def test_the_lessons_around_one_are_those_of_the_served_folder(tmp_path, address):
    (tmp_path / "served" / "sub").mkdir(parents=True)
    (tmp_path / "sub").mkdir()
    manager = SimpleNamespace(root_dir=str(tmp_path / "served"), parent=None)
    for name in "ab":
        servers.write_notebook(["1"], tmp_path / "sub" / f"{name}.ipynb")
    for outside in (f"{tmp_path}/sub/b.ipynb", "../sub/b.ipynb"):
        assert around(outside, manager, "/")["previous"] is None
    for name in "ab":
        servers.write_notebook(["1"], tmp_path / "served" / "sub" / f"{name}.ipynb")
    there = around(address, manager, "/")
    assert there["home"] == "/voila/tree/sub" and there["previous"].path == "sub/a.ipynb"


def test_page_and_widgets_share_their_tokens(render, small_voila):
    """Every page carries the widgets' own file; no other stylesheet says what a colour of the course is."""
    tokens = (servers.ROOT / "widgets_lib/widgets/shared/tokens.css").read_text("utf-8")
    assert len(re.findall(r"--wl-[\w-]+: light-dark\(", tokens)) > 15
    pages = [render(["1"]), small_voila.get(), small_voila.get("nothing-here")]
    assert [page.count(tokens) for _, _, page in pages] == [1, 1, 1]
    sheets = [path for path in (servers.ROOT / "widgets_lib").rglob("*.css") if path.name != "tokens.css"]
    assert len(sheets) > 12 and [path for path in sheets if "light-dark(" in path.read_text("utf-8")] == []


def test_neither_template_nor_theme_can_be_chosen_by_the_address(small_voila):
    servers.write_notebook(["1"], small_voila.root / "05_einsum.ipynb")
    _, _, page = small_voila.get("voila/render/05_einsum.ipynb?template=classic&theme=dark")
    assert 'id="code-switch"' in page
    small_voila.close_tab(page)


@pytest.mark.parametrize(
    "path",
    [
        *("voila/files/05_einsum.ipynb", "voila/files/.hidden/picture.png", "voila/files/.picture.png"),
        *("voila/files/../conftest.py", "voila/files/%2e%2e/secret.png", "voila/files/notes.py"),
        *("voila/render/.hidden/x.ipynb", "api/contents", "lab", "files/05_einsum.ipynb"),
    ],
)
def test_nothing_but_lessons_and_pictures_is_served(small_voila, path):
    (small_voila.root / ".hidden").mkdir(exist_ok=True)
    for name in (".hidden/picture.png", ".picture.png", "../secret.png", "notes.py", ".hidden/x.ipynb"):
        (small_voila.root / name).write_bytes(b"{}")
    servers.write_notebook(["1"], small_voila.root / "05_einsum.ipynb")
    assert small_voila.get(path)[0] in (403, 404)


def test_a_lessons_picture_is_served(small_voila):
    (small_voila.root / "assets").mkdir(exist_ok=True)
    (small_voila.root / "assets" / "digit.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert small_voila.get("voila/files/assets/digit.svg")[0] == 200


def test_pages_carry_the_security_headers(small_voila):
    _, headers, _ = small_voila.get()
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
