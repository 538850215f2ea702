/**
 * One check of an endpoint over the network.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Reach } from "#compute/driver.ts";
import type { Wall } from "#runtime/clock.ts";

export interface ProbeResult {
  healthy: boolean;
  /** In AWS's words. */
  report: string;
}

/** A TCP connection must stand within ten seconds; for HTTP within four, its status come two seconds later. */
const tcpTimeoutMs = 10_000;
const httpTimeoutMs = 6_000;
/** The string must be found whole in so much of the body. */
const searchedBytes = 5120;

export function probe(config: HealthCheckConfig, reach: Reach, wall: Wall): Promise<ProbeResult> {
  return config.Type === "TCP" ? probeTcp(reach, wall) : probeHttp(config, reach, wall);
}

function probeTcp(reach: Reach, wall: Wall): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect(reach);
    const end = (healthy: boolean, report: string) => {
      timer.cancel();
      socket.destroy();
      resolve({ healthy, report });
    };
    const timer = wall.after(tcpTimeoutMs, () =>
      end(
        false,
        "Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall.",
      ),
    );
    socket.once("connect", () => end(true, "Success: TCP connection succeeded"));
    socket.on("error", (error) => end(false, `Failure: ${describe(error)}`));
  });
}

function probeHttp(config: HealthCheckConfig, reach: Reach, wall: Wall): Promise<ProbeResult> {
  const { Type = "", FullyQualifiedDomainName: name, ResourcePath = "/", SearchString } = config;
  const isHttps = Type.startsWith("HTTPS");
  const usualPort = isHttps ? 443 : 80;
  const host = name ?? config.IPAddress ?? "localhost";
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  // Loaded at the first check: Node's HTTP takes megabytes.
  const http = process.getBuiltinModule(isHttps ? "node:https" : "node:http");
  const request = http.request({
    ...("path" in reach ? { socketPath: reach.path } : { host: reach.host, port: reach.port }),
    path: ResourcePath.startsWith("/") ? ResourcePath : `/${ResourcePath}`,
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
      ...(config.EnableSNI && name !== undefined ? { servername: name } : { servername: "" }),
    }),
  });
  const end = (healthy: boolean, report: string) => {
    timer.cancel();
    request.destroy();
    resolve({ healthy, report });
  };
  const timer = wall.after(httpTimeoutMs, () =>
    end(
      false,
      "Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall.",
    ),
  );
  request.on("error", (error) => end(false, `Failure: ${describe(error)}`));
  request.on("response", (response) => {
    const status = response.statusCode ?? 0;
    const said = `HTTP Status Code ${status}, ${response.statusMessage ?? ""}`;
    if (status < 200 || status >= 400) return end(false, `Failure: ${said}`);
    if (SearchString === undefined || !Type.endsWith("_STR_MATCH"))
      return end(true, `Success: ${said}`);
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
