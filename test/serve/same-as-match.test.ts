/** The same seed and the same answers give the game that `spiral match` plays. */
import { expect, it } from "vitest";
import { playMatch } from "../../src/arena/match.ts";
import { matchRng } from "../../src/arena/pairing.ts";
import { getGame } from "../../src/games/registry.ts";
import { llmPlayer } from "../../src/players/llm/llm-player.ts";
import { mctsPlayer } from "../../src/players/mcts.ts";
import type { Player } from "../../src/players/player.ts";
import { type Episode, parseEpisode } from "../../src/record/episode.ts";
import { Session } from "../../src/serve/session.ts";
import { fixed, offerOf } from "./serving.ts";

/** What a model says at a prompt: a function of the prompt alone, and sometimes no action. */
function answerTo(prompt: string): string {
  const names = prompt.slice(prompt.lastIndexOf("Your available actions are:")).match(/\[[^\]]+\]/g) ?? [];
  const sum = [...prompt].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
  return sum % 7 === 0 ? "I resign." : `Let me think … \\boxed{${names[sum % names.length]}}`;
}

/** A model whose last message decides what it says. */
const model = (retries: number): Player =>
  llmPlayer(
    "stub",
    {
      ask: async ({ messages }) => ({
        text: answerTo(messages.at(-1)?.content ?? ""),
        reasoning: "",
        cutOff: false,
        ms: 0,
        failed: 0,
        refused: false,
      }),
      clean: (text: string) => text,
      close: () => {},
      url: "",
    },
    retries,
  );

async function inMatch(id: string, opponent: Player, seed: number, retries: number): Promise<Episode[]> {
  const game = getGame(id);
  const players = [model(retries), opponent] as const;
  const episodes: Episode[] = [];
  for await (const games of playMatch({ game, players, rng: matchRng(seed, game, players) }, { pairs: 1, atOnce: 1 })) {
    episodes.push(...games.map(({ episode }) => episode()));
  }
  return episodes.sort((a, b) => a.index - b.index);
}

async function served(id: string, opponent: Player, seed: number, retries: number): Promise<Episode[]> {
  const episodes: Episode[] = [];
  const offer = offerOf([id], [opponent]);
  const session = new Session({ offer, retries, nextSeed: () => 0, ended: (episode) => episodes.push(episode) });
  for (const seat of [0, 1]) {
    let { observation, done } = await session.reset({ seed, seat, player: "llm:stub" });
    while (!done) {
      const message = answerTo(observation.messages.at(-1)?.content ?? "");
      ({ observation, done } = await session.step({ message }));
    }
    const last = episodes.at(-1);
    expect(parseEpisode(observation.info.episode ?? "")).toEqual(last);
    expect(observation.info.returns).toEqual(last?.returns);
  }
  return episodes;
}

it.each([
  ["kuhn", fixed("nash")],
  ["leduc", fixed("random")],
  ["ttt", fixed("minimax")],
  ["negotiation", fixed("fair")],
  ["kuhn-match:hands=3", fixed("random")],
  ["ttt", mctsPlayer({ sims: 20 })],
])("%s against $name", async (id, opponent) => {
  let [forfeits, refusals] = [0, 0];
  for (let seed = 1; seed <= 4; seed++) {
    const played = await inMatch(id, opponent, seed, seed % 3);
    expect(await served(id, opponent, seed, seed % 3)).toEqual(played);
    forfeits += played.filter(({ forfeit }) => forfeit).length;
    refusals += played.flatMap(({ said = [] }) => said).filter(({ answers }) => answers.length > 1).length;
    for (const { returns, forfeit } of played) expect(returns[0] + returns[1] === 0).toBe(!forfeit);
  }
  expect(played(id, forfeits, refusals)).toBe(true);
});

/** Whether something was refused, where the games are long enough. */
const played = (id: string, forfeits: number, refusals: number): boolean => id === "kuhn" || forfeits + refusals > 0;
