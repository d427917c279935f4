"""GRPO with TRL: a model learns Kuhn poker against an equilibrium.

    spiral serve --games kuhn --vs nash
    pip install "trl[vllm]" openenv
    python trl_grpo.py Qwen/Qwen3-0.6B [STEPS]

The trainer makes one `Game` for each rollout, resets it with the columns of a row, and gives the model the tool `act`. All rollouts
of a group have the same seed and so the same deal, which takes the luck of the cards out of the group's baseline. Without a GPU it
generates without vLLM, which is slow. `python trl_grpo.py --try` calls `Game` as the trainer does, without a model.
"""

import os
import sys

from openenv import GenericEnvClient

URL = os.environ.get("SPIRAL_URL", "http://127.0.0.1:8000")
DEALS = 512


class Game:
    """A game in progress, as TRL's `environment_factory` wants it: `reset`, and a public method for each tool."""

    def __init__(self):
        self._env = GenericEnvClient(base_url=URL).sync()
        self._env.connect()
        self.reward = 0.0
        self.done = False

    def reset(self, seed, seat, **_):
        """Begins a game; what it returns is added to the prompt."""
        result = self._env.reset(game="kuhn", opponent="nash", seed=seed, seat=seat, retries=1)
        self.reward, self.done = 0.0, result.done
        return result.observation["prompt"]

    def act(self, action: str) -> str:
        """Plays an action.

        Args:
            action: One of the available actions, in square brackets.

        Returns:
            What happened, and the next decision.
        """
        if self.done:
            raise ValueError("The game is over.")
        result = self._env.step({"message": action})
        self.reward, self.done = self.reward + result.reward, result.done
        return result.observation["prompt"]


def reward(environments, **_):
    # A game that was not played to its end is a forfeit, at SPIRAL's price.
    return [env.reward if env.done else -3.0 for env in environments]


def rows():
    ask = [{"role": "user", "content": "Play the game with the tool act until it is over."}]
    return [{"prompt": ask, "seed": i, "seat": i % 2} for i in range(DEALS)]


def train(model, steps=-1):
    """Trains for so many steps, or for three epochs."""
    import torch
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    gpu = torch.cuda.is_available()
    GRPOTrainer(
        model=model,
        reward_funcs=reward,
        train_dataset=Dataset.from_list(rows()),
        environment_factory=Game,
        args=GRPOConfig(
            output_dir="runs/trl_grpo",
            num_generations=8,
            max_completion_length=2048,
            max_steps=steps,
            logging_steps=1,
            use_vllm=gpu,
            bf16=gpu,
        ),
    ).train()


def try_without_model():
    environments = [Game() for _ in range(4)]
    for env, row in zip(environments, rows()):
        prompt = env.reset(**row)
        while not env.done:
            legal = prompt.rsplit("available actions are: ", 1)[1].split("\n", 1)[0].split(", ")
            prompt = env.act(legal[-1])
    print("rewards:", reward(environments))


if __name__ == "__main__":
    if sys.argv[1:] == ["--try"]:
        try_without_model()
    else:
        train(
            model=sys.argv[1] if len(sys.argv) > 1 else "Qwen/Qwen3-0.6B",
            steps=int(sys.argv[2]) if len(sys.argv) > 2 else -1,
        )
