"""Outlines as HTML: well-formed, and nothing but text where text is meant."""

from __future__ import annotations

import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.outline.entry import Entry
from roman_cal_models.outline.page import page

VOID = {"input", "br", "img", "meta", "link"}


class _Checked(HTMLParser):
    """Reads HTML, and knows what was open and which texts were met."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.texts.append(data)


def _of(*members: Entry) -> Entry:
    return Entry("top", "", "Node", size=len(members), members=partial(iter, members))


def test_names_values_units_and_titles_are_shown() -> None:
    checked = _Checked(page(_of(Entry("a", "a", "float", "An area", 1.5, unit="MJy.sr**-1")), ["v-1.0.0"], "/x/y.asdf"))
    assert checked.texts == ["top", "v-1.0.0", "y.asdf", "a", "1.5", "MJy sr⁻¹", "An area"]
    assert ("title", "An area") in checked.attributes
    assert ("title", "/x/y.asdf") in checked.attributes


EVIL = "</span><script>alert(1)</script>\"' onmouseover='alert(2)&amp;"


def test_html_in_names_values_and_titles_is_text() -> None:
    inner = Entry(EVIL, EVIL, EVIL, EVIL, unit=EVIL, size=1, members=lambda: [Entry("x", "x", "str", EVIL, EVIL)])
    checked = _Checked(page(_of(Entry(EVIL, EVIL, "str", EVIL, EVIL, unit=EVIL), inner), [EVIL], EVIL))
    assert checked.tags.count("script") == 1
    assert checked.texts.count(EVIL) >= 6
    assert not [name for name, _ in checked.attributes if name.startswith("on")]


def test_html_of_a_file_is_text() -> None:
    step = rcm.L2CalStep.create_minimal()
    with rcm.config(validate_assignment="off", unknown="ignore"):
        step["<b>"] = "<script>alert(1)</script>"
    assert "<b>" in _Checked(step._repr_html_()).texts
    assert "<script>alert(1)</script>" in _Checked(step._repr_html_()).texts


def test_each_output_has_a_name_of_its_own() -> None:
    node = rcm.L2CalStep.create_minimal()
    names = [re.findall(r'data-rcm="(\w+)"', node._repr_html_()) for _ in range(2)]
    assert len({name for found in names for name in found if name.isalnum()}) == 2


def test_nothing_comes_from_elsewhere() -> None:
    html = page(_of(Entry("a", "a", "int", value=1)))
    assert not re.search(
        r"https?:|//[a-z]|@import|url\(|src=|href=", re.sub(r"^\s*//.*$| // .*$", "", html, flags=re.M)
    )


def test_members_beyond_the_most_are_counted() -> None:
    items = Entry(
        "a", "a", "list", size=1000, members=lambda: (Entry(f"[{i}]", f"a[{i}]", "int", value=i) for i in range(1000))
    )
    checked = _Checked(page(_of(items)))
    assert "… 900 more" in checked.texts
    assert "[99]" in checked.texts
    assert "[100]" not in checked.texts


def test_long_text_is_cut() -> None:
    assert len(page(_of(Entry("a", "a", "str", value="x" * 100_000)))) < 20_000


@pytest.mark.parametrize("state", ["open", "closed", "header"])
def test_models_and_headers_say_what_they_are(state: str, tmp_path: Path) -> None:
    path = rcm.ImageModel.create_fake_data().save(tmp_path / "image.asdf")
    if state == "header":
        shown: object = rcm.read_header(path)
    else:
        shown = model = rcm.open(path)
    if state != "open":
        model.close() if state == "closed" else None
    checked = _Checked(shown._repr_html_())  # type: ignore[attr-defined]
    text, *head = checked.texts[: checked.texts.index("meta")]
    assert text.startswith(f"ImageModel  wfi_image-{rcm.WfiImage.versions()[-1]}")
    known = ["ImageModel", f"wfi_image-{rcm.WfiImage.versions()[-1]}", state, "image.asdf"]
    assert head == [text for text in known if text != "open"]
    if state == "open":
        model.close()


def test_a_text_stands_first_and_all_else_is_hidden_until_there_are_styles() -> None:
    for shown in (rcm.ImageModel.create_fake_data(), rcm.L2CalStep.create_minimal(), rcm.steps([])):
        html = shown._repr_html_()
        text, rest = re.fullmatch(r'<pre class="rcm-text">(.*?)</pre>(<div .*</div>)', html, re.DOTALL).groups()  # type: ignore[union-attr]
        assert text
        assert "<" not in text
        assert 'style="display:none"' in rest.partition(">")[0]
        (style,) = re.findall(r"<style>(.*?)</style>", rest, re.DOTALL)
        assert "display: block !important" in style
        assert ".rcm-text { display: none; }" in style


def test_the_text_is_text() -> None:
    step = rcm.L2CalStep.create_minimal()
    with rcm.config(validate_assignment="off", unknown="ignore"):
        step["<b>"] = "</pre><script>alert(1)</script>"
    html = step._repr_html_()
    assert "</pre><script>alert(1)" not in html
    assert html.count("<pre") == html.count("</pre>") == 1


def test_a_list_of_numbers_is_shown_as_python_writes_it() -> None:
    exposure = rcm.ImageModel.create_fake_data().meta.exposure
    exposure.read_pattern = [[1], [2, 3]]
    assert exposure.read_pattern._repr_html_() is None


def test_lists_are_shown_as_well() -> None:
    associations = rcm.AssociationsModel.create_fake_data()
    associations.products = [{"members": [], "name": "p"}]
    assert {"[0]", "name", "p"} <= set(_Checked(associations.products._repr_html_()).texts)
