"""PyTorch's training step of the transformer that bench/sections/text-step.ts times, on one thread of the CPU.

    python3 torch_transformer.py '{"width": 32, "layers": 2, "heads": 4, "tokens": 72, "context": 64, "sequences": 32, "seconds": 4}'

Prints one JSON document with tokens per CPU second; where PyTorch is missing, says so on stderr and ends with 3.
"""

import json
import sys
import time

task = json.loads(sys.argv[1])
try:
    import torch
except ImportError as error:
    sys.exit(print(f"PyTorch cannot be imported: {error}", file=sys.stderr) or 3)
from torch import nn
from torch.nn import functional as F

torch.manual_seed(1)
torch.set_num_threads(1)
width, heads, tokens, context = task["width"], task["heads"], task["tokens"], task["context"]


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.norm = nn.RMSNorm(width, eps=1e-5), nn.RMSNorm(width, eps=1e-5)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        batch, length, _ = x.shape
        q, k, v = self.qkv(self.attention_norm(x)).view(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.relu(self.up(self.norm(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.position = nn.Embedding(tokens, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block() for _ in range(task["layers"])))
        self.norm, self.head = nn.RMSNorm(width, eps=1e-5), nn.Linear(width, tokens)

    def forward(self, sequences):
        x = self.token(sequences) + self.position.weight[: sequences.shape[1]]
        return self.head(self.norm(self.blocks(x)))


network = Transformer()
adam = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.0, 0.999), eps=1e-8)
sequences = torch.randint(tokens, (task["sequences"], context))
loss_gradient = torch.randn(task["sequences"], context, tokens) / sequences.numel()


def step():
    adam.zero_grad(set_to_none=True)
    network(sequences).backward(loss_gradient)
    adam.step()


for _ in range(3):
    step()
values, cpu = [], []
started = time.perf_counter()
while len(values) < 3 or (len(values) < 100 and time.perf_counter() - started < task["seconds"]):
    before = time.process_time()
    step()
    cpu.append(time.process_time() - before)
    values.append(sequences.numel() / cpu[-1])
print(json.dumps({"version": torch.__version__, "values": values, "cpu": cpu}))
