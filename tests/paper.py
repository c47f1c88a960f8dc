"""Reading back what was printed: the words of a PDF with their places, and the code on its first page."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pypdfium2
import zxingcpp

POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class Letter:
    """A letter on a page, in points from its left lower corner."""

    page: int
    letter: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Printed:
    """A PDF as somebody reads it."""

    sizes: list[tuple[float, float]]
    texts: list[str]
    letters: list[Letter]
    code: str | None

    @classmethod
    def of(cls, pdf: bytes) -> Printed:
        document = pypdfium2.PdfDocument(pdf)
        try:
            sizes, texts, letters = [], [], []
            for number, page in enumerate(document):
                sizes.append(page.get_size())
                words = page.get_textpage()
                texts.append(words.get_text_range())
                for k in range(words.count_chars()):
                    left, bottom, right, top = words.get_charbox(k)
                    letters.append(Letter(number, words.get_text_range(k, 1), left, bottom, right, top))
            found = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
            return cls(sizes, texts, letters, found[0].text if found else None)
        finally:
            document.close()

    @property
    def text(self) -> str:
        """All words, without line breaks."""
        return flat(" ".join(self.texts))

    def cut(self, *, margin_mm: float) -> list[Letter]:
        """Letters that reach into the margin of their page, or beyond it."""
        margin = margin_mm * POINTS_PER_MM
        return [
            each
            for each in self.letters
            if each.letter.strip()
            and not (
                margin <= each.left
                and each.right <= self.sizes[each.page][0] - margin
                and margin <= each.bottom
                and each.top <= self.sizes[each.page][1] - margin
            )
        ]

    def across(self, *, below_mm: float, above_mm: float) -> list[Letter]:
        """Letters that lie across the line between a page's content and what is above or below it."""
        return [
            each
            for each in self.letters
            if each.letter.strip()
            and (
                each.bottom < below_mm * POINTS_PER_MM - 0.5 < each.top - 1
                or each.bottom + 1 < self.sizes[each.page][1] - above_mm * POINTS_PER_MM + 0.5 < each.top
            )
        ]


def flat(text: str) -> str:
    """Words with one blank between them, however they were broken into lines.

    >>> flat("una  hoja\\r\\ncon\\xa0linderos del 2024-\\ufffe\\r\\n04"), flat("SIRGAS\\ufffe\\r\\nREGVEN")
    ('una hoja con linderos del 2024-04', 'SIRGAS-REGVEN')
    """
    # What is read back marks a hyphen at the end of a line in its own way.
    whole = re.sub(r"-?\ufffe\s*", "-", text)
    return re.sub(r"\s+", " ", whole).strip()
