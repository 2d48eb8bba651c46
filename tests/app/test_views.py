"""Views of widgets at addresses that tell their contents, and the part of a page that is drawn without Voila."""

import hashlib
import json
import re
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_output

from tests.support import servers
from widgets_lib.app import live, views
from widgets_lib.app.views import ViewFiles

PREDICT = "import widgets_lib as wl\nwl.Predict('How many?', answer=3)"
IN_A_BOX = "import ipywidgets, widgets_lib as wl\nipywidgets.VBox([wl.LoopStepper()])"


def named(path, text):
    return f"{path}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def small_bundle():
    """(name, files) of a module that imports another."""
    inner = "export const one = 1;\n"
    outer = f'import {{ one }} from "#{named("shared/dom.js", inner)}#";\nexport default one;\n'
    return named("tape/tape.js", outer), {
        named("shared/dom.js", inner): inner,
        named("tape/tape.js", outer): outer,
    }


def test_a_module_names_what_it_imports_by_its_address():
    name, files = small_bundle()
    table = ViewFiles()
    address = table.add(name, files)
    first, second = table.modules_of(address)
    assert second == address and re.fullmatch(r"[0-9a-f]{12}/tape/tape\.js", address)
    assert f'from "../../{first}";'.encode() in table.get(address)
    assert table.add(name, {}) == address  # a second page need not bring the file


@pytest.mark.parametrize(
    "name",
    ["../secret.js@0123456789ab", "a/../../b.js@0123456789ab", "a/b.py@0123456789ab", "a/b.js@xyz", "a/b.js", ""],
)
def test_only_a_name_of_a_file_of_a_view_gets_an_address(name):
    with pytest.raises(ValueError, match="does not name a file"):
        ViewFiles().add(name, {name: "text"})


def test_a_file_that_is_not_what_its_name_says_gets_no_address():
    name, files = small_bundle()
    table = ViewFiles()
    with pytest.raises(ValueError, match="not what its name says"):
        table.add(name, {each: text + "// more" for each, text in files.items()})
    assert table.get(ViewFiles.address_of(name)) is None


def test_the_table_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(views, "MAX_FILES", 1)
    with pytest.raises(ValueError, match="too many"):
        ViewFiles().add(*small_bundle())


# --- which outputs the page draws by itself


def executor(**states):
    states = {key: dict(state) for key, state in states.items()}
    return SimpleNamespace(widget_state=states, widget_buffers={}, log=None)


def ours(files, module, **traits):
    return {"_view": {"module": module, "sheets": []}, "_assets": "IPY_MODEL_files", "layout": "IPY_MODEL_l", **traits}


def shown(widgets, *bundles):
    """The marks of a cell's outputs."""
    cell = new_code_cell(outputs=[new_output("display_data", data=data) for data in bundles])
    widgets.mark(cell)
    return [output.metadata["live"]["kind"] for output in cell.outputs]


def view(key):
    return {live.VIEW: {"model_id": key}, "text/plain": "a widget"}


def test_ours_lines_and_plain_outputs_are_drawn_without_voila_and_nothing_else_is():
    name, files = small_bundle()
    line = {
        "_view_name": "HTMLView",
        "_model_module": "@jupyter-widgets/controls",
        "value": "so far",
        "description": "",
    }
    made = executor(
        files={"files": files},
        tape=ours(files, name, n=1),
        parent=ours(files, name, child="IPY_MODEL_tape"),
        line=line,
        labelled={**line, "description": "a label"},
        box={"_view_name": "VBoxView", "_model_module": "@jupyter-widgets/controls", "children": ["IPY_MODEL_tape"]},
    )
    widgets = live.LiveWidgets(made, ViewFiles())
    plain = [{"text/plain": "7"}, {"text/html": "<table></table>", "text/plain": "7"}, {"image/png": "abc"}]
    assert shown(widgets, view("tape"), view("line"), *plain) == ["widget"] * 2 + ["plain"] * 3
    assert not widgets.page()["voila"]
    rest = [{"text/html": "<script>1</script>"}, {"text/html": "$x$"}, {"text/latex": "x"}, {"application/x": "1"}]
    assert set(shown(widgets, view("box"), view("parent"), view("labelled"), view("unknown"), *rest)) == {"voila"}
    assert widgets.page()["voila"]
    page = json.loads(widgets.page()["widgets"])
    assert page["models"]["tape"]["state"] == {"n": 1}
    assert set(page["models"]) == {"tape", "line"}


