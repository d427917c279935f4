/** `spiral view` as typed; what it serves: test/page/server.test.ts. */
import { expect, it } from "vitest";
import { evaluatedRun } from "../../run/curves/runs.ts";
import { disagreements } from "../documented.ts";
import { folder, spiral, start } from "../spiral.ts";

it("says where it serves, until it is interrupted", async () => {
  const dir = folder();
  evaluatedRun(dir, "small", { nashConv: [0.5] });
  const child = start("view", "small", "--dir", dir, "--port", "0", "--json");
  let out = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  await child.line(/\}\n/);
  const said = JSON.parse(out);
  expect(disagreements("json.md", "spiral view --json", said)).toEqual([]);
  expect(said).toEqual({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/), title: "small" });
  expect(await (await fetch(said.url)).text()).toContain("<title>small</title>");
  const { port } = new URL(said.url);
  const taken = await spiral(dir, "view", "small", "--port", port);
  expect(taken).toMatchObject({ code: 1, out: "", err: expect.stringContaining(`Port ${port} is taken`) });
  child.kill("SIGINT");
  expect(await child.done).toMatchObject({ code: 0, err: "Ended.\n" });
  await expect(fetch(said.url)).rejects.toThrow();
});

it.each([
  [["view", "none"], 3, 'No run "none"'],
  [["view", "--port", "70000"], 2, "a whole number from 0 to 65535"],
  [["view", "--prot", "1"], 2, 'Did you mean "--port"?'],
])("%j", async (argv, code, problem) => {
  expect(await spiral(folder(), ...argv)).toMatchObject({ code, out: "", err: expect.stringContaining(problem) });
});
