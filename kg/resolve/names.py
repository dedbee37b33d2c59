"""Folding of names: the forms under which two spellings of one name meet, and what is no name at all."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega", "Δ": "delta", "Φ": "phi", "Ψ": "psi", "Ω": "omega", "Σ": "sigma", "Π": "pi",
}  # fmt: skip
_LATEX_COMMAND = re.compile(r"\\(?:text|math|emph|operatorname)[a-z]*\s*\{([^{}]*)\}|\\([A-Za-z]+)\s?")
_ARTICLE = re.compile(r"^(?:the|an?|our|this|these|their|its)\s+(?=\S)", re.IGNORECASE)
_PARENTHESIS = re.compile(r"^(?P<outer>.{2,}?)\s*\((?P<inner>[^()]{2,})\)(?P<rest>(?:\s+[a-z]+)?)$")
_WORD = re.compile(r"[^\W_]+|[+*#]")

TYPE_WORDS: Final = MappingProxyType(
    {
        cls: frozenset(words.split())
        for cls, words in (
            (
                "Dataset",
                "dataset datasets data benchmark benchmarks corpus corpora database databases challenge challenges "
                "cohort collection suite repository",
            ),
            (
                "Method",
                "model models framework frameworks algorithm algorithms architecture architectures method methods "
                "approach approaches technique techniques toolkit library software system systems backbone backbones "
                "encoder loss pipeline family series",
            ),
            ("Task", "task tasks problem problems"),
            ("Condition", "patients cases"),
        )
    }
)
"""Words that may trail a name of a class without being part of it."""

_GENERIC_WORDS = """
a an the our this that these those their its his her new novel proposed present presented existing current
different various several multiple other another such same similar own first second general generic simple
method methods model models approach approaches technique techniques framework frameworks system systems
algorithm algorithms architecture architectures network networks pipeline pipelines tool tools dataset datasets
data benchmark benchmarks corpus corpora database databases set sets collection collections code software paper
work study studies task tasks problem problems result results experiment experiments baseline baselines
state of art sota and or for in on with to public publicly available real world large scale small private
internal external custom in-house synthetic standard popular common open source test testing training train
validation evaluation module modules component components strategy solution scheme one two three four five six
seven eight nine ten many some all each both well-known widely used challenging medical clinical disease
diseases condition conditions disorder disorders patient patients unknown none n na others it we they
human humans expert experts image images n/a tbd todo anonymous
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
_BRITISH = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"\b(tum|col|behavi|neighb|lab|fav|arm|rum|hum|od|vap)our(?=s?\b|ed\b|ing\b|al\b|hood|less)", r"\1or"),
        (r"(?<=[a-z]{3})isation", "ization"),
        (r"(?<=[a-z]{3}[a-z])ise(?=d\b|r\b)", "ize"),
        (
            r"\b(categor|general|normal|optim|vis?ual|local|real|summar|regular|quant|personal|anonym)is(?=e|ing)",
            r"\1iz",
        ),
        (r"\b(an|leuk|isch|bacter|hypogly?c|hypergly?c|septic|ur)aem", r"\1em"),
        (r"\bhaem", "hem"),
        (r"\boedema", "edema"),
        (r"\boesoph", "esoph"),
        (r"paed(?=iatr)", "ped"),
        (r"gynaec", "gynec"),
        (r"orthopaed", "orthoped"),
        (r"anaesth", "anesth"),
        (r"faec", "fec"),
        (r"caesar", "cesar"),
        (r"coeliac", "celiac"),
        (r"\bfibre", "fiber"),
        (r"\bcentre", "center"),
        (r"\bgrey", "gray"),
        (r"(mode|labe|trave|signa|chann?e)ll(?=ed|ing|er)", r"\1l"),
        (r"\bdiagnos(?:e|tic)s\b", "diagnosis"),
        (r"analys(?=e[dr]?\b|ing)", "analyz"),
    )
)


