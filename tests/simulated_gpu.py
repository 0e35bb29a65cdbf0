"""A simulated GPU: tensors that say that they lie on another device, and are computed on the processor.

An operation on tensors of both devices is refused, as on a machine with a GPU, so code that forgets to move a tensor
fails here too. `torch.device(GPU)` is a device of torch's kind for backends of others. Not simulated are random numbers
that are drawn on the device, and gradients of gradients through group norm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils import _pytree as tree
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

__all__ = ["simulated_gpu"]

NAME = "simulated"
MOVES = {"aten::copy_", "aten::_to_copy"}
"""Operations that take tensors of two devices."""


class _Module(_DummyBackendModule):
    """What torch asks a backend."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16]

    def is_available(self) -> bool:
        return True


class _OnGpu(Tensor):
    """A tensor of the simulated GPU; its numbers are in `values`, on the processor."""

    values: Tensor

    @staticmethod
    def __new__(cls, values: Tensor) -> _OnGpu:
        return Tensor._make_wrapper_subclass(
            cls,
            values.shape,
            strides=values.stride(),
            storage_offset=values.storage_offset(),
            dtype=values.dtype,
            device=torch.device(NAME, 0),
            requires_grad=values.requires_grad,
        )

    def __init__(self, values: Tensor) -> None:
        self.values = values

    def tolist(self) -> list[Any]:
        return self.values.tolist()

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _computed(func, args, kwargs or {})


class _Mode(TorchDispatchMode):
    """Brings tensors to the simulated GPU that are made there or moved to it."""

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _computed(func, args, kwargs or {})


def _computed(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The result of an operation, on the device where it would lie."""
    name = func._schema.name
    tensors = [each for each in tree.tree_leaves((args, kwargs)) if isinstance(each, Tensor)]
    there = any(isinstance(each, _OnGpu) for each in tensors)
    if there and name not in MOVES:
        _check(name, args, tensors)
    device = kwargs.get("device")
    if device is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
        there = torch.device(device).type == NAME
    result = func(*_without(args), **_without(kwargs))
    if name.endswith("_") and isinstance(result, Tensor):
        return args[0]
    if name == "aten::_local_scalar_dense" or not there:
        return result
    return tree.tree_map_only(Tensor, _OnGpu, result)


def _check(name: str, args: tuple[Any, ...], tensors: Sequence[Tensor]) -> None:
    """Refuse tensors of both devices; numbers and indices may lie on the processor."""
    for tensor in tensors:
        index = name.startswith("aten::index") and tensor is not args[0] and not tensor.is_floating_point()
        if not isinstance(tensor, _OnGpu) and tensor.dim() and not index:
            raise RuntimeError(f"{name} was given tensors of the GPU and of the processor, {tuple(tensor.shape)}")


def _without(values: Any) -> Any:
    """The same with the numbers of tensors of the simulated GPU in their place."""
    return tree.tree_map_only(_OnGpu, lambda tensor: tensor.values, values)


@contextmanager
def simulated_gpu(patch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """The simulated GPU, for the block; what `patch` changes besides must be undone by its owner."""
    if not hasattr(torch, NAME):
        _setup_privateuseone_for_python_backend(NAME, backend_module=_Module())
    # A module's parameters become new ones, since a parameter's tensor cannot be replaced by one of another kind.
    before = torch.__future__.get_overwrite_module_params_on_conversion()
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    _patch(patch)
    try:
        # Threads for the backward pass were started for the devices that there were then.
        with _Mode(), torch.autograd.set_multithreading_enabled(False):
            yield torch.device(NAME, 0)
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(before)


def _patch(patch: pytest.MonkeyPatch) -> None:
    """What torch does in C++, past the mode, is done in Python."""
    tensor = torch.tensor

    def created(data: Any, *, device: Any = None, **how: Any) -> Tensor:
        return tensor(data, **how) if device is None else tensor(data, **how).to(device)

    def new(self: Tensor, data: Any, **how: Any) -> Tensor:
        return created(data, **{"dtype": self.dtype, "device": self.device, **how})

    def no_gradients(mode: bool = True) -> Any:
        return torch.no_grad() if mode else torch.enable_grad()

    changes: dict[tuple[Any, str], Callable[..., Any]] = {
        (torch, "tensor"): created,
        (Tensor, "new_tensor"): new,
        # Tensors of inference mode cannot be wrapped.
        (torch, "inference_mode"): no_gradients,
    }
    for (owner, name), function in changes.items():
        patch.setattr(owner, name, function)