def test_the_page_gets_the_traits_as_they_are_after_the_last_cell_with_their_bytes():
    name, files = small_bundle()
    made = executor(files={"files": files}, tape=ours(files, name, n=1, pixels=None, parts=[None, {"at": None}]))
    widgets = live.LiveWidgets(made, ViewFiles())
    shown(widgets, view("tape"))
    made.widget_state["tape"].update(n=2, word="</script>")
    buffers = [("pixels",), ("parts", 0), ("parts", 1, "at"), ("parts", 7), ("gone", 1)]
    made.widget_buffers["tape"] = {path: {"data": "AAEC"} for path in buffers}
    text = widgets.page()["widgets"]
    assert "</script>" not in text
    data = {"$bytes": "AAEC"}
    assert json.loads(text)["models"]["tape"]["state"] == {
        "n": 2,
        "word": "</script>",
        "pixels": data,
        "parts": [data, {"at": data}],
    }


# --- as it is served


def modules(page):
    """The addresses of the modules that a page preloads, in order."""
    return re.findall(r'<link rel="modulepreload" href="/([^"]+)">', page)


def test_a_page_of_our_widgets_asks_for_none_of_voilas_scripts(render, small_voila):
    _, _, page = render([("md", "A formula, $c_{ij} = \\sum_k a_{ik} b_{kj}$."), PREDICT, "print(1)\n6 * 7"])
    assert "voila.js" not in page and "voila-style" not in page and "cell-output+json" not in page
    assert "<math" in page and "<msub" in page and "$" not in page.partition("<main")[2].partition("<script")[0]
    assert re.search(r'<div class="lm-Widget tf-widget" data-model="\w+" data-stem="predict">', page)
    assert page.count('id="widgets"') == 1 and '"question"' in page


def test_a_page_with_other_widgets_gets_voilas_scripts_after_its_last_cell(render):
    _, _, page = render([PREDICT, IN_A_BOX])
    assert page.count("cell-output+json") == 1 and page.count("tf-widget") == 1
    assert page.index("cell-output+json") < page.index('startVoila("/voila/templates/')
    assert page.index('rel="preload" as="script"') < page.index("cell-output+json")  # fetched while cells run


def test_a_formula_that_cannot_be_read_is_left_to_mathjax(render):
    _, _, page = render([("md", "$\\qopname{x}$")])
    assert "$\\qopname{x}$" in page and "startVoila(" in page


def test_every_module_and_sheet_of_a_page_is_kept_for_ever(render, small_voila):
    _, _, page = render([PREDICT])
    sheets = re.findall(r'<link rel="stylesheet" href="/(voila/views/[^"]+)">', page)
    assert any("/predict/predict.js" in each for each in modules(page)) and len(sheets) > 1
    for address in [*modules(page), *sheets]:
        status, headers, text = small_voila.get(address)
        assert (status, headers["Cache-Control"]) == (200, "private, max-age=31536000, immutable"), address
        assert headers["Content-Type"].startswith("text/javascript" if address.endswith(".js") else "text/css")
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert 'from "#' not in text  # no import is left that only a notebook's page could follow


@pytest.mark.parametrize(
    "path", ["", "0123456789ab/shared/dom.js", "../../voila.json", "..%2f..%2fapp/handlers.py", "%00", "live/live.js"]
)
def test_no_other_address_below_the_views_leads_anywhere(render, small_voila, path):
    render([PREDICT], name="predict.ipynb")
    request = urllib.request.Request(f"{small_voila.url}voila/views/{path}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 404


def test_a_token_guards_the_views(logs, tmp_path):
    with servers.voila(tmp_path, logs, "--token=open-sesame") as server:
        address = views.page_modules()[-1]
        assert server.get(f"voila/views/{address}?token=open-sesame")[0] == 404  # no page has been made yet
        assert 'name="password"' in server.get(f"voila/views/{address}")[2]
