"""A running average of weights, kept beside them in float32 (Polyak averaging, "EMA" in the literature)."""

import copy

import torch
from torch import nn

DECAY = 0.999


def averaged_copy(network: nn.Module) -> nn.Module:
    """The same network with buffers in place of parameters: no optimizer sees it, state and checkpoint carry it."""
    twin = copy.deepcopy(network)
    for module in twin.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            delattr(module, name)
            module.register_buffer(name, parameter.detach().float().clone())
    return twin


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, step: int, decay: float = DECAY) -> None:
    """Move the average towards the weights after a step (from 0).

    Early on it forgets faster, min(decay, (1 + step) / (10 + step)), so that short runs do not keep initial weights.
    """
    share = 1 - min(decay, (1 + step) / (10 + step))
    buffers = dict(average.named_buffers())
    for name, parameter in network.named_parameters():
        buffers[name].lerp_(parameter.float(), share)
