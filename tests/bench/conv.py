"""A training step of PyTorch's tutorial network: prints microseconds a picture, the least of several
rounds. Usage: conv.py BATCH THREADS"""
import os
import sys
import time

batch, threads = int(sys.argv[1]), int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = str(threads)
import torch
from torch import nn

torch.set_num_threads(threads)
net = nn.Sequential(
    nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
optimiser = torch.optim.SGD(net.parameters(), lr=1e-9, momentum=0.9)
criterion = nn.CrossEntropyLoss()
x, y = torch.randn(batch, 3, 32, 32), torch.arange(batch) % 10
# On one thread the process's own time: a busy machine disturbs it less.
clock = time.process_time if threads == 1 else time.perf_counter


def step():
    optimiser.zero_grad()
    criterion(net(x), y).backward()
    optimiser.step()


steps = max(4, 800 // batch)
least = float("inf")
for round in range(6):
    start = clock()
    for _ in range(steps):
        step()
    if round > 0:
        least = min(least, (clock() - start) / steps)
print(torch.__version__, least / batch * 1e6)
