/**
 * Runs a suite of tests for servers and proxies, which is no part of Fogbank, against a load balancer:
 *
 *     node tools/proxy-suite.ts [--target PORT] COMMAND [ARGUMENT …]
 *
 * The command finds in its environment the ports of an HTTP and an HTTPS listener of 127.0.0.1
 * (HTTP_PORT, HTTPS_PORT); the latter offers HTTP/2. Behind both stands a target that tells a request's
 * body back, or the server on the given port. docs/conformance/load-balancer.md says which suites fit.
 */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import type { HttpHandler } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { buildCertificate } from "#services/acm/authority/build-certificate.ts";
import type { CertificateConfig } from "#traffic/application/config.ts";
import { createEngine } from "#traffic/application/engine.ts";
import {
  balancer,
  defaultRule,
  forward,
  listener,
  target,
  targetGroup,
} from "#traffic/application/testing/stage.ts";

const dayMs = 86_400_000;
const wall = createWall(console.error);

const given = process.argv.slice(2);
const ownPort = given[0] === "--target" ? Number(given.splice(0, 2)[1]) : undefined;
const [command, ...rest] = given;
if (command === undefined) throw new Error("say which command runs the suite");

const echo: HttpHandler = ({ method, target, headers, body }) => ({
  status: 200,
  headers: {
    "Content-Type": headers["content-type"] ?? "text/plain",
    "X-Asked": `${method} ${target}`,
  },
  body: method === "GET" || method === "HEAD" ? "hello" : body,
});
const backend = await serve({ host: "127.0.0.1", port: 0, wall, handler: echo });
const engine = createEngine({ wall, random: createSystemRandom(), onError: console.error });
const rules = [defaultRule(forward("tg"))];
const [http, https] = await engine.configure({
  ...balancer,
  listeners: [
    listener(rules),
    {
      ...listener(rules, 443),
      tls: {
        certificates: [selfSigned("localhost")],
        minVersion: "TLSv1.2",
        maxVersion: "TLSv1.3",
        ciphers: ["TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
        mutual: undefined,
      },
    },
  ],
  targetGroups: [{ ...targetGroup, targets: [target({ port: ownPort ?? backend.port })] }],
});
const suite = spawn(command, rest, {
  stdio: "inherit",
  env: { ...process.env, HTTP_PORT: String(http!.port), HTTPS_PORT: String(https!.port) },
});
const [code] = (await once(suite, "exit")) as [number | null];
await engine.close();
await backend.close(0);
process.exitCode = code ?? 1;

function selfSigned(name: string): CertificateConfig {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const certificate = buildCertificate({
    serial: "41ab",
    subject: [["CN", name]],
    issuer: [["CN", name]],
    notBeforeMs: wall.now() - dayMs,
    notAfterMs: wall.now() + dayMs,
    publicKey,
    issuerKey: privateKey,
    issuerPublicKey: publicKey,
    dnsNames: [name],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.1"],
  }).toString();
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  return { certificate, chain: "", key };
}
