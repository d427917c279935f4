/**
 * A session: one client that plays game after game. `reset` begins a game and `step` answers at a decision; both give what the
 * client reads next. Chance and the opponent move within them.
 */
import type { Seat } from "../games/game.ts";
import { readAnswer, wordsBeside } from "../players/llm/answer.ts";
import { shownAgain } from "../players/llm/conversation.ts";
import type { Choice } from "../players/player.ts";
import type { Episode, Utterance } from "../record/episode.ts";
import { UserError } from "../util/errors.ts";
import { printable, wellFormed } from "../util/printable.ts";
import { type Event, GameInPlay } from "./game-in-play.ts";
import { ProtocolError, parseReset, parseStep, type ResetData } from "./messages.ts";
import { atDecision, atEnd, type Observation, type Refusal } from "./observation.ts";
import { gameOf, type Offer, opponentOf, SELF } from "./offer.ts";
import { type Rewards, rewardsFor } from "./rewards.ts";

export interface Observed {
  readonly observation: Observation;
  /** To the seat that has answered; 0 at a reset. */
  readonly reward: number;
  readonly done: boolean;
}

export interface SessionSettings {
  readonly offer: Offer;
  /** Further answers after an illegal one where the client names no number. */
  readonly retries: number;
  /** The seed of a game for which the client names none. */
  readonly nextSeed: () => number;
  /** Called with each game that has ended; without it, what players say is not kept. */
  readonly ended?: ((episode: Episode) => void) | undefined;
}

/** Of what is said in a game, this many characters are kept for the log, and of one answer the last ones. */
const KEPT = { game: 1 << 18, answer: 4000 };

interface CurrentGame {
  readonly id: string;
  readonly play: GameInPlay;
  readonly about: { readonly game: string; readonly seed: number; readonly opponent: string; readonly player: string };
  readonly roles: readonly [string, string];
  readonly retries: number;
  readonly rewards: Rewards;
  /** The decision that the client is to answer; undefined once the game is over. */
  open: Extract<Event, { kind: "decision" }> | undefined;
  refusals: Refusal[];
  said: Utterance[];
  kept: number;
  steps: number;
}

export class Session {
  readonly #settings: SessionSettings;
  #current: CurrentGame | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** Whether a game is under way. */
  get isPlaying(): boolean {
    return this.#current?.open !== undefined;
  }

  /** Begins a game; one that is under way is abandoned. Throws a ProtocolError. */
  async reset(data: unknown): Promise<Observed> {
    const wanted = parseReset(data);
    const current = this.#begin(wanted);
    this.close();
    this.#current = current;
    return this.#observe(current, await current.play.next(), wanted.seat ?? 0, 0);
  }

  /** Answers at the open decision. Throws a ProtocolError. */
  async step(data: unknown): Promise<Observed> {
    const current = this.#current;
    if (!current?.open) {
      const why = current ? "The game is over" : "No game has begun";
      throw new ProtocolError("EXECUTION_ERROR", `${why}: send a reset first.`);
    }
    const text = wellFormed(printable(parseStep(data)));
    const { decision, answer } = current.open;
    const { infoset, talk } = decision;
    const parsed = readAnswer(infoset, text);
    current.steps++;
    this.#keep(current, parsed.ok ? { text } : { text, illegal: parsed.reason });
    if (!parsed.ok && current.refusals.length < current.retries) {
      current.refusals.push({ said: shownAgain(text), reason: parsed.reason });
      return { observation: atDecision(infoset, current.refusals, talk), reward: 0, done: false };
    }
    const said = current.said;
    const slot = parsed.ok ? infoset.actions.indexOf(parsed.action) : -1;
    const words = talk ? wordsBeside(text) : "";
    const choice: Choice = parsed.ok ? { slot, said, words } : { forfeit: parsed.reason, said };
    Object.assign(current, { open: undefined, refusals: [], said: [] });
    answer(choice);
    const reward = parsed.ok ? current.rewards.ofMove(infoset, slot) : 0;
    return this.#observe(current, await current.play.next(), infoset.player, reward);
  }

  state(): Readonly<Record<string, unknown>> {
    if (!this.#current) return { episode_id: null, step_count: 0 };
    const { id, steps, about, open } = this.#current;
    return { episode_id: id, step_count: steps, ...about, done: open === undefined };
  }

  /** Abandons the game that is under way. */
  close(): void {
    this.#current?.play.abandon();
  }

  #begin(wanted: ResetData): CurrentGame {
    const { offer, nextSeed, retries } = this.#settings;
    const { player = "client", seat } = wanted;
    const seed = wanted.seed ?? nextSeed();
    try {
      const game = gameOf(offer, wanted.game);
      const opponent = opponentOf(offer, game, wanted.opponent, seed);
      if (opponent === SELF && seat !== undefined) {
        throw new UserError(1, "With opponent self the client plays both seats: leave out seat.");
      }
      const settings = { game, seed, player, opponent, seat: seat ?? 0 };
      const name = opponent === SELF ? SELF : opponent.name;
      return {
        id: wanted.episode_id ?? `${game.id}-${seed}-${settings.seat}`,
        rewards: rewardsFor(wanted.reward ?? "return", game, opponent),
        play: new GameInPlay(settings),
        about: { game: game.id, seed, opponent: name, player },
        roles: game.roles,
        retries: wanted.retries ?? retries,
        ...{ open: undefined, refusals: [], said: [], kept: 0, steps: 0 },
      };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new ProtocolError("VALIDATION_ERROR", error.message);
    }
  }

  #observe(current: CurrentGame, event: Event, seat: Seat, reward: number): Observed {
    if (event.kind === "failure") {
      this.#current = undefined;
      if (!(event.error instanceof UserError)) throw event.error;
      throw new ProtocolError("EXECUTION_ERROR", `The opponent cannot go on: ${event.error.message}`);
    }
    if (event.kind === "decision") {
      current.open = event;
      const { infoset, talk } = event.decision;
      return { observation: atDecision(infoset, [], talk), reward, done: false };
    }
    const { episode } = event;
    this.#settings.ended?.(episode);
    const final = reward + current.rewards.atEnd(episode, seat);
    return { observation: atEnd(episode, current.roles, seat), reward: final, done: true };
  }

  /** Keeps an answer for the log. A client could otherwise fill the memory, as a game may have hundreds of decisions. */
  #keep(current: CurrentGame, { text, illegal }: Utterance): void {
    const kept = wellFormed(text.slice(-KEPT.answer));
    current.kept += kept.length;
    if (!this.#settings.ended || current.kept > KEPT.game) return;
    current.said.push({ text: kept, ...(illegal === undefined ? {} : { illegal }) });
  }
}
