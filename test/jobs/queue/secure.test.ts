/** A server that wants TLS and credentials, as NATS' own tools make them: an operator, an account, a user, each with an nkey. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectQueue } from "../../../src/jobs/queue/connection.ts";
import { hasServer, startServer, type TestServer } from "./server.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
type Key = ReturnType<typeof nkeys.createUser>;

/** A claim about `subject`, signed by `signer`. */
function jwt(signer: Key, subject: Key, name: string, nats: object): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [iss, sub] = [signer.getPublicKey(), subject.getPublicKey()];
  const claim = { jti: name, iat: 1, iss, sub, name, nats: { version: 2, ...nats } };
  const body = `${encoded({ typ: "JWT", alg: "ed25519-nkey" })}.${encoded(claim)}`;
  return `${body}.${Buffer.from(signer.sign(Buffer.from(body))).toString("base64url")}`;
}

const section = (name: string, text: string): string => `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n\n`;

/** Writes the configuration of the server, and `user.creds` and `stranger.creds`. */
function configure(dir: string): void {
  const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const none = { mem_storage: 0, disk_storage: 0, streams: 0, consumer: 0 };
  const any = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const accounts = [[system, { ...limits, ...none }] as const, [account, { ...limits, ...any }] as const].map(
    ([key, its]) => {
      const claim = jwt(operator, key, "account", { type: "account", limits: its });
      return `${key.getPublicKey()}: "${claim}"`;
    },
  );
  writeFileSync(
    join(dir, "server.conf"),
    [
      `operator: "${jwt(operator, operator, "operator", { type: "operator" })}"`,
      `system_account: ${system.getPublicKey()}`,
      `resolver: MEMORY\nresolver_preload: { ${accounts.join(", ")} }`,
      `jetstream {}\ntls { cert_file: "${dir}/cert.pem", key_file: "${dir}/key.pem" }`,
    ].join("\n"),
  );
  for (const [name, signer] of [["user", account] as const, ["stranger", nkeys.createAccount()] as const]) {
    const user = nkeys.createUser();
    const claim = jwt(signer, user, name, { type: "user", subs: -1, data: -1, payload: -1 });
    const seed = new TextDecoder().decode(user.getSeed());
    writeFileSync(join(dir, `${name}.creds`), section("NATS USER JWT", claim) + section("USER NKEY SEED", seed));
  }
}

describe.skipIf(!hasServer || !hasOpenssl)("TLS and credentials", () => {
  const dir = mkdtempSync(join(tmpdir(), "spiral-secure-"));
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    const key = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    spawnSync("openssl", [...key, ...names, "-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")]);
    configure(dir);
    server = await startServer("-c", join(dir, "server.conf"));
    url = server.url.replace("nats://127.0.0.1", "tls://localhost");
  });
  afterAll(() => {
    server?.stop();
    rmSync(dir, { recursive: true });
  });

  it("a certificate that nobody vouches for is refused", async () => {
    const creds = join(dir, "user.creds");
    await expect(connectQueue({ url, creds, insecure: false }, "test")).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });

  it("with the authority, a user is let in, and a stranger, nobody and a broken file are not", () => {
    writeFileSync(join(dir, "broken.creds"), section("NATS USER JWT", "x") + section("USER NKEY SEED", "SUAAAA"));
    // The authority is read when a process starts.
    const script = `
      const { connectQueue } = await import(${JSON.stringify(new URL("../../../dist/jobs/queue/connection.js", import.meta.url).href)});
      for (const name of ["user", "stranger", undefined, "broken"]) {
        const creds = name && ${JSON.stringify(dir)} + "/" + name + ".creds";
        await connectQueue({ url: ${JSON.stringify(url)}, creds, insecure: false }, "test").then(
          async ({ nc }) => (console.log("in"), await nc.close()),
          (error) => console.log(error.exitCode, error.message),
        );
      }`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(dir, "cert.pem") };
    const said = spawnSync(process.execPath, ["--input-type=module", "-e", script], { env, encoding: "utf8" });
    const refused = expect.stringMatching(/^1 The queue at \S+ cannot be used: the credentials were refused/);
    expect(said.stdout.trim().split("\n")).toEqual(["in", refused, refused, refused]);
  });
});
