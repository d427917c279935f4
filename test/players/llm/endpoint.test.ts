/** An endpoint that fails, recovers, has no end, or is asked many questions at once. */
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/util/errors.ts";
import { BET, cutOff, decision, outcome } from "./decision.ts";
import { inOrder, playerAt, type Reply, says, sends, serve } from "./server.ts";

describe("an endpoint that fails and recovers", () => {
  const fine = says("[bet]");
  it.each<[string, Reply]>([
    ["429", sends(429, '{"error":{"message":"slow down"}}')],
    ["500", sends(500, "")],
    ["503", sends(503, "<html>busy</html>", { "content-type": "text/html" })],
    ["408", sends(408, "")],
    ["a cut connection", (response) => response.socket?.destroy()],
    ["a connection cut in the middle", (response) => cutOff(response)],
    ["what is not JSON", sends(200, "hello")],
    ["half of some JSON", sends(200, '{"choices":[{"message":')],
    ["a web page", sends(200, "<!doctype html><title>Hi</title>", { "content-type": "text/html" })],
    ["no choices", sends(200, '{"choices":[]}')],
    ["no list of choices", sends(200, '{"choices":{"0":{}}}')],
    ["a choice of nothing", sends(200, '{"choices":[null]}')],
    ["a choice without a message", sends(200, '{"choices":[{"text":"[bet]"}]}')],
    ["null", sends(200, "null")],
    ["nothing", sends(200, "")],
    ["an error in a 200", sends(200, '{"error":{"code":502,"message":"upstream"}}')],
    ["an error of no number in a 200", sends(200, '{"error":{"code":"oops","message":"upstream"}}')],
    ["a choice that is an error", says("\\boxed{[check]}", { finish_reason: "error" })],
    ["a choice that was aborted", says("\\boxed{[check]}", { finish_reason: "abort" })],
    ["a choice that a filter stopped", says("\\boxed{[check]}", { finish_reason: "content_filter" })],
    ["a choice with an error", failedChoice({ code: 502, message: "upstream" })],
    ["a choice with an error in words", failedChoice("upstream")],
    ["an error beside a choice", sends(200, '{"error":{"message":"x"},"choices":[{"message":{"content":"[check]"}}]}')],
    ["deep nesting", sends(200, "[".repeat(200_000))],
  ])("%s twice: asked again, the choice counts", async (_, reply) => {
    const { choice, asked, waits, warnings } = await outcome(inOrder(reply, reply, fine));
    expect(choice).toEqual({ slot: BET, said: [{ text: "[bet]" }] });
    expect(asked).toHaveLength(3);
    expect(waits).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /^llm:org\/model:7b: http:\/\/127\.0\.0\.1.* (answers|cannot be reached).*; trying again in 1 s$/,
    );
  });

  it("takes an answer for what it is, not for what its type says", async () => {
    const body = JSON.stringify({ choices: [{ message: { content: "[bet]" } }] });
    for (const type of ["text/plain", "text/html", "application/octet-stream"]) {
      expect((await outcome(sends(200, body, { "content-type": type }))).choice).toMatchObject({ slot: BET });
    }
  });

  it("waits twice as long each time, up to half a minute, never all at once, and the same every time", async () => {
    const { waits, error } = await outcome(sends(500, ""), { attempts: 9 });
    expect(waits).toHaveLength(8);
    [1, 2, 4, 8, 16, 30, 30, 30].forEach((seconds, i) => {
      expect(waits[i]).toBeGreaterThanOrEqual(seconds * 500);
      expect(waits[i]).toBeLessThan(seconds * 1000);
    });
    expect(new Set(waits.map((ms, i) => ms / Math.min(30_000, 1000 * 2 ** i))).size).toBe(8);
    expect((await outcome(sends(500, ""), { attempts: 9 })).waits).toEqual(waits);
    expect(error).toBeInstanceOf(UserError);
  });

  it.each<[string, number]>([
    ["7", 7000],
    ["0", 0],
    ["120", 120_000],
    ["1.5", 1500],
    ["Mon, 23 Nov 2026 12:00:30 GMT", 30_000],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["soon", 0],
    ["-5", 0],
    ["-99999", 0],
    ["+99999", 0],
    ["99999-", 0],
    ["NaN", 0],
    ["", 0],
  ])("honours Retry-After: %s", async (header, expected) => {
    for (const status of [429, 503]) {
      const { waits } = await outcome(inOrder(sends(status, "", { "retry-after": header }), fine));
      if (expected === 0) expect(waits[0]).toBeLessThan(1000);
      else expect(waits).toEqual([expected]);
    }
  });
});

