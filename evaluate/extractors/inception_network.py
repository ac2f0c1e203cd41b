"""Inception-v3 as FID uses it (Szegedy et al. 2016, arXiv 1512.00567; Heusel et al. 2017).

The published weights were trained in TensorFlow, whose average pooling leaves padding out of the count, and the last
block of that graph pools by the maximum. Names of the parameters are those under which the weights are published.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CLASSES = 1008


class Convolution(nn.Module):
    """Convolution without bias, batch normalisation, rectifier."""

    def __init__(self, inside: int, out: int, kernel: int | tuple[int, int], stride: int = 1, pad: object = 0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, out, kernel, stride, pad, bias=False)  # type: ignore[arg-type]
        self.bn = nn.BatchNorm2d(out, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, H, W) to (n, out, H', W')."""
        return F.relu(self.bn(self.conv(x)), inplace=True)


def average(x: Tensor) -> Tensor:
    """Mean over 3 x 3 of what lies inside the picture."""
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class BlockA(nn.Module):
    """35 x 35."""

    def __init__(self, inside: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = Convolution(inside, 64, 1)
        self.branch5x5_1, self.branch5x5_2 = Convolution(inside, 48, 1), Convolution(48, 64, 5, pad=2)
        self.branch3x3dbl_1, self.branch3x3dbl_2 = Convolution(inside, 64, 1), Convolution(64, 96, 3, pad=1)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, pad=1)
        self.branch_pool = Convolution(inside, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, H, W) to (n, 224 + pooled, H, W)."""
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat(
            [self.branch1x1(x), self.branch5x5_2(self.branch5x5_1(x)), double, self.branch_pool(average(x))], 1
        )


class BlockB(nn.Module):
    """35 x 35 to 17 x 17."""

    def __init__(self, inside: int) -> None:
        super().__init__()
        self.branch3x3 = Convolution(inside, 384, 3, 2)
        self.branch3x3dbl_1, self.branch3x3dbl_2 = Convolution(inside, 64, 1), Convolution(64, 96, 3, pad=1)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, H, W) to (n, 480 + inside, H / 2, W / 2)."""
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, F.max_pool2d(x, 3, 2)], 1)


class BlockC(nn.Module):
    """17 x 17, with rows and columns apart."""

    def __init__(self, inside: int, width: int) -> None:
        super().__init__()
        row, column = {"kernel": (1, 7), "pad": (0, 3)}, {"kernel": (7, 1), "pad": (3, 0)}
        self.branch1x1 = Convolution(inside, 192, 1)
        self.branch7x7_1 = Convolution(inside, width, 1)
        self.branch7x7_2 = Convolution(width, width, **row)  # type: ignore[arg-type]
        self.branch7x7_3 = Convolution(width, 192, **column)  # type: ignore[arg-type]
        self.branch7x7dbl_1 = Convolution(inside, width, 1)
        self.branch7x7dbl_2 = Convolution(width, width, **column)  # type: ignore[arg-type]
        self.branch7x7dbl_3 = Convolution(width, width, **row)  # type: ignore[arg-type]
        self.branch7x7dbl_4 = Convolution(width, width, **column)  # type: ignore[arg-type]
        self.branch7x7dbl_5 = Convolution(width, 192, **row)  # type: ignore[arg-type]
        self.branch_pool = Convolution(inside, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, H, W) to (n, 768, H, W)."""
        single = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return torch.cat([self.branch1x1(x), single, double, self.branch_pool(average(x))], 1)


class BlockD(nn.Module):
    """17 x 17 to 8 x 8."""

    def __init__(self, inside: int) -> None:
        super().__init__()
        self.branch3x3_1, self.branch3x3_2 = Convolution(inside, 192, 1), Convolution(192, 320, 3, 2)
        self.branch7x7x3_1 = Convolution(inside, 192, 1)
        self.branch7x7x3_2 = Convolution(192, 192, (1, 7), pad=(0, 3))
        self.branch7x7x3_3 = Convolution(192, 192, (7, 1), pad=(3, 0))
        self.branch7x7x3_4 = Convolution(192, 192, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, H, W) to (n, 512 + inside, H / 2, W / 2)."""
        long = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), long, F.max_pool2d(x, 3, 2)], 1)


class BlockE(nn.Module):
    """8 x 8; ``largest`` pools by the maximum, as the last block of the graph does."""

    def __init__(self, inside: int, largest: bool) -> None:
        super().__init__()
        self.largest = largest
        self.branch1x1 = Convolution(inside, 320, 1)
        self.branch3x3_1 = Convolution(inside, 384, 1)
        self.branch3x3_2a = Convolution(384, 384, (1, 3), pad=(0, 1))
        self.branch3x3_2b = Convolution(384, 384, (3, 1), pad=(1, 0))
        self.branch3x3dbl_1, self.branch3x3dbl_2 = Convolution(inside, 448, 1), Convolution(448, 384, 3, pad=1)
        self.branch3x3dbl_3a = Convolution(384, 384, (1, 3), pad=(0, 1))
        self.branch3x3dbl_3b = Convolution(384, 384, (3, 1), pad=(1, 0))
        self.branch_pool = Convolution(inside, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, H, W) to (n, 2048, H, W)."""
        single, double = self.branch3x3_1(x), self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = F.max_pool2d(x, 3, 1, 1) if self.largest else average(x)
        parts = [self.branch3x3_2a(single), self.branch3x3_2b(single)]
        parts += [self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)]
        return torch.cat([self.branch1x1(x), *parts, self.branch_pool(pooled)], 1)


class FIDInception(nn.Module):
    """Images (n, 3, 299, 299) as (x - 128) / 128 to 2,048 features; ``fc`` is the head of 1,008 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, 32, 3, 2)
        self.Conv2d_2a_3x3 = Convolution(32, 32, 3)
        self.Conv2d_2b_3x3 = Convolution(32, 64, 3, pad=1)
        self.Conv2d_3b_1x1 = Convolution(64, 80, 1)
        self.Conv2d_4a_3x3 = Convolution(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = BlockA(192, 32), BlockA(256, 64), BlockA(288, 64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b, self.Mixed_6c = BlockC(768, 128), BlockC(768, 160)
        self.Mixed_6d, self.Mixed_6e = BlockC(768, 160), BlockC(768, 192)
        self.Mixed_7a = BlockD(768)
        self.Mixed_7b, self.Mixed_7c = BlockE(1280, largest=False), BlockE(2048, largest=True)
        self.fc = nn.Linear(2048, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, 299, 299) to (n, 2048)."""
        x = F.max_pool2d(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))), 3, 2)
        x = F.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, 2)
        first: list[nn.Module] = [
            self.Mixed_5b,
            self.Mixed_5c,
            self.Mixed_5d,
            self.Mixed_6a,
            self.Mixed_6b,
            self.Mixed_6c,
        ]
        for block in (*first, self.Mixed_6d, self.Mixed_6e, self.Mixed_7a, self.Mixed_7b, self.Mixed_7c):
            x = block(x)
        return x.mean((2, 3))

    def probabilities(self, features: Tensor) -> Tensor:
        """Softmax of the head without its bias, float64 (n, 1008): what the Inception Score was defined with."""
        return F.linear(features.double(), self.fc.weight.double()).softmax(1)
