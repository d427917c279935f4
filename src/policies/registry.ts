/** The kinds of policy, by their names in `nn.policy`. A kind is loaded when it is used. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Game } from "../games/game.ts";
import { UserError } from "../util/errors.ts";
import type { PolicyKind, PolicyModel, PolicySettings } from "./policy-kind.ts";

const KINDS: Readonly<Record<string, (() => Promise<{ readonly kind: PolicyKind }>) | undefined>> = {
  mlp: () => import("./features/mlp.ts"),
  text: () => import("./text/kind.ts"),
};

export const kindNames: readonly string[] = Object.keys(KINDS);

/** Whether `nn.policy` names the module of a kind, rather than one of `kindNames`. */
export const isModule = (policy: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(policy);

/** The kind that `nn.policy` names. Throws a UserError (exit 2) if there is none. */
export async function policyKind(policy: string): Promise<PolicyKind> {
  const load = Object.hasOwn(KINDS, policy) ? KINDS[policy] : undefined;
  if (load) return (await load()).kind;
  if (!isModule(policy)) throw new UserError(2, `There is no policy "${policy}". Policies: ${kindNames.join(", ")}.`);
  const path = resolve(policy);
  let loaded: { readonly kind?: PolicyKind };
  try {
    loaded = (await import(pathToFileURL(path).href)) as typeof loaded;
  } catch (error) {
    throw new UserError(2, `nn.policy: ${path} cannot be loaded: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof loaded.kind?.model === "function") return loaded.kind;
  throw new UserError(2, `nn.policy: ${path} exports no "kind" that has a function "model".`);
}

/** The model of the policy that these settings describe. */
export async function policyModel(settings: PolicySettings, games: readonly Game[]): Promise<PolicyModel> {
  return (await policyKind(settings.policy)).model(settings, games);
}
