"""Games of random moves in TextArena, which test/games/textarena.test.ts plays again in Spiral's games.

    pip install textarena==0.7.4
    python bench/peers/textarena_games.py > test/games/fixtures/textarena.json

A game has the cards or dice of both players in each round but the rolls of Pig; for each move who made it, what was written, and for
each candidate whether it was legal, 1 or 0; and the returns. Candidates of Liar's Dice are the bids on dice that there are, by quantity
and face, and the call.
"""

import copy
import json
import random

import textarena as ta

KUHN = ["[check]", "[bet]", "[call]", "[fold]"]
GAMES = [
    ("TicTacToe-v0", 3, [f"[{cell}]" for cell in range(9)]),
    ("ConnectFour-v0", 2, [f"[col {column}]" for column in range(7)]),
    ("KuhnPoker-v0", 6, KUHN),
    ("PigDice-v0", 1, ["[roll]", "[hold]"]),
    ("LiarsDice-v0-small", 4, None),
    ("LiarsDice-v0", 1, None),
    ("LiarsDice-v0-large", 1, None),
]


def bids(state):
    dice = sum(state.game_state["remaining_dice"].values())
    return [f"[Bid: {quantity}, {face}]" for quantity in range(1, dice + 1) for face in range(1, 7)] + ["[Call]"]


def is_legal(env, action):
    trial, draws = copy.deepcopy(env), random.getstate()
    said = len(trial.state.logs)
    trial.step(action)
    random.setstate(draws)
    return not any("invalid move" in text for _, text in trial.state.logs[said:])


def chance(env):
    """The dice of both players, or their cards and the number of the hand."""
    state = env.state.game_state
    if "dice_rolls" in state:
        return [state["dice_rolls"][0], state["dice_rolls"][1]]
    return "player_cards" in state and [state["player_cards"][0], state["player_cards"][1], state["current_round"]]


def play(env_id, seed, candidates):
    env = ta.make(f"{env_id}-raw")
    env.reset(num_players=2, seed=seed)
    rng = random.Random(f"{env_id} {seed}")
    brought, moves, done, before = [], [], False, False
    while not done:
        now = chance(env)
        if now != before:
            brought.append(now)
            before = now
        offered = candidates or bids(env.state)
        legal = [is_legal(env, action) for action in offered]
        choices = [action for action, yes in zip(offered, legal) if yes]
        # Small bids, and calls more often than at random.
        action = rng.choice(choices) if candidates else rng.choice([*choices[:8], choices[-1], choices[-1]])
        by = env.state.current_player_id
        moves.append([by, action, "".join("01"[yes] for yes in legal)])
        env.get_observation()
        done, _ = env.step(action)
    rewards, _ = env.close()
    return {"chance": brought, "moves": moves, "returns": [rewards[0], rewards[1]]}


def main():
    lines = []
    for env_id, count, candidates in GAMES:
        games = [json.dumps(play(env_id, seed, candidates)) for seed in range(count)]
        lines.append(f'"{env_id}": [\n  ' + ",\n  ".join(games) + "\n]")
    print("{\n" + ",\n".join(lines) + "\n}")


main()
