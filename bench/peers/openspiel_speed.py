"""OpenSpiel (https://github.com/google-deepmind/open_spiel), what its Python wheel lets one measure: prints JSON.

rollouts     random games played inside its C++ library, without observations: one simulation of its MCTS bot, whose leaf is
             evaluated by that many random playouts. The poker games are played from a deal on, as the bot starts at a decision.
python loop  random games through its Python API, the observation tensor of every decision written.
NashConv     its C++ `nash_conv` of uniform play.

CPU seconds of this process. Arguments: quick or full.
"""

import json
import random
import sys
import time
from importlib.metadata import version

import pyspiel

quick = sys.argv[1] == "quick"
figures = []


def timed(run):
    started = time.process_time()
    run()
    return time.process_time() - started


def rates(name, unit, count, repetitions, run):
    run()
    took = [timed(run) for _ in range(repetitions)]
    figures.append({"name": name, "unit": unit, "values": [count / t for t in took], "cpu": took})


def rollouts(name, count):
    game = pyspiel.load_game(name)
    state = game.new_initial_state()
    while state.is_chance_node():
        state.apply_action(state.legal_actions()[0])
    evaluator = pyspiel.RandomRolloutEvaluator(count, 1)
    # exploration 2, one simulation, 10 MB, no solver, seed 1, not verbose
    bot = pyspiel.MCTSBot(game, evaluator, 2.0, 1, 10, False, 1, False)
    rates(f"{name}, rollouts in C++, no observations", "games per CPU second", count, 5 if quick else 15,
          lambda: bot.mcts_search(state))


def python_loop(name, count):
    game = pyspiel.load_game(name)
    rng = random.Random(1)

    def play():
        for _ in range(count):
            state = game.new_initial_state()
            while not state.is_terminal():
                if state.is_chance_node():
                    outcomes, probabilities = zip(*state.chance_outcomes())
                    action = rng.choices(outcomes, probabilities)[0]
                else:
                    state.observation_tensor()
                    action = rng.choice(state.legal_actions())
                state.apply_action(action)

    rates(f"{name}, a loop in Python, observation tensors", "games per CPU second", count, 3 if quick else 10, play)


def nash_conv(name, repetitions):
    game = pyspiel.load_game(name)
    policy = pyspiel.UniformRandomPolicy(game)
    took = [timed(lambda: pyspiel.nash_conv(game, policy)) for _ in range(repetitions)]
    figures.append({"name": f"{name}, NashConv of uniform play", "unit": "ms", "values": [1000 * t for t in took], "cpu": took})


rollouts("tic_tac_toe", 20_000)
rollouts("kuhn_poker", 50_000)
rollouts("leduc_poker", 20_000)
rollouts("connect_four", 3_000)
rollouts("liars_dice", 20_000)
rollouts("pig", 3_000)
for game_name in ["tic_tac_toe", "kuhn_poker"]:
    python_loop(game_name, 500)
nash_conv("kuhn_poker", 20)
nash_conv("leduc_poker", 3 if quick else 5)
if not quick:
    nash_conv("tic_tac_toe", 1)
print(json.dumps({"peer": f"OpenSpiel {version('open_spiel')}", "figures": figures}))
