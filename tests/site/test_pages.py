"""Pages of the made-up course: what the app's have, without a server."""

import json
import re
from html.parser import HTMLParser

import pytest

from static_edition import bundle
from widgets_lib.compute import mnist

PAGES = ("01_small.html", "02_plain.html", "index.html", "404.html")
VOID = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """Every element with its attributes, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.text, self.elements, self.inline = text, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def all(self, tag):
        return [attributes for each, attributes in self.elements if each == tag]

    @property
    def data(self):
        return json.loads(re.search(r'id="widgets">(.*?)</script>', self.text, re.S)[1])


@pytest.fixture(scope="module")
def small(small_site):
    return Page((small_site / "01_small.html").read_text("utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_every_address_is_relative_and_leads_to_a_file(small_site, name):
    found = Page((small_site / name).read_text("utf-8"))
    addresses = [
        each.get("href") or each.get("src") for tag in ("link", "script", "img", "a") for each in found.all(tag)
    ]
    addresses = [each for each in addresses if each and not each.startswith(("#", "data:"))]
    assert addresses
    for address in addresses:
        assert not re.match(r"[a-z]+:|/", address), address
        assert (small_site / address.partition("#")[0]).exists(), address


def test_what_python_needs_is_named_and_there(small_site, small):
    python = small.data["python"]
    for address in (python["archive"], python["recipes"]):
        assert (small_site / address).is_file()
    for name, file in python["lazy"].items():
        pieces = [(small_site / address).read_bytes() for address in file["addresses"]]
        assert {len(piece) for piece in pieces[:-1]} <= {file["piece"]} and sum(map(len, pieces)) == file["bytes"]
        if name == "mnist.npz":
            assert b"".join(pieces) == mnist.BUNDLED.read_bytes()
    assert {file.name for file in (small_site / python["pyodide"]).iterdir()} == {
        *("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
    }


def test_widgets_are_named_by_what_they_are_and_stand_in_their_places(small):
    assert [each["data-model"] for each in small.all("div") if "tf-widget" in each.get("class", "")] == [
        *("strides-1", "predict-1")
    ]
    assert set(small.data["models"]) == set(small.data["inputs"]) == {"strides-1", "predict-1"}
    strides = small.data["models"]["strides-1"]
    assert strides["class"] == "StrideExplorer" and strides["state"]["shape"] == [2, 3]
    assert "layout" not in strides["state"]


def test_a_page_asks_for_few_files_and_for_its_module_before_the_parser_comes_to_it(small_site, small):
    (module,) = (each["src"] for each in small.all("script") if each.get("type") == "module")
    assert [each["href"] for each in small.all("link") if each["rel"] == "modulepreload"] == [module]
    (classic,) = (each["src"] for each in small.all("script") if "src" in each and "type" not in each)
    code = (small_site / module).read_text("utf-8")
    assert not re.search(r"""\bimport\b[^;]*?\bfrom\b *["']|\bimport\(""", code)  # nothing else is fetched for it
    for model in small.data["models"].values():
        assert json.dumps(model["view"]) in code
    assert "startLesson" in (small_site / classic).read_text("utf-8")
    assert len([each for each in small.all("link") if each["rel"] == "stylesheet"]) == 6


def test_the_worker_that_a_page_names_is_there(small_site, small):
    assert (small_site / small.data["python"]["worker"]).is_file()


def test_a_view_that_can_not_be_read_is_answered_in_words(tmp_path):
    view = tmp_path / "view.js"
    view.write_text("export default { render() {")
    with pytest.raises(bundle.BundleFailed, match=r"view\.js"):
        bundle.lesson_module({"made-up": view})


def test_code_has_its_colours(small_site, small):
    sheets = [
        (small_site / each["href"]).read_text("utf-8") for each in small.all("link") if each["rel"] == "stylesheet"
    ]
    assert any("highlight" in each.get("class", "").split() for each in small.all("div"))
    assert any(".highlight .k {" in sheet for sheet in sheets)


def test_formulas_are_mathml(small):
    assert small.text.count("<math") == 2 and "<munder>" not in small.text.split("<math")[0]
    assert "$" not in re.sub(r"<script.*?</script>", "", small.text, flags=re.S)


def test_hidden_input_is_not_in_the_page_and_other_code_is(small):
    assert "import widgets_lib" not in re.sub("<[^>]+>", "", small.text)
    assert "StrideExplorer" in re.sub("<[^>]+>", "", small.text.partition('id="widgets"')[0])


def test_what_follows_a_question_waits_up_to_the_next_heading(small):
    veil = small.text[small.text.index('<section class="answer"') : small.text.index("</section>")]
    assert 'data-for="asks"' in veil and "Three, and" in veil
    assert "What follows" not in veil and "What follows" in small.text


def test_outputs_keep_their_words_and_lose_what_is_not_for_readers(small_site, small):
    assert "said" in small.text and "not for readers" not in small.text
    assert "ZeroDivisionError: division by zero" in small.text and "Traceback" not in small.text
    assert "<style" not in small.text and "<p>drawn</p>" in small.text
    sheets = [
        (small_site / each["href"]).read_text("utf-8") for each in small.all("link") if each["rel"] == "stylesheet"
    ]
    assert any(".made-up { color: red }" in sheet for sheet in sheets)


def test_lessons_lead_to_one_another_and_home(small):
    assert {(each.get("rel"), each["href"]) for each in small.all("a") if not each["href"].startswith("#")} == {
        (None, "./"),
        ("next", "02_plain.html"),
    }


def test_the_home_lists_the_lessons(small_site):
    home = Page((small_site / "index.html").read_text("utf-8"))
    assert [each["href"] for each in home.all("a") if "html" in each["href"]] == ["./01_small.html", "./02_plain.html"]
    assert {"data-lesson": "01_small.ipynb", "data-questions": "asks"}.items() <= home.all("li")[0].items()
    assert "Short &amp; small." in home.text


def test_a_lost_address_gets_a_page_that_needs_no_other_file(small_site):
    found = Page((small_site / "404.html").read_text("utf-8"))
    assert not [each for each in found.all("link") if each["rel"] == "stylesheet"]
    assert not [each for each in found.all("script") if "src" in each]
    assert "There is no such page" in found.text
