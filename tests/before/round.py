"""Round the weights of a run to three bits of mantissa, so that they take little room when packed."""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

for file in Path(sys.argv[1]).rglob("*.safetensors"):
    size = file.stat().st_size
    state = load_file(file)
    for name, value in state.items():
        # The step counts of the optimizers stay exact.
        if value.dtype == torch.float32 and value.numel() > 1:
            state[name] = ((value.clone().view(torch.int32) + (1 << 19)) & ~((1 << 20) - 1)).view(torch.float32)
    metadata = {"format": "pt"} if file.name == "model.safetensors" else None
    save_file(state, file, metadata=metadata)
    assert file.stat().st_size == size, file
