import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { defineCommand } from "../../src/cli/command.ts";
import { type Given, optionsOf } from "../../src/cli/flags/flag.ts";
import { llmFlags } from "../../src/cli/flags/llm.ts";
import { answerSettings, chatUrl, clientHooks, llmSettings } from "../../src/cli/models/settings.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { UserError } from "../../src/util/errors.ts";

const BASE = "http://localhost:8080/v1";

/** As the command line holds them: `{ llmRetries: "3" }`. */
const llm = (given: Record<string, Given>) => optionsOf(llmFlags, given);

/** A command that has these flags. */
function commandWithFlags() {
  const ask = defineCommand({ usage: "ask", example: "spiral ask", flags: llmFlags, run: () => 0 });
  const [command] = makeProgram([{ usage: "ask", summary: "ask a model", command: ask }], () => {}).commands;
  if (!command) throw new Error("the program has no command");
  return command;
}

const problems = (given: Record<string, Given>, env: NodeJS.ProcessEnv = {}): readonly string[] => {
  try {
    llmSettings(llm(given), env);
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 2) return error.problems;
    throw error;
  }
  return [];
};

const file = (text: string | Uint8Array): string => {
  const path = join(mkdtempSync(join(tmpdir(), "spiral-key-")), "key");
  writeFileSync(path, text);
  return path;
};

describe("the address", () => {
  it.each<[string, string]>([
    ["http://localhost:8080", "http://localhost:8080/v1/chat/completions"],
    ["http://localhost:8080/", "http://localhost:8080/v1/chat/completions"],
    ["http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"],
    ["http://localhost:11434/v1//", "http://localhost:11434/v1/chat/completions"],
    [" https://openrouter.ai/api/v1 ", "https://openrouter.ai/api/v1/chat/completions"],
    ["https://openrouter.ai/api", "https://openrouter.ai/api/v1/chat/completions"],
    ["https://host.example/v1beta/openai/", "https://host.example/v1beta/openai/chat/completions"],
    [
      "https://gateway.example/v1/account/gateway/openai",
      "https://gateway.example/v1/account/gateway/openai/chat/completions",
    ],
    ["https://host.example/vault", "https://host.example/vault/v1/chat/completions"],
    [
      "https://me.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21",
      "https://me.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
    ],
    [
      "https://me.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2025-01-01-preview",
      "https://me.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2025-01-01-preview",
    ],
    ["https://host.example/v2beta1", "https://host.example/v2beta1/chat/completions"],
    ["https://host.example/v1beta/openai/chat/completions", "https://host.example/v1beta/openai/chat/completions"],
    ["http://[::1]:8000/v1/chat/completions/", "http://[::1]:8000/v1/chat/completions"],
  ])("%s → %s", (base, url) => {
    expect(chatUrl(base)).toBe(url);
  });

  it.each([
    "localhost:8080",
    "ftp://localhost/v1",
    "not an address",
    "https://me:secret@host.example/v1",
    "https://secret@host.example/v1",
    "https://host.example/v1?key=secret",
    "https://host.example/v1#secret",
    "https://host.example/v1?api-version=1&key=secret",
    "https://host.example/v1?api-version=%73ecret",
  ])("not %s, which is not repeated", (base) => {
    const [problem = ""] = problems({ llmBaseUrl: base });
    expect(problem).toMatch(
      /^--llm-base-url \(or SPIRAL_LLM_BASE_URL\) (takes an http or https address|is no address)/,
    );
    expect(problem).not.toContain("secret");
  });

  it("is needed", () => {
    expect(problems({})).toEqual([expect.stringMatching(/set SPIRAL_LLM_BASE_URL, or --llm-base-url/)]);
    expect(problems({ llmBaseUrl: " " })).toHaveLength(1);
  });
});

