/** `spiral view`: the page of `spiral report`, served on this machine and following a run. */
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { whole } from "../flags/flag.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, warn } from "../terminal/output.ts";

/** Milliseconds between looks at the files while a page is open. */
const EVERY = 1000;

export const command = defineCommand({
  usage: "view [runs...]",
  example: "spiral view latest",
  flags: {
    port: whole("--port <n>", "the port to serve on; 0 takes any that is free", { min: 0, max: 65_535 }, "4680"),
    ...runFolder,
    ...json,
  },

  async run([names], { port, json, ...options }) {
    const runs = await runsFolder(options);
    const { pageSource } = await import("../page/page-source.ts");
    const { servedPage } = await import("../page/served-page.ts");
    const { LOOPBACK, servePage } = await import("../../page/live/server.ts");
    const { interruption } = await import("../terminal/signals.ts");
    const [wanted, source] = checkAll(port, () => pageSource(names, runs, warn));
    const server = await servePage(servedPage(source, EVERY), wanted);
    const url = `http://${LOOPBACK}:${server.port}/`;
    if (json) printJson({ url, title: source.name });
    else print(`${url} shows ${source.name}. Open it in a browser; Ctrl-C ends.`);
    const { signal, stop } = interruption(() => note("Ended."));
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await server.close();
    stop();
    return 0;
  },
});
