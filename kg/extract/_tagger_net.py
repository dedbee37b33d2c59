"""The tagger's network in PyTorch: the lower layers of MiniLM with heads on top. Needs the extra `train`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import nn
from torch.nn import functional

from kg.extract._wordpiece import LONGEST, SHAPES
from kg.extract.tagger import RELATIONS

WIDTH: Final = 384
_HEADS: Final = 12
_EPSILON: Final = 1e-12


class Layer(nn.Module):
    """One layer of BERT (post-norm)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)
        self.norm_out = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.norm_down = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any, mask: Any) -> Any:
        batch, length, _ = x.shape
        qkv = self.qkv(x).view(batch, length, 3, _HEADS, WIDTH // _HEADS).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        if torch.onnx.is_in_onnx_export():  # written out, the exporter makes fewer and plainer nodes
            mixed = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(WIDTH // _HEADS), -1) @ v
        else:
            mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm_out(x + self.dropout(self.out(mixed)))
        return self.norm_down(x + self.dropout(self.down(functional.gelu(self.up(x)))))


class Net(nn.Module):
    """Logits by piece (2 readings x relations x outside, begins, goes on) and by modality.

    The encoder is uncased, so the shape of each word is embedded beside it,
    and whether it stands in the title.
    """

    def __init__(self, layers: int, modalities: int, words: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.word = nn.Embedding(words, WIDTH)
        self.word.weight.requires_grad = False  # 1,600 papers teach too few words to move it
        self.position = nn.Embedding(LONGEST, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.shape = nn.Embedding(SHAPES, WIDTH)
        self.segment = nn.Embedding(3, WIDTH)
        for table in (self.shape, self.segment):
            nn.init.normal_(table.weight, std=0.02)
        self.norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.head = nn.Linear(WIDTH, 2 * len(RELATIONS) * 3)
        self.modality_of_word = nn.Linear(WIDTH, modalities)
        self.modality_of_text = nn.Linear(WIDTH, modalities)

    def forward(self, ids: Any, shapes: Any, segments: Any, is_text: Any = None) -> tuple[Any, Any]:
        """`is_text` (batch, length) is false on padding; None where there is none."""
        x = self.word(ids) + self.position.weight[: ids.shape[1]] + self.kind + self.shape(shapes)
        x = self.dropout(self.norm(x + self.segment(segments)))
        mask = None if is_text is None else is_text[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        said = self.modality_of_word(x)
        if is_text is None:
            mean = x.mean(1)
        else:
            said = said.masked_fill(~is_text[:, :, None], -1e4)
            mean = (x * is_text[:, :, None]).sum(1) / is_text.sum(1, keepdim=True)
        # One telling word is enough, so the words' votes are joined by a soft maximum.
        modality = torch.logsumexp(said.float(), 1) - 4.0 + self.modality_of_text(mean)
        return self.head(x), modality

    def new_parts(self) -> list[Any]:
        """The parameters that are not pretrained and may learn faster."""
        parts = (self.head, self.modality_of_word, self.modality_of_text, self.shape, self.segment)
        return [p for part in parts for p in part.parameters()]


def load_pretrained(net: Net, weights: Mapping[str, Any]) -> None:
    """Copy the weights of a BERT checkpoint (names of Hugging Face) into the net."""
    renamed = {
        "word.weight": "embeddings.word_embeddings.weight",
        "position.weight": "embeddings.position_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    parts = {
        "out": "attention.output.dense",
        "norm_out": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm_down": "output.LayerNorm",
    }
    state = {ours: weights[theirs].float() for ours, theirs in renamed.items()}
    state["kind"] = weights["embeddings.token_type_embeddings.weight"][0].float()
    for n in range(len(net.layers)):
        theirs = f"encoder.layer.{n}."
        for what in ("weight", "bias"):
            for ours, place in parts.items():
                state[f"layers.{n}.{ours}.{what}"] = weights[f"{theirs}{place}.{what}"].float()
            qkv = [weights[f"{theirs}attention.self.{p}.{what}"].float() for p in ("query", "key", "value")]
            state[f"layers.{n}.qkv.{what}"] = torch.cat(qkv)
    missing, unexpected = net.load_state_dict(state, strict=False)
    untrained = {name.split(".")[0] for name in missing} - {
        "head", "modality_of_word", "modality_of_text", "shape", "segment",
    }  # fmt: skip
    if untrained or unexpected:
        raise ValueError(f"the checkpoint does not fit: missing {sorted(untrained)}, unexpected {unexpected}")
