"""Of a large stylesheet a page gets what can match."""

from static_edition.pruning import prune

SHEET = """
/* a remark */
:root { --used: red; --through: var(--used); --unused: url("data:image/svg+xml;base64,AA;BB=="); --named: 1px }
.there, .elsewhere > .there { color: var(--through) }
.elsewhere { color: blue }
.there:not(.elsewhere) p { margin: 0 }
@media print { .elsewhere { display: none } .there { display: block } }
@media screen { .elsewhere { display: none } }
"""


def test_a_rule_stays_if_all_its_classes_are_there():
    sheet = prune(SHEET, ['<p class="there">', "element.style.setProperty('--named', 2)"])
    assert ".there{color: var(--through);}" in sheet
    assert "blue" not in sheet and ".elsewhere >" not in sheet and "remark" not in sheet
    assert ".there:not(.elsewhere) p{margin: 0;}" in sheet
    assert "@media print {.there{display: block;}}" in sheet and "screen" not in sheet


def test_a_variable_stays_if_something_asks_for_it():
    sheet = prune(SHEET, ["there", "--named"])
    assert "--used: red;" in sheet and "--through: var(--used);" in sheet and "--named: 1px;" in sheet
    assert "--unused" not in sheet and "BB" not in sheet
    assert "--unused" in prune(SHEET, ["there"], ["a { background: var(--unused) }"])
    assert "--used" not in prune(SHEET, ["no class of it"])
