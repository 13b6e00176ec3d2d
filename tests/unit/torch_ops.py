"""Prints what test_torch_ops.c holds: the ops on pictures by PyTorch, in double, as rows of C. Each
tensor is three sums with different weights. Run as `python3 tests/unit/torch_ops.py`."""
import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def numbers(shape, start):
    count = torch.Size(shape).numel()
    i = torch.arange(count)
    return (((i * 37 + start * 11) % 1009).double() / 256 - 2).reshape(shape).requires_grad_()


def sums(t):
    i = torch.arange(t.numel())
    return [float((t.detach().flatten() * (((i * (29 + 2 * k) + 7 * k) % 64).double() / 16 - 2)).sum())
            for k in range(3)]


def row(name, y, inputs, others=()):
    (y * numbers(y.shape, 9)).sum().backward()
    tensors = [y] + [x.grad for x in inputs] + list(others)
    print('    {"%s", %d, {%s}},' % (name, len(tensors), ", ".join(
        "{%s}" % ", ".join(float.hex(v) for v in sums(t)) for t in tensors)))


# channels, height, width; kernel's height, width; stride, padding; pictures, channels out, bias
for c, h, w, i, j, s, p, n, o, bias in [(3, 7, 6, 3, 2, 2, 1, 2, 4, 1), (2, 9, 8, 5, 5, 1, 0, 3, 5, 0),
                                        (4, 5, 11, 3, 3, 1, 1, 2, 7, 1), (2, 13, 9, 4, 4, 3, 2, 5, 3, 1),
                                        (12, 9, 9, 5, 5, 1, 2, 2, 6, 0), (1, 28, 28, 5, 5, 1, 0, 2, 6, 1)]:
    x, weight = numbers((n, c, h, w), 1), numbers((o, c, i, j), 2)
    b = numbers((o,), 3) if bias else None
    row("conv", F.conv2d(x, weight, b, s, p), [x, weight] + ([b] if bias else []))
for c, h, w, k, s, p, n in [(3, 7, 8, 3, 2, 1, 2), (2, 5, 7, 2, 2, 0, 3), (1, 9, 9, 3, 1, 1, 2), (2, 8, 34, 2, 2, 0, 2)]:
    x = numbers((n, c, h, w), 1)
    row("max-pool", F.max_pool2d(x, k, s, p), [x])
    x = numbers((n, c, h, w), 1)
    row("average-pool", F.avg_pool2d(x, k, s, p), [x])
for c, h, w, n in [(3, 5, 4, 2), (6, 1, 1, 7), (1, 3, 3, 4)]:
    for training in (True, False):
        x, gamma, beta = numbers((n, c, h, w), 1), numbers((c,), 2), numbers((c,), 3)
        mean, variance = torch.arange(c) / 8, 1 + torch.arange(c) / 4
        y = F.batch_norm(x, mean, variance, gamma, beta, training)
        row("batch-norm" if training else "batch-norm, inference", y, [x, gamma, beta], [mean, variance])