describe("what is given", () => {
  it("nothing but the address: the defaults of the help", () => {
    expect(llmSettings(llm({}), { SPIRAL_LLM_BASE_URL: BASE })).toEqual({
      url: `${BASE}/chat/completions`,
      key: undefined,
      headers: {},
      proxy: undefined,
      retries: 2,
      attempts: 5,
      concurrency: 4,
      timeoutMs: 120_000,
      maxTokens: 4096,
      temperature: undefined,
    });
    const help = commandWithFlags().helpInformation().replaceAll(/\s+/g, " ");
    const told = [...help.matchAll(/--llm-([a-z-]+) <(?:n|seconds)> .*?\(default: (\d+)\)/g)].map(([, name, n]) => [
      name,
      n,
    ]);
    expect(Object.fromEntries(told)).toEqual({
      retries: "2",
      attempts: "5",
      concurrency: "4",
      timeout: "120",
      "max-tokens": "4096",
    });
  });

  it("everything, flags before the environment", () => {
    const argv =
      "--llm-base-url http://a.example --llm-retries 0 --llm-attempts 1 --llm-concurrency 9 --llm-timeout 0.5";
    const more = ["--llm-max-tokens", "10", "--llm-temperature", "0", "--llm-api-key-file", file("from-the-file\n")];
    const command = commandWithFlags();
    command.parse([...argv.split(" "), ...more], { from: "user" });
    const env = { SPIRAL_LLM_BASE_URL: BASE, SPIRAL_LLM_API_KEY: "from-the-environment" };
    expect(llmSettings(llm(command.opts()), env)).toEqual({
      url: "http://a.example/v1/chat/completions",
      key: "from-the-file",
      headers: {},
      retries: 0,
      attempts: 1,
      concurrency: 9,
      timeoutMs: 500,
      maxTokens: 10,
      temperature: 0,
    });
  });

  it("the key from the environment, without the space around it; none where it is empty", () => {
    expect(llmSettings(llm({ llmBaseUrl: BASE }), { SPIRAL_LLM_API_KEY: " sk-1234 \n" }).key).toBe("sk-1234");
    expect(llmSettings(llm({ llmBaseUrl: BASE }), { SPIRAL_LLM_API_KEY: "" }).key).toBeUndefined();
  });

  it("the proxy of the environment", () => {
    const env = { SPIRAL_LLM_BASE_URL: "https://far.example", HTTPS_PROXY: "http://proxy.example:3128" };
    expect(llmSettings(llm({}), env).proxy).toBe("http://proxy.example:3128/");
    expect(llmSettings(llm({}), { ...env, NO_PROXY: "far.example" }).proxy).toBeUndefined();
    expect(problems({}, { ...env, HTTPS_PROXY: "socks5://proxy" })).toEqual([
      expect.stringMatching(/^HTTPS_PROXY names/),
    ]);
  });

  it("a time of up to an hour", () => {
    expect(llmSettings(llm({ llmBaseUrl: BASE, llmTimeout: "3600" }), {}).timeoutMs).toBe(3_600_000);
  });

  it("headers, in the command line or by the name of a variable", () => {
    const command = commandWithFlags();
    command.parse(["--llm-header", "HTTP-Referer: https://a.example:8", "--llm-header", "api-key:$MY_KEY"], {
      from: "user",
    });
    const { headers } = llmSettings(llm(command.opts()), { SPIRAL_LLM_BASE_URL: BASE, MY_KEY: " s3cret-s3cret " });
    expect(headers).toEqual({ "http-referer": "https://a.example:8", "api-key": "s3cret-s3cret" });
    for (const [header, problem] of [
      ["secret", "--llm-header has no name of a header: it takes 'Name: value'."],
      ["a b: secret", "--llm-header has no name of a header: it takes 'Name: value'."],
      ["Host: secret", "--llm-header names Host, which is set by itself."],
      ["X-Key:", "--llm-header has no value for X-Key."],
      ["X-Key: $NOT_SET", "--llm-header has no value for X-Key: NOT_SET is not set."],
      ["X-Key: secret\nX: y", "--llm-header has a value for X-Key with characters that no header has."],
    ]) {
      expect(problems({ llmBaseUrl: BASE, llmHeader: [header as string] })).toEqual([problem]);
    }
  });

  it("wrongly: every problem, and never the key", () => {
    const found = problems(
      {
        llmBaseUrl: "x",
        llmRetries: "-1",
        llmAttempts: "0",
        llmConcurrency: "many",
        llmTimeout: "3601",
        llmMaxTokens: "1.5",
        llmTemperature: "hot",
      },
      { SPIRAL_LLM_API_KEY: "sk-secret\nX-Header: 1" },
    );
    expect(found).toEqual([
      expect.stringMatching(/^--llm-base-url .* is no address/),
      expect.stringMatching(/^SPIRAL_LLM_API_KEY does not hold a key alone/),
      expect.stringMatching(/^--llm-retries is "-1"; it takes a whole number from 0 to 100/),
      expect.stringMatching(/^--llm-attempts is "0"/),
      expect.stringMatching(/^--llm-concurrency is "many"/),
      expect.stringMatching(/^--llm-timeout is "3601"; it takes a number from 0\.001 to 3600/),
      expect.stringMatching(/^--llm-max-tokens is "1\.5"/),
      expect.stringMatching(/^--llm-temperature is "hot"/),
    ]);
    expect(found.join()).not.toContain("secret");
    for (const text of [" \n", "two keys", "schlüssel-secret"]) {
      const [problem = "", ...more] = problems({ llmBaseUrl: BASE, llmApiKeyFile: file(text) });
      expect(problem).toMatch(/key holds no key|key does not hold a key alone/);
      expect(problem).not.toContain("secret");
      expect(more).toEqual([]);
    }
    expect(problems({ llmBaseUrl: BASE, llmApiKeyFile: file('"sk-secret"\n') })).toEqual([
      expect.stringMatching(/key holds quotation marks around the key\. Remove them\.$/),
    ]);
    expect(problems({ llmBaseUrl: BASE, llmApiKeyFile: file(Buffer.from("sk-secret", "utf16le")) })).toEqual([
      expect.stringMatching(/key is UTF-16 text/),
    ]);
    expect(problems({ llmBaseUrl: BASE, llmApiKeyFile: "/nowhere/key" })).toEqual([
      expect.stringMatching(/^Cannot read \/nowhere\/key: no such file/),
    ]);
  });
});