def clean(name: str) -> str:
    """A name on one line without LaTeX marks, outer quotes, a leading article and outer punctuation; case kept.

    >>> clean("the  $\\\\delta$-Net,"), clean("“MIMIC-CXR”")
    ('δ-Net', 'MIMIC-CXR')
    """
    text = unicodedata.normalize("NFKC", name)
    if "\\" in text:
        text = _LATEX_COMMAND.sub(_plain_command, text)
    if "$" in text or "{" in text:
        text = re.sub(r"[${}\\]|\^(?=[\w+*])", "", text)
    text = " ".join(text.split()).strip(" \t\"'“”‘’`,;:.·-–—")
    return _ARTICLE.sub("", text)


@lru_cache(maxsize=200_000)
def fold(name: str) -> str:
    """The form under which spellings of one name meet: case, hyphens, spaces, accents and a plural are gone.

    Digits, "+", "*" and "#" tell names apart; numbers do not run together.

    >>> fold("MIMIC CXR") == fold("mimic-cxr"), fold("CNNs") == fold("CNN"), fold("X-ray") == fold("xray")
    (True, True, True)
    >>> fold("MIMIC-III") == fold("MIMIC-IV"), fold("GPT-4") == fold("GPT-4o"), fold("A*") == fold("A")
    (False, False, False)
    >>> fold("Llama 2 7B") == fold("Llama 27B"), fold("brain tumours") == fold("Brain Tumor")
    (False, True)
    """
    return _compact(_singular(clean(name)))


@lru_cache(maxsize=200_000)
def bare_fold(name: str, cls: str) -> str:
    """The fold of a name without the type word behind it, where what is left is still a name.

    >>> bare_fold("MIMIC-CXR dataset", "Dataset"), bare_fold("CLIP model", "Method"), bare_fold("jigsaw task", "Task")
    ('mimiccxr', 'clip', 'jigsaw')
    """
    return fold(without_type_word(clean(name), cls))


def without_type_word(name: str, cls: str) -> str:
    """A cleaned name without the type words behind it, unless ordinary words alone are left.

    >>> without_type_word("BraTS 2020 challenge dataset", "Dataset"), without_type_word("language model", "Method")
    ('BraTS 2020', 'language model')
    """
    known = TYPE_WORDS.get(cls, frozenset())
    head, _, last = name.rpartition(" ")
    if head and last.lower() in known and (_is_coined(head) or cls in {"Task", "Condition"}):
        return without_type_word(head, cls)
    return name


def without_any_type_word(name: str, cls: str) -> str:
    """A cleaned name without one type word behind it, whatever is left; for looking up in a table.

    >>> without_any_type_word("transformer model", "Method"), without_any_type_word("model", "Method")
    ('transformer', 'model')
    """
    head, _, last = name.rpartition(" ")
    return head if head and last.lower() in TYPE_WORDS.get(cls, frozenset()) else name


def split_parenthesis(name: str) -> tuple[str, ...]:
    """The two names in "long form (SHORT)", or the name alone.

    >>> split_parenthesis("Brain Tumor Segmentation (BraTS) challenge")
    ('Brain Tumor Segmentation challenge', 'BraTS')
    """
    found = _PARENTHESIS.match(name.strip())
    if not found:
        return (name,)
    outer, inner = found["outer"] + found["rest"], found["inner"]
    return (outer, inner) if is_acronym_of(inner, found["outer"]) or is_acronym_of(found["outer"], inner) else (name,)


def is_junk(name: str, cls: str = "") -> bool:
    """True where a string names nothing: a pronoun and a type word, a bare number, an address, a sentence.

    >>> [is_junk(n) for n in ("the proposed method", "our dataset", "42", "3D", "U-Net", "X")]
    [True, True, True, True, False, True]
    """
    text = " ".join(name.split())
    words = [w for w in re.split(r"[\s/,–—-]+", text.lower()) if w]
    if not words or len(text) > 160 or len(words) > 16 or "://" in text or "@" in text.split(" ")[0][:-2]:
        return True
    if not any(c.isalpha() for c in text) or len(_compact(text)) < 2 or re.fullmatch(r"\d+[a-z%]?", text.lower()):
        return True
    if all(w.strip("().'\"") in _GENERIC or w.isdigit() for w in words):
        # "Medical" and "Tasks" as printed may be names; "medical tasks" is none.
        return not (_is_coined(text) and len(words) == 1 and text.isupper() and cls in {"Dataset", "Method"})
    return False


