from __future__ import annotations

import torch

from impasto.nn.embedding import CategoryEmbedding


def test_no_category_is_a_vector_of_zeros_that_is_not_learned() -> None:
    embedding = CategoryEmbedding(3, 2)
    vectors = embedding(torch.tensor([2, -1, 0]))
    assert torch.equal(vectors[[0, 2]], embedding.weight[[2, 0]])
    assert vectors[1].tolist() == [0, 0]
    vectors.sum().backward()
    assert embedding.weight.grad is not None
    assert embedding.weight.grad.tolist() == [[1, 1], [0, 0], [1, 1]]
