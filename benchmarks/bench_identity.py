"""Identity under dirt: pairwise precision, recall and F1, and records per CPU second, on records spoilt by rule.

    python -m benchmarks.bench_identity [PAPERS ...]

Papers are made up from lists of words, with the near doubles that real
bibliographies hold: parts I and II, corrigenda, editorials, series of papers by
one group whose titles differ in a word, the same title by other people. Each
paper is listed one to four times; every listing after the first is spoilt as
in bibliographic test sets (typos, lost fields, cut titles, swapped and
shortened names, years off by one, identifiers lost).
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter

from kg.resolve.identity import Papers
from schema.paper import Author, Paper

_GIVEN = (
    "Ada Alan Barbara Chen Claude Donald Edsger Fatima Grace Hedy Ivan John Katherine Lin Maria Niklaus Olga Peter \
Qing Radia Shafi Tim Uma Vint Wei Xiaoming Yukihiro Zhang Anna Boris Carla Dmitri Elena Feng Giulia Hans Ingrid"
)
GIVEN = _GIVEN.split()
_FAMILY = "Lovelace Turing Liskov Shannon Knuth Dijkstra Hopper Lamarr Sutherland McCarthy Johnson Wirth Perlman \
Goldwasser Cerf Matsumoto Wang Zhang Li Chen Liu Kim Park Singh Kumar Patel Garcia Rossi Müller Schmidt Novak Ivanov \
Sørensen Dubois Moreau Silva Santos Tanaka Suzuki Nguyen Tran Hoang Okafor Mensah Haddad Rahman Cohen Levi Olsen Berg \
Jansen Bakker Kowalski Horvat Popescu Georgiou Yilmaz Demir Hashimoto Abebe Castillo Fernandez Marchetti Lindqvist"
FAMILY = _FAMILY.split()
_HEADS = (
    "Robust Efficient Scalable Adaptive Interpretable Hierarchical Probabilistic Unsupervised Multimodal Distributed \
Incremental Federated Contrastive Causal Sparse Generative Recursive Parallel Approximate Interactive"
)
HEADS = _HEADS.split()
_THINGS = "segmentation registration retrieval classification indexing optimization reconstruction clustering matching \
forecasting compression replication scheduling annotation summarization translation alignment integration sampling \
detection"
THINGS = _THINGS.split()
_OBJECTS = "chest radiographs|relational databases|clinical notes|query plans|protein structures|data streams|retinal \
images|sensor networks|surgical videos|knowledge graphs|time series|brain tumors|web documents|spatial joins|genomic \
sequences|electronic health records|transaction logs|liver lesions|social networks|cardiac ultrasound|XML documents|\
moving objects|recommendation logs|multi-view scenes|speech recordings"
OBJECTS = _OBJECTS.split("|")
_MEANS = (
    "graph neural networks|materialized views|attention transformers|bitmap indexes|diffusion models|wavelet trees|\
variational inference|skyline operators|contrastive pretraining|bloom filters|optimal transport|adaptive histograms|\
weak supervision|partial replication|reinforcement learning|cost-based rewriting|Gaussian processes|locality-sensitive \
hashing|label propagation|stream windows"
)
MEANS = _MEANS.split("|")
VENUES = ("Journal of Tests", "Proceedings of the Test Conference", "Test Letters", "International Workshop on Tests")
GENERIC = ("Editorial", "Guest Editorial", "Book Review", "Introduction to the Special Issue", "Letter to the Editor")


def clean_papers(count: int, luck: random.Random) -> list[Paper]:
    """Papers that are all different, many of them nearly the same."""
    made: list[Paper] = []
    while len(made) < count:
        authors = tuple(
            Author(name=f"{luck.choice(GIVEN)} {luck.choice(FAMILY)}")
            for _ in range(luck.choice((1, 2, 3, 3, 4, 5, 6)))
        )
        year = luck.randint(1994, 2025)
        title = _title(luck)
        made.append(_paper(title, authors, year, len(made), luck))
        double = luck.random()
        if double < 0.06:
            made.append(_paper(f"{title}, Part II", authors, year, len(made), luck))
            made[-2] = made[-2].model_copy(update={"title": f"{title}, Part I"})
        elif double < 0.09:
            made.append(_paper(f"Corrigendum: {title}", authors, year, len(made), luck))
        elif double < 0.15:
            other = title.replace(title.rsplit(" ", 2)[-2], luck.choice(MEANS).split(" ")[0])
            if other != title:
                made.append(_paper(other, authors, year, len(made), luck))
        elif double < 0.18:
            others = tuple(Author(name=f"{luck.choice(GIVEN)} {luck.choice(FAMILY)}") for _ in range(3))
            made.append(_paper(title, others, year + luck.randint(0, 6), len(made), luck))
        elif double < 0.2:
            made.append(_paper(luck.choice(GENERIC), authors[:1], year, len(made), luck))
    return made[:count]


def dirty_records(count: int, seed: int) -> tuple[list[Paper], list[int]]:
    """Records of `count` papers in random order, each with the number of its paper."""
    luck = random.Random(seed)
    records: list[tuple[Paper, int]] = []
    for number, paper in enumerate(clean_papers(count, luck)):
        records.append((paper, number))
        records.extend((spoilt(paper, copy, luck), number) for copy in range(luck.choice((0, 0, 1, 1, 1, 2, 3))))
    luck.shuffle(records)
    return [r for r, _ in records], [n for _, n in records]


def spoilt(paper: Paper, copy: int, luck: random.Random) -> Paper:
    """One more listing of a paper, by a careless source."""
    title, authors, year, venue = paper.title, [a.name for a in paper.authors], paper.year, paper.venue
    generic = title in GENERIC
    if luck.random() < 0.5:
        title = _with_typos(title, luck)
    if luck.random() < 0.12 and len(title) > 50:
        title = title[: luck.randint(int(len(title) * 0.6), len(title) - 5)].rstrip() + luck.choice(("", "...", "…"))
    style = luck.random()
    if style < 0.3:
        authors = [f"{n.split()[0][0]}. {n.split()[-1]}" for n in authors]
    elif style < 0.5:
        authors = [f"{n.split()[-1]}, {n.split()[0]}" for n in authors]
    elif style < 0.6:
        authors = [f"{n.split()[-1]} {n.split()[0][0]}" for n in authors]
    if luck.random() < 0.15:
        luck.shuffle(authors)
    if luck.random() < 0.2:
        authors = [_with_typos(n, luck) for n in authors]
    lost = luck.random()
    keeps_identifier = generic or luck.random() < 0.35
    if lost < 0.08 and not generic:
        authors = []
    elif lost < 0.2:
        year = None
    elif lost < 0.3 and year:
        year += luck.choice((-1, 1))
    return Paper(
        title=title,
        abstract=paper.abstract if luck.random() < 0.5 else "",
        source=f"careless-{copy}",
        where=f"line {luck.randint(1, 10**9)}",
        doi=paper.doi if keeps_identifier else None,
        year=year,
        authors=tuple(Author(name=n) for n in authors),
        venue=venue if luck.random() < 0.6 else None,
    )


def pairwise(found: list[str], truth: list[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of records said to be, and being, one paper."""

    def pairs(labels: Counter[object]) -> int:
        return sum(n * (n - 1) // 2 for n in labels.values())

    both = pairs(Counter(zip(found, truth, strict=True)))
    said, real = pairs(Counter(found)), pairs(Counter(truth))
    precision, recall = both / max(said, 1), both / max(real, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def resolved(records: list[Paper]) -> list[str]:
    """The id of each record's paper."""
    papers = Papers()
    for record in records:
        papers.add(record)
    papers.solve()
    return [papers.paper_of(n) for n in range(len(records))]


def main(counts: list[int]) -> None:
    """Print one line for each size."""
    print("papers  records  precision  recall  F1      records/CPU s  peak MB")
    for count in counts:
        records, truth = dirty_records(count, seed=count)
        begun = time.process_time()
        found = resolved(records)
        took = time.process_time() - begun
        precision, recall, f1 = pairwise(found, truth)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rate = len(records) / took
        print(f"{count:<7} {len(records):<8} {precision:<10.4f} {recall:<7.4f} {f1:<7.4f} {rate:<14.0f} {peak:.0f}")


def _title(luck: random.Random) -> str:
    shape = luck.randint(0, 3)
    head, thing, of, by = (luck.choice(words) for words in (HEADS, THINGS, OBJECTS, MEANS))
    if shape == 0:
        return f"{head} {thing} of {of} with {by}"
    if shape == 1:
        return f"{by[0].upper()}{by[1:]} for {head.lower()} {thing} of {of}"
    if shape == 2:
        coined = "".join(luck.choice(("Ro", "Mi", "Ka", "Tel", "Vor", "Xen", "Lu", "Ser")) for _ in range(3))
        return f"{coined}: {head} {thing} for {of} using {by}"
    return f"On the {thing} and {luck.choice(THINGS)} of {of}: a {head.lower()} view of {by}"


def _paper(title: str, authors: tuple[Author, ...], year: int, number: int, luck: random.Random) -> Paper:
    words = [luck.choice((*THINGS, *OBJECTS, *MEANS, *HEADS)).lower() for _ in range(60)]
    return Paper(
        title=title,
        abstract=" ".join(words),
        source="careful",
        where=f"line {number}",
        doi=f"10.5555/{number}" if luck.random() < 0.8 else None,
        year=year,
        authors=authors,
        venue=luck.choice(VENUES),
    )


def _with_typos(text: str, luck: random.Random) -> str:
    letters = list(text)
    for _ in range(luck.choice((1, 1, 2)) if len(letters) > 30 else 1):
        place = luck.randrange(len(letters) - 1)
        # In short words a slip makes another word or number; nobody could tell them apart.
        if "".join(letters[max(0, place - 3) : place + 4]).count(" ") or not letters[place].isalpha():
            continue
        slip = luck.randint(0, 3)
        if slip == 0:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif slip == 1:
            del letters[place]
        elif slip == 2:
            letters.insert(place, letters[place])
        else:
            letters[place] = luck.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(letters)


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [1_000, 10_000])
