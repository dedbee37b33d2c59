"""Whether a paper releases its own software, and where: rules over the sentences that speak of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schema.annotation import CodeRelease, CodeStatus, Evidence, Section, Text

_URL = re.compile(
    r"(?:https?\s?:\s?//\s?|www\.|(?<![\w./@-])(?:github|gitlab|bitbucket|huggingface|sourceforge|codeocean|zenodo)\.(?:com|org|co|net)/)"
    r"[^\s<>\"“”{}|^`]+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?][\"')\]]*\s+(?=[\"'(\[$]*[A-Z0-9])|\n+|(?<=[a-z)])\.(?=[A-Z][a-z]+ )")
_SOFTWARE = re.compile(
    r"\b(?:source[- ]?codes?|codes?|codebases?|implementations?|softwares?|librar(?:y|ies)|toolbox(?:es)?|toolkits?|"
    r"(?:python|r|matlab|julia)[- ]packages?|packages?|scripts?|checkpoints?|(?:pre-?trained )?(?:model )?weights|repositor(?:y|ies)|repo|github|gitlab|"
    r"notebooks?|plug-?ins?|simulator|trained models?|pre-?trained (?:models?|networks?)|fine-?tuned models?)\b",
    re.IGNORECASE,
)
_WEAK_SOFTWARE = re.compile(
    r"\b(?:our|the|this|all|fine-?tuned|trained) (?:\w+ ){0,3}(?:models?|methods?|frameworks?|systems?|tools?|approach|pipeline|algorithms?|platform|resources?|SAEs?)\b",
    re.IGNORECASE,
)
_AVAILABLE = re.compile(
    r"\b(?:availab\w+|valuable at|accessible|releas\w*|open[- ]?sourc\w*|publish(?:ed)?|shared?|found|provided?|hosted|downloaded|"
    r"downloadable|public|made public|opensourced?|open code|accessed|located|obtained|distributed|deposited)\b|"
    r"\b(?:code|codes|implementation|repository|repo|github|software|package|project page|page|link|url|source code|toolbox|models?|weights)\b"
    r"[^.]{0,25}(?::|\bis at\b|\bare at\b|\bat\b|\(|\bis here\b|\bvia\b|\bon\b)\s*[\\(\[{$]*(?:https?|www|github)",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:(?:will|shall|would)(?: also| soon| all)? (?:be|release|open|make|publish|share|provide|become)|to be (?:released|published|made|open|shared)|"
    r"(?:upon|after|on|following|once|when|pending) (?:the )?(?:paper'?s? |its |our |final |formal )?(?:acceptance|publication|accepted|published|review|is accepted)|"
    r"up(?:on)? (?:acceptance|publication)|soon|TBD|TBA|in the (?:near )?future|plan to (?:release|open|make|share|publish)|going to (?:release|open)|if accepted|forthcoming|under preparation|will)\b",
    re.IGNORECASE,
)
_DATA_ONLY = re.compile(
    r"\b(?:datasets?|data|benchmarks?|corpus|corpora|annotations?|images|videos?|leaderboards?|demo|supplementary)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:existing|other|several|many|most|recent|previous|available|popular|various|proprietary|commercial|closed|"
    r"off-the-shelf|two|three|four|five|six|seven|eight|different|of|on|using|use|uses|via|with|from|through|over|compared|"
    r"alternative|against|with the)\s+(?:(?:the|an?|of|other|publicly|freely|local|large|small|popular|available)\s+){0,2}(?:open[- ]?source[ds]?|open[- ]weights?|public(?:ly)?)",
    re.IGNORECASE,
)
_OPEN_OWN = re.compile(
    r"\b(?:we|this paper|this work|here)\b[^.]{0,60}\b(?:releas\w+|open[- ]sourc(?:e|ed|ing)|publish|share|make|made|provide)\b[^.]{0,80}",
    re.IGNORECASE,
)
_OPEN_ARTEFACT = re.compile(
    r"\b(?:an?|our|the first|the|fully|free,?|completely)\s+(?:(?:new|novel|first|fully|free|modular|lightweight|extensible|Python|and|flexible|scalable|low-cost|unified|user-friendly|freely available|publicly available),?\s+){0,3}"
    r"open[- ]?sourced?,?\s+(?:[\w-]+,?\s+){0,4}?(?:software|framework|toolbox|toolkit|library|package|platform|tool|implementation|simulator|simulation|pipeline|system|code|repository|codebase|engine|environment|application|plugin|suite)\b",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"github(?!\.io|usercontent)|gitlab|bitbucket|4open\.science|sourceforge|codeocean|codeberg", re.IGNORECASE
)
_DATA_HOST = re.compile(
    r"huggingface\.co/datasets|zenodo|kaggle|figshare|physionet|doi\.org|dataverse|synapse\.org|ieee-dataport|arxiv\.org",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[).,;:'’”\"\]}>*]+$")


@dataclass(frozen=True, slots=True)
class _Claim:
    status: CodeStatus
    urls: tuple[str, ...]
    start: int
    end: int
    strength: float


def repaired_url(printed: str) -> str:
    """A printed address without what line breaks and LaTeX left in it.

    >>> repaired_url("https: //github.com/a/b\\\\_c).")
    'https://github.com/a/b_c'
    """
    url = re.sub(r"\s+", "", printed).replace("\\_", "_").replace("\\", "")
    url = url.split("}")[0].split("](")[0]
    while True:
        cut = _TAIL.sub("", url)
        if cut.count("(") > cut.count(")"):
            return cut.split("(")[0] if "(" not in cut.rsplit("/", 1)[-1] else cut + ")"
        if cut == url:
            break
        url = cut
    return url if re.match(r"https?://", url, re.IGNORECASE) else f"https://{url}"


def _sentences(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in _SENTENCE.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _joined_urls(sentence: str) -> list[str]:
    """The addresses in a sentence, put together where a space broke them."""
    found = []
    for match in _URL.finditer(sentence):
        url, at = match[0], match.end()
        more = re.match(r"\s([\w./~%-]+/[\w./~%-]*|[\w-]*[\d_][\w-]*)(?=[\s.,;)]|$)", sentence[at:])
        if more and (url.endswith(("/", "-", "_")) or url.count("/") < 3):
            url += more[1]
        elif url.endswith("/") and _HOST.search(url) and url.count("/") == 4:
            more = re.match(r"\s([\w.-]+)", sentence[at:])
            url += more[1] if more else ""
        elif re.fullmatch(r"https?\s?:\s?//\s?(?:www\.)?[\w-]+(?:\.\w+)+/[\w.-]+/?", url) and _HOST.search(url):
            more = re.match(r"\s?/\s?([\w.-]+)", sentence[at:])
            if more:
                url = url.rstrip("/") + "/" + more[1]
        found.append(repaired_url(url))
    return [u for u in dict.fromkeys(found) if "." in u]


def _claim(sentence: str, offset: int) -> _Claim | None:
    urls = _joined_urls(sentence)
    plain = _URL.sub(" URL ", sentence)
    software = bool(_SOFTWARE.search(plain))
    available = bool(_AVAILABLE.search(sentence))
    hosted = [u for u in urls if _HOST.search(u)]
    future = bool(_FUTURE.search(plain))
    if not urls:
        return _claim_without_address(plain, offset, len(sentence), software, available, future)
    page = bool(re.search(r"\b(?:project|web ?site|webpage|page|homepage|demo|here|link)\b", plain, re.IGNORECASE))
    good = [u for u in urls if not _DATA_HOST.search(u)] or (urls if software else [])
    if software and (available or hosted or page):
        chosen = _urls_of_code(sentence, urls, good)
    elif hosted and (available or page or bool(_WEAK_SOFTWARE.search(plain))):
        if _DATA_ONLY.search(plain) and not _WEAK_SOFTWARE.search(plain):
            return None
        chosen = hosted
    elif good and available and _WEAK_SOFTWARE.search(plain) and not _DATA_ONLY.search(plain):
        chosen = good
    elif hosted and not _DATA_ONLY.search(plain):
        chosen = hosted
    else:
        return None
    return _Claim(
        "promised" if future else "released", tuple(chosen), offset, offset + len(sentence), 0.97 if software else 0.85
    )


def _urls_of_code(sentence: str, urls: list[str], good: list[str]) -> list[str]:
    """Where a sentence gives several addresses, those that stand nearer to the code than to the data."""
    if len(urls) < 2:
        return good
    chosen, last = [], 0
    for match in _URL.finditer(sentence):
        before = sentence[last : match.start()]
        last = match.end()
        url = repaired_url(match[0])
        data = _DATA_ONLY.search(before) and not _SOFTWARE.search(before)
        if not data and url in good:
            chosen.append(url)
    return list(dict.fromkeys(chosen)) or good[:1]


def _claim_without_address(
    plain: str, offset: int, size: int, software: bool, available: bool, future: bool
) -> _Claim | None:
    own = _OPEN_OWN.search(plain)
    strong = re.search(
        r"\b(?:(?:source )?codes?|implementations?|software|toolbox|toolkit|package|library|weights|checkpoints?|models?|networks?|resources|framework)\b"
        r"(?:[^.;]{0,60})\b(?:(?:is|are|was|were|be|been|made|becomes?)\b[^.;]{0,25}\b(?:availab\w+|accessible|open[- ]?sourced?|released|published|public|shared|found)|"
        r"(?:publicly|openly|freely)? ?available (?:at|on|from|in|upon|under|here|online|via|for)\b)|"
        r"\b(?:releas(?:e|es|ed|ing)|open[- ]?sourc(?:e|es|ing) (?:our|the|all|its|code)|publish(?:ed|ing)?|shar(?:e|ing))\b[^.;]{0,70}"
        r"\b(?:source codes?|codes?|codebase|implementations?|software|toolbox|toolkit|tools?|library|weights|checkpoints?|(?:fine-?tuned|trained|our|all|the) models?)\b|"
        r"\b(?:mak(?:e|ing)|made)\b[^.;]{0,70}\b(?:codes?|codebase|implementations?|software|toolbox|toolkit|tools?|library|weights|checkpoints?|models?)\b[^.;]{0,60}\b(?:availab\w+|public|open|accessible)|"
        r"\bprovid(?:e|es|ed|ing)\b[^.;]{0,40}\b(?:source codes?|our codes?|the codes?|an? (?:open|public|python|pytorch|reference|matlab)[\w -]{0,20}implementation|open[- ]source)\b|"
        r"^(?:the |our |all )?(?:source )?codes? (?:and \w+ )?(?:is|are) (?:in|at|on|here)\b",
        plain,
        re.IGNORECASE,
    )
    named = _OPEN_ARTEFACT.search(plain)
    if strong and (software or own or available) and not _OTHERS.search(strong[0]):
        code_like = bool(
            re.search(
                r"\b(?:codes?|implementation|software|tools?|toolbox|toolkit|package|library|weights|checkpoints?|models?|networks?|framework|resources)\b",
                strong[0],
                re.IGNORECASE,
            )
        )
        by_us = bool(re.search(r"\b(?:our|we|the|all|its|this|source|full|complete)\b", plain, re.IGNORECASE)) or plain[
            :5
        ].lower().startswith("code")
        background = bool(
            re.search(
                r"\b(?:existing|other methods|limited|lack|many|not publicly|rarely|often|few|scarc\w+|most)\b",
                plain,
                re.IGNORECASE,
            )
        )
        models_only = not re.search(
            r"\b(?:codes?|codebase|implementations?|software|tools?|toolbox|toolkit|library|package|weights|checkpoints?)\b",
            strong[0],
            re.IGNORECASE,
        )
        if models_only and not re.search(r"\b(?:our|we|all|fine-?tuned|pre-?trained|trained)\b", plain, re.IGNORECASE):
            return None
        if code_like and by_us and not background:
            return _Claim(
                "promised" if future else "released", (), offset, offset + size, 0.9 if not models_only else 0.6
            )
    if named and not _OTHERS.search(plain[max(0, named.start() - 30) : named.end()]):
        ours = re.search(
            r"\b(?:we|this paper|this work|this article|present\w*|introduc\w*|propos\w*|develop\w*|releas\w*|is)\b",
            plain[: named.start() + 12],
            re.IGNORECASE,
        )
        if ours:
            return _Claim("released", (), offset, offset + size, 0.65)
    return None


def extract_code(text: Text, maker: str) -> CodeRelease:
    """The paper's own code: released beats promised, and the strongest sentence is the evidence."""
    claims: list[tuple[_Claim, Section]] = []
    if "http" in text.abstract or "www." in text.abstract or _TRIGGER.search(text.abstract):
        for start, end in _sentences(text.abstract):
            claim = _claim(text.abstract[start:end], start)
            if claim is not None:
                claims.append((claim, "abstract"))
    if not claims:
        return CodeRelease(maker=maker, confidence=0.98)
    status: CodeStatus = "promised" if any(c.status == "promised" for c, _ in claims) else "released"
    with_url = [c for c, _ in claims if c.urls]
    if any(c.status == "released" and c.urls for c, _ in claims) or all(c.status == "released" for c, _ in claims):
        status = "released"
    urls = tuple(dict.fromkeys(u for c in with_url for u in c.urls))
    best, section = max((c for c in claims if c[0].status == status), key=lambda c: (bool(c[0].urls), c[0].strength))
    quote = text.section(section)[best.start : best.end]
    lead = len(quote) - len(quote.lstrip())
    start, end = best.start + lead, best.start + len(quote.rstrip())
    evidence = Evidence(text.section(section)[start:end], section, start, end)
    return CodeRelease(status, urls, evidence, best.strength, maker)


_TRIGGER = re.compile(
    r"code|github|gitlab|software|open[- ]?sourc|implementation|weights|checkpoint|toolbox|toolkit|library|release|repositor",
    re.IGNORECASE,
)