describe("an endpoint that stops the match", () => {
  it.each<[string, RegExp]>([
    ["121", /asks to wait 121 s, and Spiral waits 120 s at most\. Run the same command again/],
    ["3600", /asks to wait 3600 s/],
    ["9".repeat(400), /asks to wait more than a day/],
    ["Tue, 24 Nov 2026 11:00:00 GMT", /asks to wait 82800 s/],
    ["Thu, 24 Nov 2099 11:00:00 GMT", /asks to wait more than a day/],
  ])("asks to wait too long: %s", async (header, message) => {
    const { error, asked, waits } = await outcome(sends(429, '{"error":"busy"}', { "retry-after": header }));
    expect(error).toMatchObject({ name: "UserError", exitCode: 1, message: expect.stringMatching(message) });
    expect(error?.message).toContain("answers 429: busy; it asks");
    expect(asked).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  it.each<[string, number, object]>([
    ["by its code", 429, { error: { message: "You exceeded your quota", code: "insufficient_quota" } }],
    ["by its type", 429, { error: { message: "You exceeded your quota", type: "insufficient_quota" } }],
    ["in a 200", 200, { error: { message: "You exceeded your quota", code: "insufficient_quota" } }],
    ["in a 503", 503, { error: { message: "You exceeded your quota", code: "billing_hard_limit_reached" } }],
  ])("has no credit left: %s", async (_, status, body) => {
    const { error, asked } = await outcome(sends(status, JSON.stringify(body), { "retry-after": "1" }));
    expect(error?.message).toMatch(/: You exceeded your quota\. The account has no credit left\.$/);
    expect(asked).toHaveLength(1);
  });
});

describe("an endpoint that fails for good", () => {
  const again = /, after 3 attempts\. /;
  it.each<[string, Reply, RegExp]>([
    [
      "429",
      sends(429, '{"error":{"message":"quota"}}'),
      /answers 429: quota, after 3 attempts\. Lower --llm-concurrency/,
    ],
    ["500", sends(500, "boom"), /answers 500: boom, after 3 attempts\. The server's own log/],
    ["cut connections", (response) => response.socket?.destroy(), /cannot be reached: the connection was cut, after 3/],
    ["connections cut in the middle", (response) => cutOff(response), /cannot be reached: .*, after 3 attempts/],
    [
      "what is not JSON",
      sends(200, "hello \x1b[31mred"),
      /answers hello red, after 3 attempts\. See that --llm-base-url/,
    ],
    ["a web page", sends(200, "<html></html>"), /answers a web page, after 3/],
    ["no choices", sends(200, '{"choices":[]}'), /answers \{"choices":\[\]\}, after 3/],
    ["an error in a 200", sends(200, '{"error":{"message":"upstream"}}'), /answers 500: upstream, after 3/],
    ["an error in a choice", failedChoice({ code: 502, message: "upstream" }), /answers 502: upstream, after 3/],
    ["a failed choice", says("[bet]", { finish_reason: "error" }), /answers 500: finish_reason "error", after 3/],
  ])("%s: a clear error after as many attempts as allowed", async (_, reply, message) => {
    const { error, asked, waits, url } = await outcome(reply);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringMatching(message) });
    expect(error?.message).toContain(`llm:org/model:7b: ${url} `);
    expect(error?.message).toMatch(again);
    expect(asked).toHaveLength(3);
    expect(waits).toHaveLength(2);
  });

  it.each<[number, string, Record<string, string>, RegExp]>([
    [
      401,
      '{"error":{"message":"Incorrect API key provided: sk-01***89"}}',
      {},
      /answers 401: it wants a key\. Set SPIRAL_LLM_API_KEY/,
    ],
    [403, '{"error":"not for you"}', {}, /answers 403: not for you\. The key may not use this model/],
    [
      404,
      '{"error":{"message":"model \\"x\\" not found"}}',
      {},
      /answers 404: model "x" not found\. The endpoint does not know/,
    ],
    [404, "<html>", {}, /answers 404: a web page\./],
    [402, '{"detail":"pay"}', {}, /answers 402: pay\. The account has no credit/],
    [400, '{"message":"context length"}', {}, /answers 400: context length\. It would refuse the same request again/],
    [422, "", {}, /answers 422: nothing\./],
    [413, "x".repeat(1000), {}, /answers 413: x{199}…\. The prompt is longer/],
    [
      301,
      "",
      { location: "https://elsewhere.example/v1" },
      /answers 301: it has moved \(https:\/\/elsewhere\.example\/v1\)\. Give its/,
    ],
    [307, "", {}, /answers 307: it has moved \(it does not say where\)/],
  ])("%i: at once", async (status, body, headers, message) => {
    const { error, asked, warnings } = await outcome(sends(status, body, headers));
    expect(error).toMatchObject({ name: "UserError", exitCode: 1, message: expect.stringMatching(message) });
    expect(error?.message).not.toContain("sk-01");
    expect(asked).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it("where nothing listens", async () => {
    const { url, close } = await serve(says(""));
    close();
    await expect(playerAt(url).player.choose(decision)).rejects.toThrow(
      /cannot be reached: nothing listens there, after 3 attempts\. See that the server runs/,
    );
    const nowhere = playerAt("http://nowhere.invalid/v1/chat/completions", { attempts: 1 }).player.choose(decision);
    await expect(nowhere).rejects.toThrow(/cannot be reached: (there is no such host|the name of the host)/);
  });
});

describe("an endpoint without an end", () => {
  const late = /has not answered in full within 0\.1 s, after 2 attempts\. Raise --llm-timeout/;
  const soon = { timeoutMs: 100, attempts: 2 };

  it("that says nothing is given up in time", async () => {
    expect((await outcome(() => {}, soon)).error?.message).toMatch(late);
  });

  it("that begins and does not go on, as well", async () => {
    const { error } = await outcome((response) => void response.writeHead(200).write('{"choices":['), soon);
    expect(error?.message).toMatch(late);
  });

  it("that goes on for ever in small pieces, as well, and is hung up on", async () => {
    const { error, hungUp } = await endless(5, " ", soon);
    expect(error?.message).toMatch(late);
    await hungUp;
  });

  it("that sends more than anyone asked for is cut, and hung up on", async () => {
    const { error, hungUp } = await endless(0, "x".repeat(65_536), { attempts: 2 });
    expect(error?.message).toMatch(/sends more than 4 MiB, after 2 attempts\. Lower --llm-max-tokens/);
    await hungUp;
  });

  it("is slow once: the next answer counts", async () => {
    expect(
      (
        await outcome(
          inOrder(() => {}, says("[bet]")),
          // Long enough for an answer on a busy machine.
          { ...soon, timeoutMs: 1000 },
        )
      ).choice,
    ).toMatchObject({ slot: BET });
  });

  /** Writes `piece` every `ms` for as long as somebody listens. */
  async function endless(ms: number, piece: string, settings: Parameters<typeof playerAt>[1]) {
    let closed = (): void => {};
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const result = await outcome((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(piece), ms);
      response.on("close", () => {
        clearInterval(timer);
        closed();
      });
    }, settings);
    return { ...result, hungUp };
  }
});

describe("many questions", () => {
  it("leave no timer behind that would keep the process up", async () => {
    const { url } = await serve(says("[bet]"));
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const { player } = playerAt(url, { timeoutMs: 60_000 });
    await player.choose(decision);
    const before = timers();
    for (let episode = 0; episode < 20; episode++) await player.choose({ ...decision, episode });
    expect(timers()).toBeLessThan(before + 10);
  });

  it("are asked a few at a time", async () => {
    // Nobody is answered until three ask, and a fourth has had the time to.
    const open: (() => void)[] = [];
    let most = 0;
    const { url, asked } = await serve((response, request, n) => {
      open.push(() => says("[bet]")(response, request, n));
      most = Math.max(most, open.length);
      if (open.length === 3) setTimeout(() => open.splice(0).forEach((answer) => void answer()), 20);
    });
    const { player } = playerAt(url, { concurrency: 3 });
    const questions = Array.from({ length: 12 }, (_, episode) => player.choose({ ...decision, episode }));
    expect(await Promise.all(questions)).toEqual(Array(12).fill({ slot: BET, said: [{ text: "[bet]" }] }));
    expect(asked).toHaveLength(12);
    expect(most).toBe(3);
  });

  it("end where the endpoint does: each with the error, none left waiting", async () => {
    const { url } = await serve(sends(401, ""));
    const { player } = playerAt(url, { concurrency: 2 });
    const results = await Promise.allSettled(
      Array.from({ length: 7 }, (_, episode) => player.choose({ ...decision, episode })),
    );
    expect(results.map(({ status }) => status)).toEqual(Array(7).fill("rejected"));
  });

  it("end where nobody waits for them, or the player leaves", async () => {
    const { url, asked } = await serve(() => {});
    const { player } = playerAt(url, { concurrency: 2, timeoutMs: 60_000 });
    const controller = new AbortController();
    const one = player.choose({ ...decision, signal: controller.signal });
    const others = [1, 2, 3].map((episode) => player.choose({ ...decision, episode }));
    const settled = Promise.allSettled([one, ...others]);
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(new Error("nobody waits"));
    await expect(one).rejects.toThrow("nobody waits");
    await player.dispose?.();
    for (const { status } of await settled) expect(status).toBe("rejected");
    await expect(player.choose(decision)).rejects.toThrow("the player has left");
    await expect(player.choose({ ...decision, signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow();
  });
});

/** A 200 with a choice that has an error beside a message that names an action. */
function failedChoice(error: unknown): Reply {
  return sends(200, JSON.stringify({ choices: [{ finish_reason: "stop", error, message: { content: "[check]" } }] }));
}
