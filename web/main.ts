/**
 * The page of a report, or of `spiral view`. The contents of a report are in the document, as JSON; a page of `spiral view` asks its
 * server for them (live.ts). The program is that of the trainer where games are played, read and drawn. The address names what is
 * shown: `#overview`, `#games/12/3`, `#strategy/kuhn/5.1`, `#play`; and `?run=2` one of several runs.
 */
import type { PageContents } from "../src/page/contents.ts";
import { type PackedContents, unpackContents } from "../src/page/packed.ts";
import { el } from "./dom.ts";
import { games } from "./games.ts";
import { type Connection, type Live, openLive } from "./live.ts";
import { Model } from "./model.ts";
import { overview } from "./overview.ts";
import { play } from "./play.ts";
import { strategy } from "./strategy/strategy.ts";
import type { View } from "./view.ts";

/** Each is made when it is first shown. */
const VIEWS: readonly { readonly name: string; readonly label: string; make(model: Model): View }[] = [
  { name: "overview", label: "Overview", make: overview },
  { name: "games", label: "Games", make: games },
  { name: "strategy", label: "Strategy", make: strategy },
  { name: "play", label: "Play", make: play },
];

const packed = JSON.parse(document.getElementById("contents")?.textContent ?? "") as PackedContents | null;
const run = new URLSearchParams(location.search).get("run");
if (packed) open(unpackContents(packed.pages?.[run ?? ""] ?? packed));
else {
  openLive().then(
    (live) => open(live.contents, live),
    (error: Error) => document.body.append(el("p", { class: "note", role: "alert" }, error.message)),
  );
}

function open(contents: PageContents, live?: Live): void {
  const model = new Model(contents, live?.log);
  // What is of several runs has an overview alone; each run has all views.
  const views = contents.runs ? VIEWS.slice(0, 1) : VIEWS;
  const made = new Map<string, View>();
  /** Views that do not show yet what is new. */
  const stale = new Set<View>();
  let current: View | undefined;

  const links = views.map(({ name, label }) => el("a", { href: `#${name}` }, label));
  const back = run !== null && el("a", { href: location.pathname }, "all runs");
  const main = el("main", { id: "main", tabindex: -1 });
  const status = el("span", { role: "status" });
  const origin = live
    ? "Served by spiral view on this machine. "
    : "Made by spiral report. This file loads nothing and sends nothing.";
  document.body.append(
    el("header", {}, el("h1", {}, contents.title), el("nav", { "aria-label": "views" }, back, ...links)),
    main,
    el("footer", { class: "small" }, origin, status),
  );

  const show = (entry: (typeof views)[number], parts: readonly string[]): void => {
    current = made.get(entry.name) ?? entry.make(model);
    made.set(entry.name, current);
    if (main.firstChild !== current.element) main.replaceChildren(current.element);
    current.show?.(parts);
    if (stale.delete(current)) current.refresh?.();
  };
  /** Shows what the address names. If it cannot be shown, the page says why, and its other views stay. */
  const route = (): void => {
    const [name, ...parts] = location.hash.slice(1).split("/");
    const index = Math.max(
      0,
      views.findIndex((view) => view.name === name),
    );
    const entry = views[index] as (typeof views)[number];
    links.forEach((link, i) => {
      if (i === index) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    document.title = `${entry.label} · ${model.contents.title}`;
    try {
      show(entry, parts);
    } catch (error) {
      current = undefined;
      const why = error instanceof Error ? error.message : String(error);
      main.replaceChildren(el("p", { class: "note", role: "alert" }, `This cannot be shown: ${why}.`));
    }
  };

  addEventListener("hashchange", route);
  addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (target instanceof HTMLElement && target.closest("input, select, textarea")) return;
    if (current?.key?.(key)) event.preventDefault();
  });
  route();
  live?.follow(
    (now) => {
      model.contents = now;
      for (const view of made.values()) stale.add(view);
      if (current && stale.delete(current)) current.refresh?.();
    },
    (connection) => {
      status.textContent = CONNECTION[connection];
    },
  );
}

const CONNECTION: Readonly<Record<Connection, string>> = {
  following: "What the run adds appears here.",
  lost: "The server does not answer; what was read stays.",
};