def numbers_of(name: str) -> tuple[str, ...]:
    """The digits and Roman numerals of a name in order: names that differ here are different things.

    >>> numbers_of("MIMIC-IV"), numbers_of("ResNet-18"), numbers_of("GPT-4o")
    (('4',), ('18',), ('4',))
    """
    text = clean(name)
    found = re.findall(r"\d+|(?<![A-Za-z])(?:VIII|VII|VI|IV|IX|III|II|V|X)(?![A-Za-z])", text)
    return tuple(_ROMAN.get(n, n.lstrip("0") or "0") for n in found)


_ROMAN = {"II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10"}


def is_acronym_of(short: str, long: str) -> bool:
    """True where the letters of `short` can be found in order in `long`, the first at the start of a word.

    The test of Schwartz and Hearst (Pacific Symposium on Biocomputing, 2003),
    which wants the first letters to agree, with more demands: the numbers
    agree, most words begin with a letter of the short form, and the short form
    does not itself stand in the long one ("GPT-4" in "GPT-4 Turbo").

    >>> is_acronym_of("CNN", "convolutional neural network"), is_acronym_of("CAD", "coronary artery disease")
    (True, True)
    >>> is_acronym_of("MIMIC-IV", "MIMIC-III"), is_acronym_of("SAM", "language model")
    (False, False)
    """
    long_text = clean(long)
    letters = [c for c in _singular(clean(short)).casefold() if c.isalnum() or c == "+"]
    words = [w for w in re.split(r"[\s\-–/]+", long_text.casefold()) if w]
    if not 2 <= len(letters) <= 12 or len(words) < 2 or (" " not in long_text and len(words) < 3):
        return False
    if " " in short.strip() or fold(short) in fold(long) or len(long_text) <= len(letters):
        return False
    if set(numbers_of(short)) - set(numbers_of(long)) or set(numbers_of(long)) - set(numbers_of(short)) - {"2", "3"}:
        return False
    return (
        letters[0] == words[0][0] and _found_in_order(letters, long_text.casefold()) and _starts(letters, words) >= 0.6
    )


def _found_in_order(letters: list[str], text: str) -> bool:
    place = -1
    for letter in letters:
        place = text.find(letter, place + 1)
        if place < 0:
            return False
    return True


def _starts(letters: list[str], words: list[str]) -> float:
    """The share of the words, small ones aside, whose first letter is met in order."""
    todo, met, counted = list(letters), 0, 0
    for word in words:
        small = word in {"of", "and", "for", "the", "in", "on", "with", "to", "a", "via", "by"}
        counted += not small
        if word[0] in todo:
            del todo[: todo.index(word[0]) + 1]
            met += not small
    return met / counted if counted else 0.0


def _plain_command(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1]
    return next((letter for letter, name in _GREEK.items() if name == found[2].lower()), found[2])


def _compact(text: str) -> str:
    folded = text.casefold()
    folded = "".join(_GREEK.get(c, c) for c in folded).replace("&", " and ")
    for pattern, american in _BRITISH:
        folded = pattern.sub(american, folded)
    plain = re.sub("[̀-ͯ'’`]", "", unicodedata.normalize("NFKD", folded))
    key = ""
    for word in _WORD.findall(plain):
        key += f".{word}" if key and key[-1].isdigit() and word[0].isdigit() else word
    return key


def _singular(name: str) -> str:
    """The name with its last word in the singular: "CNNs", "networks", "technologies"."""
    head, space, word = name.rpartition(" ")
    if re.fullmatch(r"(?:[A-Za-z0-9]+-)?[A-Z0-9][A-Za-z0-9-]*[A-Z]s", word):
        word = word[:-1]
    elif len(word) > 3 and word[1:].islower() and word.endswith("s") and word[-2] not in "sui'":
        word = _singular_word(word)
    return head + space + word


def _singular_word(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1]


def _is_coined(text: str) -> bool:
    """True where some word is made up: a capital or a digit inside, or a lone capital before a hyphen."""
    return any(
        any(c.isdigit() for c in word) or any(c.isupper() for c in word[1:]) or re.match(r"[A-Z]-", word)
        for word in text.split()
        if len(word) > 1
    )
