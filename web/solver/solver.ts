/**
 * Asks a worker about whole games, and keeps its answers. The worker runs the program of this page, which the Content-Security-
 * Policy allows as `blob:`; it inherits that policy, so that it can load nothing either.
 */
import type { Game, Seat } from "../../src/games/game.ts";
import type { PageContents } from "../../src/page/contents.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { tablePolicy } from "../../src/policies/table-policy.ts";
import { type Network, networkOf } from "../policy.ts";
import type { Question, Tree, Values } from "./answer.ts";
import type { Asked, Told } from "./worker.ts";

/** What is known of a question. */
interface Entry {
  readonly game: string;
  answer?: Tree | Values;
  problem?: string;
  share: number;
  /** Called when the share, the answer or the problem changes. */
  readonly changed: Set<() => void>;
}

export class Solver {
  readonly #contents: () => PageContents;
  readonly #entries = new Map<string, Entry>();
  /** By id of the question. */
  readonly #asked: Entry[] = [];
  readonly #perfect = new Map<string, Policy>();
  #worker: Worker | undefined;

  /** `contents` gives those of the page, which may grow. */
  constructor(contents: () => PageContents) {
    this.#contents = contents;
  }

  /** The tree of a walkable game. As `values`. */
  tree(game: Game, changed: () => void): Tree | undefined {
    return this.#answer(game.id, { kind: "tree", game: game.id }, changed) as Tree | undefined;
  }

  /** The values of the policy of a checkpoint; undefined until they are there, and then `changed` is called. */
  values(game: Game, update: number, changed: () => void): Values | undefined {
    const network = this.#network(update);
    const question = network && ({ kind: "policy", game: game.id, network } as const);
    return question && (this.#answer(`${game.id} ${update}`, question, changed) as Values | undefined);
  }

  /** An equilibrium; of a family of them, the one nearest to the policy of the checkpoint `near`. As `values`. */
  equilibrium(game: Game, near: number | undefined, changed: () => void): Values | undefined {
    const network = game.equilibrium && near !== undefined ? this.#network(near) : undefined;
    const key = `${game.id} equilibrium ${network ? near : ""}`;
    return this.#answer(key, { kind: "equilibrium", game: game.id, near: network }, changed) as Values | undefined;
  }

  /** Perfect play, from the answers of `tree` and `equilibrium`. */
  perfectPlay(game: Game, changed: () => void): Policy | undefined {
    const tree = this.tree(game, changed);
    const values = this.equilibrium(game, undefined, changed);
    if (!tree || !values) return undefined;
    const known = this.#perfect.get(game.id);
    if (known) return known;
    const { keys, firstEntry } = tree;
    const table = keys.map((key, i) => [key, values.strategy.subarray(firstEntry[i], firstEntry[i + 1])] as const);
    const policy = tablePolicy("perfect play", game, new Map(table));
    this.#perfect.set(game.id, policy);
    return policy;
  }

  /** What each legal action is worth to the player to move, if both sides play perfectly after it. As `perfectPlay`. */
  perfectValues(game: Game, state: unknown, player: Seat, changed: () => void): Float64Array | undefined {
    const tree = this.tree(game, changed);
    const values = this.equilibrium(game, undefined, changed);
    if (!tree || !values) return undefined;
    const i = tree.keys.indexOf(`${player}${game.infosetKey(state, player)}`);
    return values.q.subarray(tree.firstEntry[i], tree.firstEntry[i + 1]);
  }

  /** What is being computed of this game, or why it cannot be; "" if nothing is. */
  status(game: Game): string {
    const entries = [...this.#entries.values()].filter((entry) => entry.game === game.id);
    const problem = entries.find((entry) => entry.problem !== undefined)?.problem;
    if (problem !== undefined) return `${game.id} was not solved: ${problem}.`;
    const open = entries.find((entry) => !entry.answer);
    if (!open) return "";
    return `Solving ${game.id} …${open.share > 0 ? ` ${Math.round(100 * open.share)} %` : ""}`;
  }

  #network(update: number): Network | undefined {
    return networkOf(this.#contents(), update);
  }

  #answer(key: string, question: Question, changed: () => void): Tree | Values | undefined {
    const known = this.#entries.get(key);
    if (known) {
      if (!known.answer) known.changed.add(changed);
      return known.answer;
    }
    const entry: Entry = { game: question.game, share: 0, changed: new Set([changed]) };
    this.#entries.set(key, entry);
    const asked: Asked = { id: this.#asked.push(entry) - 1, question };
    this.#worker ??= this.#start();
    this.#worker.postMessage(asked);
    return undefined;
  }

  #start(): Worker {
    const program = document.querySelector<HTMLScriptElement>("script:not([type])");
    const text = program?.textContent ?? "";
    const worker = new Worker(program?.src || URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      const entry = this.#asked[data.id];
      if (!entry) return;
      if ("share" in data) entry.share = data.share;
      else if ("answer" in data) entry.answer = data.answer;
      else entry.problem = data.problem;
      for (const changed of [...entry.changed]) changed();
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      for (const entry of this.#asked) {
        if (entry.answer) continue;
        entry.problem = "this browser starts no worker here";
        for (const changed of [...entry.changed]) changed();
      }
    });
    return worker;
  }
}