it("what shapes a model's answers identifies it, as it did before there were further settings", () => {
  const identity = (given: Record<string, Given>) =>
    JSON.stringify(
      answerSettings(llmSettings(llm({ llmBaseUrl: BASE, ...given }), { SPIRAL_LLM_API_KEY: "sk-secret-1" })),
    );
  expect(identity({})).toBe('{"retries":2,"maxTokens":4096}');
  expect(identity({ llmRetries: "1", llmTemperature: "0.5" })).toBe('{"retries":1,"maxTokens":4096,"temperature":0.5}');
  expect(identity({ llmSeed: "3", llmEffort: "low" })).toBe('{"retries":2,"maxTokens":4096,"seed":3,"effort":"low"}');
});

it("each kind of failure is told of once", () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const { warn } = clientHooks();
    warn("a answers 500; trying again in 1 s");
    warn("a answers 500; trying again in 2 s");
    warn("a answers 429; trying again in 1 s");
    expect(stderr.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining("a answers 500; trying again in 1 s"),
      expect.stringContaining("a answers 429; trying again in 1 s"),
    ]);
  } finally {
    stderr.mockRestore();
  }
});

it("a wait ends when nobody waits any longer", async () => {
  const { sleep } = clientHooks();
  const controller = new AbortController();
  const waiting = sleep(60_000, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow();
  await sleep(1, new AbortController().signal);
});
