import pytest

from static_edition.formulas import FormulaFailed, Formulas


def test_each_formula_comes_into_its_place():
    formulas = Formulas()
    page = formulas.fill(f"<p>{formulas.place('x^2')}</p>{formulas.place('y', display=True)}")
    first, second = page.split("</p>")
    assert first.startswith("<p><math>") and "<msup>" in first
    assert 'display="block"' in second and "<mi>y</mi>" in second
    assert "style=" not in page


def test_a_formula_that_cant_be_read_fails_the_build_and_is_named():
    formulas = Formulas()
    with pytest.raises(FormulaFailed, match="frobnicate"):
        formulas.fill(formulas.place(r"\frobnicate{x}"))
