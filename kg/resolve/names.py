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
                "classifier classifiers",
            ),
            (
                "Task",
                "task tasks problem problems method methods technique techniques algorithm algorithms approach "
                "approaches benchmark benchmarks dataset datasets framework frameworks",
            ),
            ("Condition", "patients cases"),
        )
    }
)
"""Words that may trail a name of a class without being part of it."""

_PLAIN_TYPE_WORDS = frozenset({"dataset", "datasets", "corpus", "benchmark"})
"""Type words that are never part of a name."""
_EMAIL = re.compile(r"\S@\w[\w-]*\.\w")
_ACRONYMS = re.compile(r"(?:^|[\s-])[A-Z0-9]*[A-Z]{2,}s$")
_OF = re.compile(r"(?P<deed>[\w-]+(?:ion|ing|ment|sis|ysis|val|ance)) of (?:the )?(?P<what>[^,]{3,60})$", re.IGNORECASE)
_AUTOMATIC = re.compile(r"^(?:fully[ -])?(?:automated|automatic)\s+(?=\S+\s+\S)", re.IGNORECASE)
_AILMENT = re.compile(r" (?:disorder|condition|illness)$", re.IGNORECASE)

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
_MAYBE_BRITISH = re.compile(
    r"our|is[aei]|[nkhrcy]aem|haem|oe|paed|gynaec|anaes|faec|caes|fibre|centre|grey|ll(?:ed|ing|er)|diagnos|analys"
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
    return _compact(singular(clean(name)))


@lru_cache(maxsize=200_000)
def bare_fold(name: str, cls: str) -> str:
    """The fold by which unknown names of a class meet: no type word behind, and for tasks and conditions one order.

    "Detection of lung nodules" is lung nodule detection; a neurological
    condition or disorder is a neurological disease.

    >>> bare_fold("MIMIC-CXR dataset", "Dataset"), bare_fold("CLIP model", "Method"), bare_fold("jigsaw task", "Task")
    ('mimiccxr', 'clip', 'jigsaw')
    >>> bare_fold("detection of the faults", "Task"), bare_fold("Foo's disorder", "Condition")
    ('faultdetection', 'foodisease')
    """
    text = plain_name(name, cls)
    if cls in {"Task", "Condition"}:
        text = " ".join(singular(word) for word in text.split())
    if cls == "Condition":
        text = _AILMENT.sub(" disease", text)
    return fold(text)


def plain_name(name: str, cls: str) -> str:
    """A name cleaned, without its type word, "detection of faults" turned to "faults detection"; case is kept."""
    text = without_type_word(clean(name), cls)
    if cls == "Task":
        text = _AUTOMATIC.sub("", text)
    turned = _OF.match(text) if cls == "Task" else None
    text = f"{turned['what']} {turned['deed']}" if turned else text
    return text[:-1] if _ACRONYMS.search(text) else text


def without_type_word(name: str, cls: str) -> str:
    """A cleaned name without the type words behind it, unless ordinary words alone are left.

    >>> without_type_word("BraTS 2020 challenge dataset", "Dataset"), without_type_word("language model", "Method")
    ('BraTS 2020', 'language model')
    """
    head, _, last = name.rpartition(" ")
    if not head or last.lower() not in TYPE_WORDS.get(cls, frozenset()):
        return name
    named = " " in head or head[0].isupper()
    plainly = cls in {"Task", "Condition"} or (last.lower() in _PLAIN_TYPE_WORDS and named)
    return without_type_word(head, cls) if plainly or _is_coined(head) else name


def without_any_type_word(name: str, cls: str) -> str:
    """A cleaned name without one type word behind it, whatever is left; for looking up in a table.

    >>> without_any_type_word("transformer model", "Method"), without_any_type_word("model", "Method")
    ('transformer', 'model')
    """
    head, _, last = name.rpartition(" ")
    return head if head and last.lower() in TYPE_WORDS.get(cls, frozenset()) else name


def is_junk(name: str, cls: str = "") -> bool:
    """True where a string names nothing: a pronoun and a type word, a bare number, an address, a sentence.

    >>> [is_junk(n) for n in ("the proposed method", "our dataset", "42", "3D", "U-Net", "X")]
    [True, True, True, True, False, True]
    """
    text = " ".join(name.split())
    words = [w for w in re.split(r"[\s/,–—-]+", text.lower()) if w]
    if not words or len(text) > 160 or len(words) > 16 or "://" in text or _EMAIL.search(text):
        return True
    if not any(c.isalpha() for c in text) or len(_compact(text)) < 2 or re.fullmatch(r"\d+[a-z%]?", text.lower()):
        return True
    if all(w.strip("().'\"") in _GENERIC or w.isdigit() for w in words):
        # "Medical" and "Tasks" as printed may be names; "medical tasks" is none.
        return not (_is_coined(text) and len(words) == 1 and text.isupper() and cls in {"Dataset", "Method"})
    return False


def _plain_command(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1]
    return next((letter for letter, name in _GREEK.items() if name == found[2].lower()), found[2])


def _compact(text: str) -> str:
    folded = text.casefold()
    folded = "".join(_GREEK.get(c, c) for c in folded).replace("&", " and ")
    if _MAYBE_BRITISH.search(folded):
        for pattern, american in _BRITISH:
            folded = pattern.sub(american, folded)
    folded = re.sub(r"(?<=\w)['’]s\b", "", folded)
    plain = re.sub("[̀-ͯ'’`]", "", unicodedata.normalize("NFKD", folded))
    key = ""
    for word in _WORD.findall(plain):
        key += f".{word}" if key and key[-1].isdigit() and word[0].isdigit() else word
    return key


def singular(name: str) -> str:
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
