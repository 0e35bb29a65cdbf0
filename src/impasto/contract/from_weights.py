"""What training that begins from given weights needs to know: which weights serve, and for what config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor

if TYPE_CHECKING:
    from impasto.contract.data import Data

__all__ = ["FromWeights"]


class FromWeights:
    """A part of `Learner`: how one follows from the weights of another."""

    exchanges_categories: ClassVar[bool] = False
    """Whether weights serve other categories too: those that belong to a category are all in a `CategoryEmbedding`."""
    fixed_settings: ClassVar[frozenset[str]] = frozenset()
    """Settings that decide what the weights mean, so that training from given weights cannot change them."""
    begins_from: ClassVar[frozenset[str]] = frozenset()
    """Names of other learners from whose weights training may begin; see `inherited`."""
    config: Any
    data: Data

    def config_for(self, data: Data) -> Any:
        """The config of a learner of pictures of another size that these weights fit, where another one is needed.

        Args:
            data: Facts of the other pictures.
        """
        return self.config

    def config_to_train(self, data: Data) -> Any:
        """The config of a learner that training from these weights begins with.

        It leaves out what was added after they were learned.

        Args:
            data: Facts of the pictures to be learned.
        """
        return self.config if data.size == self.data.size else self.config_for(data)

    def inherited(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of another learner, name → tensor, in the shapes in which training of this one begins from them.

        By default they are taken as they are.
        """
        return weights
