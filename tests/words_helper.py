"""The page's words in English, as most tests look for them."""

from ui.text import of

WORDS = of("en")
