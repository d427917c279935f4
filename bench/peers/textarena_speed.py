"""TextArena (https://github.com/LeonGuertler/TextArena): random games through its API, as an agent plays them: prints JSON.

make · reset · get_observation for every turn · the text of a legal action at random · step, which reads the text. Which actions are
legal is looked up in the state, not read from the text. The versions are the plain ones, which are the faster.

CPU seconds of this process. Arguments: quick or full.
"""

import json
import random
import sys
import time
from importlib.metadata import version

import textarena as ta

quick = sys.argv[1] == "quick"
rng = random.Random(1)
figures = []


def cells(state):
    return [f"[{3 * r + c}]" for r in range(3) for c in range(3) if state["board"][r][c] == ""]


def poker_actions(state):
    return [f"[{name}]" for name in state["current_legal_action_tree"]]


def trades(state):
    """Offers of one for one, answers, and nothing."""
    resources = ["Wheat", "Wood", "Sheep", "Brick", "Ore"]
    give, get = rng.sample(resources, 2)
    answer = "[Accept]" if state["current_offer"] and rng.random() < 0.3 else "[Deny]"
    return [answer, f"[Offer: 1 {give} -> 1 {get}]"]


def rates(name, label, legal, count):
    def play():
        for _ in range(count):
            env = ta.make(name)
            env.reset(num_players=2)
            done = False
            while not done:
                env.get_observation()
                done, _ = env.step(rng.choice(legal(env.state.game_state)))
            env.close()

    play()
    took = []
    for _ in range(3 if quick else 15):
        started = time.process_time()
        play()
        took.append(time.process_time() - started)
    figures.append({"name": label, "unit": "games per CPU second", "values": [count / t for t in took], "cpu": took})


rates("TicTacToe-v0", "TicTacToe, text", cells, 300)
rates("KuhnPoker-v0", "KuhnPoker of 3 hands, text", poker_actions, 300)
rates("SimpleNegotiation-v0", "SimpleNegotiation, text", trades, 200)
print(json.dumps({"peer": f"TextArena {version('textarena')}", "figures": figures}))
