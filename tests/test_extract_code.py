"""Whether a paper releases its code, sentence by sentence."""

from __future__ import annotations

import pytest

from kg.extract.code import extract_code, repaired_url
from schema.annotation import Text

HUB = "https://github.com/a-lab/tool"


@pytest.mark.parametrize(
    ("sentence", "status", "urls"),
    [
        (f"Code is available at {HUB}.", "released", [HUB]),
        (f"The source code and models are available at {HUB}", "released", [HUB]),
        ("Our code is publicly available.", "released", []),
        (f"Our code will be released at {HUB} upon acceptance.", "promised", [HUB]),
        ("Code will be made public upon publication.", "promised", []),
        ("The code is available at TBD.", "promised", []),
        ("The dataset is available at https://huggingface.co/datasets/a-lab/data.", "none", []),
        ("Project page: https://a-lab.github.io/tool/", "none", []),
        ("We compare ten open-source LLMs on two datasets.", "none", []),
        ("We use the official implementation of U-Net.", "none", []),
        ("Publicly available code is rare in this field.", "none", []),
        ("Code is available at https: //github.com/a-lab/tool .", "released", [HUB]),
        ("Code is available at https://github.com/a-lab/my\\_tool.", "released", ["https://github.com/a-lab/my_tool"]),
        ("The code is at \\href{https://github.com/a-lab/tool}{this link}.", "released", [HUB]),
        (f"We release our code and data at {HUB}.", "released", [HUB]),
        ("We present Tern, an open-source toolkit for dosing.", "released", []),
        ("We make our code and weights publicly available.", "released", []),
    ],
)  # fmt: skip
def test_a_sentence_says_whether_code_is_out(sentence, status, urls):
    text = Text("A tool", f"We propose a tool. {sentence} It works well.")

    code = extract_code(text, "test")

    assert (code.status, list(code.urls)) == (status, urls)
    if status != "none":
        assert code.evidence is not None
        assert text.abstract[code.evidence.start : code.evidence.end] == code.evidence.quote


def test_released_beats_promised():
    text = Text("A tool", f"Data will be published soon. Code is at {HUB}. More code will be released upon acceptance.")

    assert extract_code(text, "test").status == "released"


@pytest.mark.parametrize(
    ("printed", "repaired"),
    [
        ("https://github.com/a/b).", "https://github.com/a/b"),
        ("https://github.com/a/b\\_c", "https://github.com/a/b_c"),
        ("github.com/a/b,", "https://github.com/a/b"),
        ("https://github.com/a/b}{GitHub}", "https://github.com/a/b"),
    ],
)
def test_a_printed_address_is_repaired(printed, repaired):
    assert repaired_url(printed) == repaired
