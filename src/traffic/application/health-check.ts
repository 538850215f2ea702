/** One health check: a request of its own connection, judged by its status alone. */
import { createHttpClient, HttpClientError, type ClientRequest } from "#http/client.ts";
import { createHttp2Client } from "#http/http2-client.ts";
import { BodyTooLargeError, readBody } from "#http/http.ts";
import type { Wall } from "#runtime/clock.ts";
import type { HealthCheck, HealthCheckResult } from "./config.ts";

/** As targets are told who asks. */
export const healthChecker = "ELB-HealthChecker/2.0";

export async function runHealthCheck(check: HealthCheck, wall: Wall): Promise<HealthCheckResult> {
  // ALB opens a connection for each check: a kept one would not notice a listener that is gone.
  const client =
    check.version === "HTTP1"
      ? createHttpClient({ wall, keepMs: 0 })
      : createHttp2Client({ wall, keep: false });
  let isLate = false;
  // All of it, however busy the target is with it: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
  const timer = wall.after(check.timeoutMs, () => {
    isLate = true;
    client.close();
  });
  try {
    const response = await client.request(requestOf(check));
    const status = check.version === "GRPC" ? await grpcStatus(response) : response.status;
    if (status !== undefined && matchesCodes(check.matcher, status))
      return { healthy: true, status };
    return { healthy: false, reason: "mismatch", status: status ?? response.status };
  } catch (error) {
    // An answer that has no end worth waiting for.
    if (error instanceof BodyTooLargeError) return { healthy: false, reason: "failed" };
    if (!(error instanceof HttpClientError)) throw error;
    const timedOut = isLate || error.failure.endsWith("timeout");
    return { healthy: false, reason: timedOut ? "timeout" : "failed" };
  } finally {
    timer.cancel();
    client.close();
  }
}

function requestOf(check: HealthCheck): ClientRequest {
  const grpc = check.version === "GRPC";
  const common = ["Host", check.host, "User-Agent", healthChecker];
  return {
    address: check.reach,
    method: grpc ? "POST" : "GET",
    target: check.path,
    rawHeaders: grpc
      ? [...common, "Content-Type", "application/grpc"]
      : [...common, "Connection", "close", "Accept-Encoding", "gzip, compressed"],
    // An empty message: uncompressed, of no bytes.
    ...(grpc && { body: new Uint8Array(5) }),
    ...(check.tls && {
      tls: {
        servername: "path" in check.reach ? "target" : check.reach.host,
        rejectUnauthorized: false,
        ...(check.maxVersion && { maxVersion: check.maxVersion }),
      },
    }),
    preface: check.preface,
    connectTimeoutMs: check.timeoutMs,
    idleTimeoutMs: check.timeoutMs,
  };
}

/** From the trailers, or from the head of an answer that is nothing else. */
async function grpcStatus(
  response: Awaited<ReturnType<ReturnType<typeof createHttpClient>["request"]>>,
) {
  const early = response.headers["grpc-status"];
  if (early !== undefined) return Number(early);
  await readBody(response.body, 1024 * 1024);
  const trailers = response.trailers?.() ?? [];
  const index = trailers.indexOf("grpc-status");
  return index < 0 ? undefined : Number(trailers[index + 1]);
}

/** "200", "200,202", "200-299,301" */
export function matchesCodes(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [low, high = low] = part.trim().split("-");
    return status >= Number(low) && status <= Number(high);
  });
}
