"""PyTorch's training step of the network that bench/gpu/step.ts times: forward, loss, gradient, Adam without momentum; its data stay on the device.

    python3 torch_step.py '{"device": "cuda", "rows": 65536, "inputs": 90, "hidden": [2048, 2048], "outputs": 33, "seconds": 10}'

Prints one JSON document; where PyTorch or the device is missing, says so on stderr and ends with 3.
"""

import json
import sys
import time

task = json.loads(sys.argv[1])
try:
    import torch
except ImportError as error:
    sys.exit(print(f"PyTorch cannot be imported: {error}", file=sys.stderr) or 3)
device = task["device"]
if device == "cuda" and not torch.cuda.is_available():
    sys.exit(print(f"PyTorch {torch.__version__} finds no CUDA device", file=sys.stderr) or 3)

torch.manual_seed(1)
rows, outputs = task["rows"], task["outputs"]
widths = [task["inputs"], *task["hidden"], outputs]
layers = []
for fan_in, fan_out in zip(widths, widths[1:]):
    layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
network = torch.nn.Sequential(*layers[:-1]).to(device)
adam = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.0, 0.999), eps=1e-8)

# Features are mostly 0, a few actions are legal, advantages are anything.
x = (torch.rand(rows, widths[0], device=device) < 0.1).float()
legal = torch.rand(rows, outputs, device=device) < 0.2
legal[:, 0] = True
illegal = torch.where(legal, 0.0, -1e9).to(device)
gains = torch.randn(rows, outputs, device=device) * legal / rows
magnet = torch.log_softmax(illegal, 1)


def step():
    log_policy = torch.log_softmax(network(x) + illegal, 1)
    policy = log_policy.exp()
    pull = 0.5 / rows * (policy * (log_policy - magnet)).sum()
    bonus = 0.1 / rows * (policy * log_policy).sum()
    loss = pull + bonus - (gains * log_policy).sum()
    adam.zero_grad(set_to_none=True)
    loss.backward()
    adam.step()
    return loss.item()


for _ in range(3):
    step()
values, cpu = [], []
started = time.perf_counter()
while len(values) < 3 or (len(values) < 100 and time.perf_counter() - started < task["seconds"]):
    before, before_cpu = time.perf_counter(), time.process_time()
    step()
    values.append(time.perf_counter() - before)
    cpu.append(time.process_time() - before_cpu)

name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
print(json.dumps({"version": torch.__version__, "device": name, "values": values, "cpu": cpu}))
