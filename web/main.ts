/**
 * The page of a report. Its contents are in the document, as JSON; the program is that of the trainer where games are played,
 * read and drawn. The address names what is shown: `#overview`, `#games/12/3`, `#strategy/kuhn/5.1`, `#play`.
 */
import { type PackedContents, unpackContents } from "../src/page/packed.ts";
import { el } from "./dom.ts";
import { games } from "./games.ts";
import { Model } from "./model.ts";
import { overview } from "./overview.ts";
import { play } from "./play.ts";
import { strategy } from "./strategy/strategy.ts";
import type { View } from "./view.ts";

const json = document.getElementById("contents")?.textContent ?? "";
const model = new Model(unpackContents(JSON.parse(json) as PackedContents));

/** Each is made when it is first shown. */
const VIEWS: readonly { readonly name: string; readonly label: string; readonly make: () => View }[] = [
  { name: "overview", label: "Overview", make: () => ({ element: overview(model) }) },
  { name: "games", label: "Games", make: () => games(model) },
  { name: "strategy", label: "Strategy", make: () => strategy(model) },
  { name: "play", label: "Play", make: () => play(model) },
];
const made = new Map<string, View>();
let current: View | undefined;

const links = VIEWS.map(({ name, label }) => el("a", { href: `#${name}` }, label));
const main = el("main", { id: "main", tabindex: -1 });
const title = el("h1", {}, model.contents.title);
document.body.append(
  el("header", {}, title, el("nav", { "aria-label": "views" }, ...links)),
  main,
  el("footer", { class: "small" }, "Made by spiral report. This file loads nothing and sends nothing."),
);

function route(): void {
  const [name, ...parts] = location.hash.slice(1).split("/");
  const index = Math.max(
    0,
    VIEWS.findIndex((view) => view.name === name),
  );
  const entry = VIEWS[index] as (typeof VIEWS)[number];
  current = made.get(entry.name) ?? entry.make();
  made.set(entry.name, current);
  links.forEach((link, i) => {
    if (i === index) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  if (main.firstChild !== current.element) main.replaceChildren(current.element);
  document.title = `${entry.label} · ${model.contents.title}`;
  current.show?.(parts);
}

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (target instanceof HTMLElement && target.closest("input, select, textarea")) return;
  if (current?.key?.(key)) event.preventDefault();
});
route();
