"""Sampling speed of headwater's U-Net beside diffusers' `UNet2DModel`: one sampler, one size, one thread.

    python benchmarks/unet_sampling.py [--repeats 5] [--steps 20] [--images 16]

Needs diffusers, which headwater does not: install both in an environment of their own. Images are 28 x 28 x 1. Both
networks have three levels, attention on the lowest, and as many parameters to within 2 %; headwater doubles its widths
downward and has one block a level on the way up, diffusers has two. Weights are random. headwater samples in float32;
diffusers is timed in float32 and in bfloat16, channels last. All take the same number of network calls. The sides take
turns in one process; a ratio is the median over turns of the ratio within a turn. Time is CPU time of the process,
which with one thread is wall-clock time on an idle machine.
"""

import argparse
import os
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from diffusers import DDIMScheduler, UNet2DModel

from headwater.models.edm import EDM, SIZES, EDMConfig
from headwater.models.noise import Noise
from headwater.models.samplers import DDIM

SIDE, TARGET = 28, 1.3
WIDTHS = SIZES["xs"]  # the default size
THEIRS = (32, 64, 64)


def network() -> EDM:
    """Headwater's, with weights everywhere."""
    made = EDM(EDMConfig(SIDE, SIDE, 1, WIDTHS, 0.5)).eval()
    for tensor in made.average.buffers():
        if tensor.ndim > 1:
            torch.nn.init.normal_(tensor, std=0.02)
    made.average.to(memory_format=torch.channels_last)
    return made


def ours(made: EDM, images: int, steps: int) -> Callable[[], torch.Tensor]:
    """One call of headwater's sampler."""
    return lambda: made.sample(Noise(0, "image", 0, images), DDIM(steps))


def their_network() -> UNet2DModel:
    """Diffusers' network of about the same size."""
    return UNet2DModel(
        sample_size=SIDE,
        in_channels=1,
        out_channels=1,
        layers_per_block=1,
        block_out_channels=THEIRS,
        norm_num_groups=8,
        attention_head_dim=32,
        down_block_types=("DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
    ).eval()


def theirs(model: UNet2DModel, images: int, steps: int) -> Callable[[], torch.Tensor]:
    """The loop of diffusers' `DDIMPipeline`, without its progress bar and its conversion to PIL."""
    scheduler = DDIMScheduler()
    scheduler.set_timesteps(steps)
    dtype = next(model.parameters()).dtype
    layout = torch.channels_last if dtype == torch.bfloat16 else torch.contiguous_format

    def sample() -> torch.Tensor:
        x = torch.randn(images, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).to(dtype)
        for t in scheduler.timesteps:
            x = scheduler.step(model(x.to(memory_format=layout), t).sample, t, x).prev_sample
        return x

    return sample


def variants(images: int, steps: int) -> dict[str, Callable[[], torch.Tensor]]:
    """headwater as it samples, diffusers in two precisions."""
    mine, other = network(), their_network()
    sizes = [sum(p.numel() for p in part.parameters()) for part in (mine.unet, other)]
    print(f"parameters: headwater {sizes[0]:,}, diffusers {sizes[1]:,}")
    assert abs(sizes[0] / sizes[1] - 1) < 0.02, "choose WIDTHS so that both are of one size"
    small = their_network()
    small.load_state_dict(other.state_dict())
    small.to(torch.bfloat16, memory_format=torch.channels_last)
    return {
        "headwater": ours(mine, images, steps),
        "diffusers float32": theirs(other, images, steps),
        "diffusers bfloat16, channels last": theirs(small, images, steps),
    }


@torch.inference_mode()
def seconds(call: Callable[[], torch.Tensor]) -> float:
    """CPU time of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Print seconds of each variant and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--images", type=int, default=16)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    calls = variants(arguments.images, arguments.steps)
    for call in calls.values():
        seconds(call)
    turns = [{name: seconds(call) for name, call in calls.items()} for _ in range(arguments.repeats)]
    for name in calls:
        taken = median(turn[name] for turn in turns)
        print(f"{name:36} {taken:7.3f} s for {arguments.images} images, {arguments.images / taken:6.2f} images/s")
    for other in list(calls)[1:]:
        ratio = median(turn[other] / turn["headwater"] for turn in turns)
        print(f"headwater is {ratio:.2f} times as fast as {other} (target {TARGET})")


if __name__ == "__main__":
    main()
