"""The .html export: complete in itself, harmless, and readable by a machine too."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from pipeline.export import html
from tests.export_examples import HOSTILE, bare, card, hostile, report_of, shown, small

VOID = {"meta", "path", "line", "rect", "circle", "br"}


class Page(HTMLParser):
    """Tags, attributes and texts of a page; complains about tags that do not match."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.feed(content.decode())
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_it_needs_nothing_but_itself_and_runs_nothing() -> None:
    """No script, no handler, no address outside; a policy forbids them besides."""
    page = Page(html(hostile()))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base", "foreignobject", "use", "image"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")], tag
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in str(policy)
    assert "unsafe" not in str(policy)
    assert b"url(" not in html(small())
    assert b"@import" not in html(small())


def test_the_policy_admits_the_page_s_own_style() -> None:
    """Its hash is that of what stands between the style tags."""
    import base64
    import hashlib

    content = html(small()).decode()
    style = content.partition("<style>")[2].partition("</style>")[0]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in content.partition("<style>")[0]


def test_names_and_evidence_are_text_whatever_they_hold() -> None:
    """Tags stay letters, control characters become signs, template marks are not run."""
    page = Page(html(hostile()))
    texts = {bare(text) for text in page.texts}
    assert {shown(text) for text in HOSTILE} <= texts
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", html(hostile()))


def test_everybody_is_there_with_evidence_and_reason() -> None:
    """Ranked in tiers, the others below with the reason, each with a page of their own."""
    page = Page(html(small()))
    text = " ".join(page.texts)
    assert "Tier 1" in text
    assert "Below the line" in text
    assert "must-have Databases is 1.25, below 2.00" in text
    assert "Ana on Security, says mara@example.com" in text
    assert "why Teamwork counts" in text
    assert len([tag for tag, _ in page.tags if tag == "article"]) == 4


def test_a_tier_that_others_stand_between_is_told_as_one() -> None:
    """Tiers go by the adjusted score, the order by the score: 2, 1, 2 is one tier of two round a tier of one."""
    report = report_of(
        [
            card(name, who, level, 4, 4, 4, 4, 4)
            for name, level in (("Ana", 5), ("Ben", 4), ("Cyd", 3))
            for who in ("ivo", "mara")
        ]
    )
    results = zip(report.ranking.candidates, (2, 1, 2), strict=True)
    split = replace(report.ranking, candidates=tuple(replace(result, tier=tier) for result, tier in results))
    page = Page(html(replace(report, ranking=split)))
    told = [text for text in page.texts if text.startswith("Tier ")]
    assert told[:3] == [
        "Tier 2: 2 candidates who cannot be told apart safely on this evidence; by score, others stand between them",
        "Tier 1: clearly apart from the others",
        "Tier 2, continued",
    ]
    bodies = [attributes.get("class") for tag, attributes in page.tags if tag == "tbody"]
    assert bodies[:3] == ["even", "odd", "even"]


def test_intervals_are_drawn_and_said() -> None:
    """A picture is no use to who cannot see it: each has its numbers in words."""
    drawings = [a for tag, a in Page(html(small())).tags if tag == "svg" and a.get("role") == "img"]
    assert drawings
    assert all(re.search(r"\d\.\d\d", str(each["aria-label"])) for each in drawings)


def test_headings_step_down_one_at_a_time_and_tables_have_headers() -> None:
    """As screen readers need it."""
    page = Page(html(small()))
    assert page.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    count = [tag for tag, _ in page.tags].count
    assert count("table") == count("thead") == count("caption")
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert next(a for tag, a in page.tags if tag == "html")["lang"] == "en"


def test_long_texts_are_shown_whole() -> None:
    """50,000 characters of evidence."""
    content = html(report_of([card("Ana", "ivo@example.com", 4, 4, 4, 4, 4, 4, said="x" * 50_000)]))
    assert b"x" * 50_000 in content


def test_the_same_report_gives_the_same_page() -> None:
    """Nothing depends on the clock."""
    assert html(small()) == html(small())


def test_nobody_yet_is_a_page_too() -> None:
    """Before the first scorecard."""
    text = " ".join(Page(html(report_of([]))).texts)
    assert "Nobody is ranked yet" in text
