"""Plays games at a running `spiral serve` with random legal actions: python play.py http://127.0.0.1:8000 [games] [opponent]

Needs `pip install openenv`. Prints, for each game that is served, the mean return of the client and of both seats together.
"""

import json
import random
import sys
from urllib.request import urlopen

from openenv import GenericEnvClient


def play(env, rng, **reset):
    """One game. Returns the reward of the client and the returns of both seats."""
    result = env.reset(**reset)
    total = result.reward
    while not result.done:
        action = rng.choice(result.observation["legal_actions"])
        result = env.step({"message": f"I choose \\boxed{{{action}}}"})
        total += result.reward
    return total, result.observation["info"]["returns"]


def main(url, games=100, opponent=None):
    rng = random.Random(1)
    with urlopen(f"{url}/metadata") as answer:
        served = json.load(answer)["games"]
    with GenericEnvClient(base_url=url).sync() as env:
        for game in served:
            who = {"opponent": opponent} if opponent else {}
            rewards, sums = [], []
            for seed in range(games):
                seat = {} if opponent == "self" else {"seat": seed % 2}
                reward, returns = play(env, rng, game=game["id"], seed=seed, **who, **seat)
                rewards.append(reward)
                sums.append(sum(returns))
            print(f"{game['id']}: {games} games, mean {sum(rewards) / games:+.3f}, sum of both seats {sum(sums):g}")


if __name__ == "__main__":
    url, *rest = sys.argv[1:]
    main(url, int(rest[0]) if rest else 100, rest[1] if len(rest) > 1 else None)
