/** The messages of clients to `spiral serve`: each has one reply, whatever it holds. */
import { getGame } from "../../src/games/registry.ts";
import { mctsPlayer } from "../../src/players/mcts.ts";
import type { Player } from "../../src/players/player.ts";
import { uniform } from "../../src/policies/policy.ts";
import { parseEpisode } from "../../src/record/episode.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { replyTo } from "../../src/serve/reply.ts";
import { type Observed, Session } from "../../src/serve/session.ts";
import { UserError } from "../../src/util/errors.ts";
import type { Target } from "./campaign.ts";
import { must } from "./must.ts";
import { mutate } from "./mutate.ts";

const random: Player = { kind: "policy", name: "random", plays: () => true, policy: () => uniform };
const offer = {
  games: ["kuhn", "ttt", "negotiation", "liars-dice:dice=2"].map(getGame),
  opponents: [random, mctsPlayer({ sims: 2 })].map((player) => ({ name: player.name, players: [player] })),
};
const RESETS = offer.games.flatMap(({ id }) => [
  { game: id, seed: 7, seat: 1, opponent: "random", retries: 1, episode_id: "a", player: "me", reward: "return" },
  { game: id, opponent: "self", seed: null },
]);
const STEPS = ["\\boxed{[bet]}", "[4]", "I think <think>no</think> [Accept]", ["bid", "1x2"], 4, { move: "[4]" }];

export const messages: Target = {
  name: "messages to spiral serve",
  samples: [
    ...RESETS.map((data) => ({ type: "reset", data })),
    ...STEPS.map((message) => ({ type: "step", data: { message } })),
    { type: "state" },
  ].map((message) => Buffer.from(JSON.stringify(message))),
  mutate,
  async read(bytes) {
    let seeds = 0;
    const session = new Session({ offer, retries: 0, nextSeed: () => seeds++, ended: () => {} });
    try {
      await session.reset(RESETS[bytes.length % RESETS.length]);
      const { text } = await replyTo(session, Buffer.from(bytes).toString("utf8"));
      if (text === undefined) return;
      const { type, data } = JSON.parse(text) as { readonly type: string; readonly data: Record<string, string> };
      if (type === "error") {
        must(data.message.length > 0 && data.message.length < 1000, "an error without a message, or a very long one");
        throw new UserError(1, data.message);
      }
      if (type === "state") return;
      const { observation, done } = data as unknown as Observed;
      must(done === (observation.legal_actions.length === 0), "a decision without actions, or an end with some");
      const { episode } = observation.info;
      if (episode !== undefined)
        must(verifyEpisode(parseEpisode(episode)) === undefined, "a game that breaks its rules");
    } finally {
      session.close();
    }
  },
};
