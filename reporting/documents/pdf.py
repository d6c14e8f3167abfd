"""Typeset A4 pages: fonts of many scripts, headings with bookmarks, paragraphs, tables, boxes and images.

Deterministic. Every text passes through `Sheet.clean`.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, TableBordersLayout, VAlign, WrapMode, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from reporting.text.printable import drop_unsafe
from reporting.text.results import Language
from reporting.types import FONTS

MARGIN_MM = 20.0
TOP_MM = 22.0
BOTTOM_MM = 20.0
BODY_PT = 9.5
LINE = 1.35
"""Line height as a share of the font size."""

Colour = tuple[int, int, int]
INK: Colour = (28, 32, 38)
ACCENT: Colour = (24, 62, 104)
GREY: Colour = (92, 99, 108)
RULE: Colour = (200, 206, 213)
TINT: Colour = (240, 244, 248)

_MM_PER_PT = 25.4 / 72
_FAMILY: dict[Language, str] = {"en": "sans", "hi": "devanagari"}
_SCRIPTS = (
    (0x0600, 0x077F, "arabic", "NotoNaskhArabic-Regular.ttf"),
    (0x0980, 0x09FF, "bengali", "NotoSansBengali-Regular.ttf"),
    (0x0A00, 0x0A7F, "gurmukhi", "NotoSansGurmukhi-Regular.ttf"),
    (0x0A80, 0x0AFF, "gujarati", "NotoSansGujarati-Regular.ttf"),
    (0x0B00, 0x0B7F, "oriya", "NotoSansOriya-Regular.ttf"),
    (0x0B80, 0x0BFF, "tamil", "NotoSansTamil-Regular.ttf"),
    (0x0C00, 0x0C7F, "telugu", "NotoSansTelugu-Regular.ttf"),
    (0x0C80, 0x0CFF, "kannada", "NotoSansKannada-Regular.ttf"),
    (0x0D00, 0x0D7F, "malayalam", "NotoSansMalayalam-Regular.ttf"),
)
"""First and last character of a script, its font name and file, loaded on first use."""
_JOINERS = "\u200c\u200d"
_MARKS_IN_A_ROW = 4
_NO_GLYPH = "\ufffd"
_TOGETHER = 6
"""Longest paragraph, in lines, kept on one page."""
_CELL_LINES = 30
_NARROWEST_LETTER_MM = 1.9


@dataclass(frozen=True, slots=True)
class BoxLine:
    """One paragraph of a box."""

    text: str
    size: float = BODY_PT
    weight: Literal["", "B"] = ""
    colour: Colour = INK
    language: Language = "en"


class Sheet(FPDF):
    """A document being typeset."""

    def __init__(self, title: str, running_head: str, created_at: datetime, watermark: str = "") -> None:
        """Start a document without a page.

        Args:
            title: of the document.
            running_head: header of every page.
            created_at: aware creation time.
            watermark: word across every page.
        """
        super().__init__(format="A4")
        self.all_text = ""
        """All texts so far."""
        self._watermark = watermark
        for family, stem in (("sans", "NotoSans"), ("devanagari", "NotoSansDevanagari")):
            for style, weight in (("", "Regular"), ("B", "Bold")):
                self.add_font(family, style, FONTS / f"{stem}-{weight}.ttf")
        self._fallbacks = ["sans", "devanagari"]
        self.set_fallback_fonts(self._fallbacks, exact_match=False)
        self.set_text_shaping(True)
        self.set_font("sans", size=BODY_PT)
        self.set_margins(MARGIN_MM, TOP_MM, MARGIN_MM)
        self.c_margin = 0.0
        self.set_auto_page_break(True, BOTTOM_MM)
        self.set_creation_date(created_at)
        self.set_producer("deepfake-detector")
        self.set_lang("en-IN")
        self._running_head = self.clean(running_head)
        self.set_title(self.clean(title))

    def clean(self, text: str) -> str:
        """Keep characters that a font has, loading fonts on first use; replace others by `\\ufffd`."""
        drawn: list[str] = []
        marks = 0
        self.all_text += f" {text}"
        for character in unicodedata.normalize("NFC", drop_unsafe(text, keep_lines=True).replace("\t", " ")):
            category = unicodedata.category(character)
            marks = marks + 1 if category in {"Mn", "Me"} else 0
            if marks > _MARKS_IN_A_ROW:
                continue
            if character == "\n" or character in _JOINERS:
                drawn.append(character)
            elif category == "Zs":
                drawn.append(" ")
            else:
                drawn.append(character if self._can_draw(ord(character)) else _NO_GLYPH)
        return "".join(drawn)

    def _can_draw(self, code: int) -> bool:
        if any(self._has(family, code) for family in self._fallbacks):
            return True
        for first, last, family, file in _SCRIPTS:
            if first <= code <= last and family not in self._fallbacks:
                self.add_font(family, "", FONTS / file)
                self._fallbacks.append(family)
                self.set_fallback_fonts(self._fallbacks, exact_match=False)
                return self._has(family, code)
        return False

    def _has(self, family: str, code: int) -> bool:
        font = self.fonts[family]
        return isinstance(font, TTFFont) and code in font.cmap

    def header(self) -> None:
        """Draw header and watermark; called by FPDF on every new page."""
        if self._watermark:
            with self.local_context(fill_opacity=0.10), self.rotation(52, self.w / 2, self.h / 2):
                self.set_font("sans", "B", 120)
                self.set_text_color(*INK)
                width = self.get_string_width(self._watermark)
                self.text((self.w - width) / 2, self.h / 2 + 15, self._watermark)
        self.set_xy(MARGIN_MM, 11)
        self.set_font("sans", size=7.5)
        self.set_text_color(*GREY)
        line = self._shortened(self._running_head, self.epw)
        self.cell(self.epw, 4, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.pen(RULE, 0.2)
        self.line(MARGIN_MM, 16, self.w - MARGIN_MM, 16)
        self.set_xy(MARGIN_MM, TOP_MM)

    def footer(self) -> None:
        """Draw the page number; called by FPDF at the end of every page."""
        self.set_xy(MARGIN_MM, self.h - 13)
        self.set_font("sans", size=7.5)
        self.set_text_color(*GREY)
        self.cell(self.epw, 4, f"Page {self.page_no()} of {{nb}}")

    def _shortened(self, text: str, width_mm: float) -> str:
        while text and self.get_string_width(text) > width_mm:
            text = text[: max(0, len(text) - max(2, len(text) // 10))].rstrip("\u2026") + "\u2026"
            if text == "\u2026":
                break
        return text

    def style(
        self, size: float = BODY_PT, weight: Literal["", "B"] = "", colour: Colour = INK, language: Language = "en"
    ) -> None:
        """Set font and colour of the next text."""
        self.set_font(_FAMILY[language], weight, size)
        self.set_text_color(*colour)

    def pen(self, colour: Colour, width_mm: float) -> None:
        """Set colour and width of the next lines."""
        self.set_draw_color(*colour)
        self.set_line_width(width_mm)

    def room(self, height_mm: float) -> None:
        """Start a new page unless this much space is left."""
        if self.y + height_mm > self.h - BOTTOM_MM:
            self.add_page()

    def title_line(self, text: str, subtitle: str) -> None:
        """Add the title of the document."""
        self.style(19, "B", ACCENT)
        self._lines(self.clean(text), 19)
        self.style(8.5, colour=GREY)
        self._lines(self.clean(subtitle), 8.5)
        self.ln(2.5)

    def heading(self, text: str, level: Literal[1, 2] = 1, language: Language = "en", room_mm: float = 30) -> None:
        """Add a heading with a bookmark, kept together with the next text."""
        self.room(room_mm)
        size = 13.0 if level == 1 else 10.5
        if self.y > TOP_MM:
            self.ln(4.0 if level == 1 else 2.5)
        text = self.clean(text)
        self.start_section(text, level - 1, strict=False)
        self.style(size, "B", ACCENT if level == 1 else INK, language)
        self._lines(text, size)
        self.ln(1.0)

    def paragraph(
        self,
        text: str,
        language: Language = "en",
        size: float = BODY_PT,
        weight: Literal["", "B"] = "",
        colour: Colour = INK,
        after_mm: float = 1.6,
    ) -> None:
        """Add a paragraph; a short one is kept on one page."""
        self.style(size, weight, colour, language)
        text = self.clean(text)
        most = _TOGETHER * size * LINE * _MM_PER_PT
        if self.y + most > self.h - BOTTOM_MM:  # measuring takes as long as drawing
            self.room(min(self.height(text, self.epw, size), most))
        self._lines(text, size)
        self.ln(after_mm)

    def bullets(self, items: Sequence[str], language: Language = "en", size: float = BODY_PT) -> None:
        """Add a list."""
        for item in items:
            self.style(size, language=language)
            self.room(size * LINE * _MM_PER_PT)
            left = self.l_margin
            self.set_x(left + 1)
            self.cell(4, size * LINE * _MM_PER_PT, "\u2022")
            self._lines(self.clean(item), size, indent_mm=5)
            self.ln(0.6)
        self.ln(1.0)

    def _lines(self, text: str, size: float, indent_mm: float = 0.0, right_mm: float = 0.0) -> None:
        if indent_mm:
            self.set_x(self.l_margin + indent_mm)
        self.multi_cell(
            self.epw - indent_mm - right_mm,
            size * LINE * _MM_PER_PT,
            text,
            align=Align.L,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD,
        )

    def height(self, text: str, width_mm: float, size: float) -> float:
        """Measure the height in mm of a cleaned text at a width, in the current style."""
        measured = self.multi_cell(
            width_mm,
            size * LINE * _MM_PER_PT,
            text,
            align=Align.L,
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        assert isinstance(measured, float | int)
        return float(measured)

    def facts(self, rows: Sequence[tuple[str, str]], label_mm: float = 42.0) -> None:
        """Add rows of names and values."""
        self.table_of(None, rows, (label_mm, self.epw - label_mm), bold_first=True)

    def table_of(
        self,
        head: Sequence[str] | None,
        rows: Sequence[Sequence[str]],
        widths_mm: Sequence[float],
        size: float = 8.5,
        bold_first: bool = False,
    ) -> None:
        """Add a table; its head is repeated on every page. Cells are cut after `_CELL_LINES` lines, with a mark,
        so that a row fits on a page."""
        self.style(size)
        self.pen(RULE, 0.2)
        self.set_fill_color(255)
        total = sum(widths_mm)
        with self.table(
            width=total,
            col_widths=tuple(widths_mm),
            align=Align.L,
            text_align=Align.L,
            v_align=VAlign.T,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            first_row_as_headings=head is not None,
            headings_style=FontFace(emphasis="BOLD", color=ACCENT, fill_color=TINT),
            line_height=size * LINE * _MM_PER_PT,
            padding=(0.9, 1.2, 0.9, 1.2),
            gutter_width=0,
        ) as table:
            if head is not None:
                table.row([self.clean(name) for name in head])
            for row in rows:
                line = table.row()
                for column, value in enumerate(row):
                    style = FontFace(color=GREY) if bold_first and column == 0 else None
                    line.cell(self._fitting(value, widths_mm[column]), style=style)
        self.ln(2.0)

    def _fitting(self, text: str, width_mm: float) -> str:
        most = max(12, int(width_mm / _NARROWEST_LETTER_MM) * _CELL_LINES)
        lines = self.clean(text).splitlines()[:_CELL_LINES] or [""]
        text = "\n".join(lines)
        return text if len(text) <= most else text[:most] + " \u2026 (cut)"

    def box(self, lines: Sequence[BoxLine], edge: Colour = ACCENT) -> None:
        """Add a tinted box with a strong left edge, kept on one page."""
        inside = self.epw - 10
        cleaned = [(line, self.clean(line.text)) for line in lines]
        heights = []
        for line, text in cleaned:
            self.style(line.size, line.weight, line.colour, line.language)
            heights.append(self.height(text, inside, line.size) + 1.0)
        total = sum(heights) + 5.0
        self.room(total)
        top = self.y
        self.set_fill_color(*TINT)
        self.rect(self.l_margin, top, self.epw, total, style="F")
        self.set_fill_color(*edge)
        self.rect(self.l_margin, top, 1.4, total, style="F")
        self.set_y(top + 3.0)
        for (line, text), height in zip(cleaned, heights, strict=True):
            start = self.y
            self.style(line.size, line.weight, line.colour, line.language)
            self._lines(text, line.size, indent_mm=6.0, right_mm=4.0)
            self.set_y(start + height)
        self.set_y(top + total)
        self.ln(3.0)

    def place_image(
        self, jpeg: bytes, x_mm: float, y_mm: float, width_mm: float, height_mm: float, alt: str
    ) -> None:
        """Add an image with a border and alternative text."""
        self.image(io.BytesIO(jpeg), x_mm, y_mm, width_mm, height_mm, alt_text=self.clean(alt))
        self.pen(RULE, 0.2)
        self.rect(x_mm, y_mm, width_mm, height_mm)

    def caption(self, text: str, x_mm: float, y_mm: float, width_mm: float, size: float = 7.5) -> float:
        """Add a caption and return its height in mm."""
        self.style(size, colour=GREY)
        text = self.clean(text)
        height = self.height(text, width_mm, size)
        self.set_xy(x_mm, y_mm)
        self.multi_cell(width_mm, size * LINE * _MM_PER_PT, text, align=Align.L)
        return height

    def blank(self, name: str, height_mm: float) -> None:
        """Add a named line to write on."""
        self.room(height_mm + 4)
        self.style(8.5, colour=GREY)
        self.cell(self.epw, 4.2, self.clean(name), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.pen(GREY, 0.2)
        bottom = self.y + height_mm - 4
        self.line(self.l_margin, bottom, self.w - self.r_margin, bottom)
        self.set_y(bottom + 2.0)

    def boxes(self, name: str, choices: Sequence[str]) -> None:
        """Add a named row of checkboxes."""
        self.room(14)
        self.style(8.5, colour=GREY)
        self.cell(self.epw, 5, self.clean(name), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.style(8.8)
        for choice in choices:
            width = self.get_string_width(choice) + 11
            if self.x + width > self.w - self.r_margin:
                self.set_xy(self.l_margin, self.y + 6)
            self.pen(INK, 0.25)
            self.rect(self.x, self.y + 1, 3.2, 3.2)
            self.set_x(self.x + 5)
            self.cell(width - 5, 5.2, self.clean(choice))
        self.set_xy(self.l_margin, self.y + 7)
