"""Self-play with verifiers: one model plays both seats, and is rewarded by role-conditioned advantages.

    spiral serve --games kuhn
    pip install "verifiers[openenv]"
    PYTHONPATH=examples vf-eval spiral_self_play -m MODEL --client.base-url http://127.0.0.1:8080/v1 --no-push

RAE (SPIRAL, arXiv 2506.24119): A = R - b[game, role], and then b <- decay b + (1 - decay) R. The baseline of a role takes out
what the role itself is worth, such as the -1/18 of the first player of Kuhn poker. The reward of a trace is its advantage, so leave
out the trainer's own baseline. The return is kept as a metric.
"""

from collections import defaultdict

import verifiers.v1 as vf
from openenv import GenericEnvClient

__all__ = ["SelfPlayEnv", "SelfPlayTaskset"]

# The model answers by itself, on this machine.
ALONE = {"harness": {"id": "null"}, "runtime": {"type": "subprocess"}}


class SelfPlayData(vf.TaskData):
    base_url: str
    game: str
    seed: int


class SelfPlayTask(vf.Task[SelfPlayData]):
    pass


class SelfPlayTasksetConfig(vf.TasksetConfig):
    base_url: str = "http://127.0.0.1:8000"
    """Where `spiral serve` listens."""
    games: list[str] = ["kuhn"]
    seeds: int = 100
    """Games of each, with the seeds 0, 1, …"""


class SelfPlayTaskset(vf.Taskset[SelfPlayTask, SelfPlayTasksetConfig]):
    def load(self):
        config = self.config
        for seed in range(config.seeds):
            for game in config.games:
                data = SelfPlayData(
                    name=f"{game}#{seed}", prompt=None, base_url=config.base_url, game=game, seed=seed
                )
                yield SelfPlayTask(data, config.task)


class SelfPlayEnvConfig(vf.EnvConfig):
    first: vf.AgentConfig = vf.AgentConfig(**ALONE)
    second: vf.AgentConfig = vf.AgentConfig(**ALONE)
    decay: float = 0.95
    """Of the baselines."""


class SelfPlayEnv(vf.Env[SelfPlayEnvConfig]):
    def __init__(self, config):
        super().__init__(config)
        self.baselines = defaultdict(float)

    async def run(self, task, agents):
        data = task.data
        async with (
            GenericEnvClient(base_url=data.base_url) as env,
            agents.first.interaction(task) as first,
            agents.second.interaction(task) as second,
        ):
            seats = (first, second)
            roles = {}
            result = await env.reset(game=data.game, seed=data.seed, opponent="self")
            while not result.done:
                seen = result.observation
                seat = seen["current_player_id"]
                roles[seat] = seen["role"]
                segment = await seats[seat].turn(seen["prompt"])
                # A seat whose run has ended, by a limit on its turns or tokens, says nothing, and forfeits.
                result = await env.step({"message": "" if segment.terminated else segment.last_reply})
        for seat, role in roles.items():
            value = result.observation["info"]["returns"][seat]
            trace = seats[seat].trace
            trace.record_metric("return", value)
            trace.record_reward("advantage", value - self.baselines[data.game, role])
            self.update(data.game, role, value)

    def update(self, game, role, value):
        """The baseline is read before it is updated: it must not have seen the return that it is subtracted from."""
        decay = self.config.decay
        self.baselines[game, role] = decay * self.baselines[game, role] + (1 - decay) * value
