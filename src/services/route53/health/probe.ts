/**
 * One check of an endpoint over the network.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { ClientRequest, IncomingMessage } from "node:http";
import { connect, isIP, isIPv6 } from "node:net";
import type { Reach } from "#compute/driver.ts";
import type { Wall } from "#runtime/clock.ts";

/** How long each part of a check took, in milliseconds; undefined for parts that it did not come to. */
export interface ProbeTiming {
  connectMs?: number | undefined;
  handshakeMs?: number | undefined;
  firstByteMs?: number | undefined;
}

export interface ProbeResult {
  healthy: boolean;
  /** In AWS's words. */
  report: string;
  timing?: ProbeTiming | undefined;
}

/** A TCP connection must stand within ten seconds. */
const tcpTimeoutMs = 10_000;
/** For HTTP within four; then its status must come within two, and so must the body that is searched. */
const connectTimeoutMs = 4_000;
const responseTimeoutMs = 2_000;
const timedOut =
  "Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall.";
/** The string must be found whole in so much of the body. */
const searchedBytes = 5120;

export function probe(config: HealthCheckConfig, reach: Reach, wall: Wall): Promise<ProbeResult> {
  return config.Type === "TCP" ? probeTcp(reach, wall) : probeHttp(config, reach, wall);
}

function probeTcp(reach: Reach, wall: Wall): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const startMs = wall.monotonic();
    const socket = connect(reach);
    const end = (result: ProbeResult) => {
      timer.cancel();
      socket.destroy();
      resolve(result);
    };
    const timer = wall.after(tcpTimeoutMs, () => end({ healthy: false, report: timedOut }));
    socket.once("connect", () =>
      end({
        healthy: true,
        report: "Success: TCP connection succeeded",
        timing: { connectMs: wall.monotonic() - startMs },
      }),
    );
    socket.on("error", (error) => end({ healthy: false, report: `Failure: ${describe(error)}` }));
  });
}

function probeHttp(config: HealthCheckConfig, reach: Reach, wall: Wall): Promise<ProbeResult> {
  const { Type = "", SearchString } = config;
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const timing: ProbeTiming = {};
  const startMs = wall.monotonic();
  const request = requestOf(config, reach);
  const end = (healthy: boolean, report: string) => {
    timer.cancel();
    request.destroy();
    resolve({ healthy, report, timing });
  };
  const within = (delayMs: number) => wall.after(delayMs, () => end(false, timedOut));
  let timer = within(connectTimeoutMs);
  const allow = (delayMs: number) => {
    timer.cancel();
    timer = within(delayMs);
  };
  request.on("socket", (socket) => {
    socket.once("connect", () => {
      timing.connectMs = wall.monotonic() - startMs;
      allow(responseTimeoutMs);
    });
    socket.once("secureConnect", () => {
      timing.handshakeMs = wall.monotonic() - startMs - (timing.connectMs ?? 0);
    });
  });
  request.on("error", (error) => end(false, `Failure: ${describe(error)}`));
  request.on("response", (response) => {
    timing.firstByteMs = wall.monotonic() - startMs;
    const status = response.statusCode ?? 0;
    const said = `HTTP Status Code ${status}, ${response.statusMessage ?? ""}`;
    if (status < 200 || status >= 400) return end(false, `Failure: ${said}`);
    if (SearchString === undefined || !Type.endsWith("_STR_MATCH"))
      return end(true, `Success: ${said}`);
    allow(responseTimeoutMs);
    search(response, SearchString, (found) =>
      end(
        found,
        `${found ? "Success" : "Failure"}: ${said}. ${found ? "String match found" : "String match not found"}`,
      ),
    );
  });
  request.end();
  return promise;
}

function requestOf(config: HealthCheckConfig, reach: Reach): ClientRequest {
  const { Type = "", FullyQualifiedDomainName: name, ResourcePath = "/" } = config;
  const isHttps = Type.startsWith("HTTPS");
  const usualPort = isHttps ? 443 : 80;
  const host = name ?? bracketed(config.IPAddress ?? "localhost");
  // Loaded at the first check: Node's HTTP takes megabytes.
  const http = process.getBuiltinModule(isHttps ? "node:https" : "node:http");
  return http.request({
    ...("path" in reach ? { socketPath: reach.path } : { host: reach.host, port: reach.port }),
    path: pathOf(ResourcePath),
    agent: false,
    headers: {
      Host: config.Port === usualPort ? host : `${host}:${config.Port}`,
      "User-Agent":
        "Amazon-Route53-Health-Check-Service (ref fogbank; report http://amzn.to/1vsZADi)",
      Connection: "close",
    },
    // Route 53 validates no certificates.
    ...(isHttps && {
      rejectUnauthorized: false,
      // An address is no server's name (RFC 6066, 3).
      servername: config.EnableSNI && name !== undefined && isIP(name) === 0 ? name : "",
    }),
  });
}

/** What cannot stand in a request's line is escaped. */
function pathOf(given: string): string {
  const path = given.startsWith("/") ? given : `/${given}`;
  return path.replaceAll(/[^\x21-\x7e]/gu, (character) =>
    Buffer.from(character)
      .toString("hex")
      .replaceAll(/../g, (byte) => `%${byte.toUpperCase()}`),
  );
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

function search(response: IncomingMessage, text: string, done: (found: boolean) => void): void {
  let body = Buffer.alloc(0);
  const judge = () => done(body.subarray(0, searchedBytes).includes(text));
  response.on("data", (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.length >= searchedBytes) judge();
  });
  response.on("end", judge);
  response.on("error", judge);
}

function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNREFUSED" ? "Connection refused" : error.message;
}
