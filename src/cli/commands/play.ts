/** `spiral play`: what is typed. What it does is in `actions/play.ts`. */
import { didYouMean, UserError } from "../../util/errors.ts";
import { declare, type Options } from "../command.ts";
import { game, runFolder } from "../flags/common.ts";
import { checked, text, toggle, whole } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";

const SEATS = ["first", "second", "alternate"] as const;
export type SeatChoice = (typeof SEATS)[number];

export const declaration = declare({
  usage: "play",
  summary: "play against a policy, or any other player",
  example: "spiral play --game kuhn --vs latest",
  flags: {
    ...game,
    vs: text("--vs <player>", "who plays against you", "latest"),
    seat: checked("--seat <seat>", "first, second or alternate", seatNamed, "alternate"),
    seed: whole(
      "--seed <n>",
      "where deals and the other player's draws come from; another one each time if not given",
      { min: 0 },
    ),
    hints: toggle("--hints", "show at every decision what a policy would do"),
    hintFrom: text("--hint-from <player>", "whose hints; those of the player you play against if not given"),
    log: text("--log <file>", "where finished games are logged; play.jsonl in the folder of runs if not given"),
    ...runFolder,
    ...llmFlags,
  },
});

export type PlayOptions = Options<typeof declaration>;

function seatNamed(name: string, text: string): SeatChoice {
  const seat = SEATS.find((one) => one === text);
  if (seat) return seat;
  throw new UserError(2, `${name} is "${text}"; it takes one of ${SEATS.join(", ")}.${didYouMean(text, SEATS)}`);
}
