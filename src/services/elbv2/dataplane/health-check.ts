/** One health check: a request of its own connection, judged by its status alone. */
import { createHttpClient, HttpClientError } from "#http/client.ts";
import type { Wall } from "#runtime/clock.ts";
import type { HealthCheck, HealthCheckResult } from "./config.ts";

export async function runHealthCheck(check: HealthCheck, wall: Wall): Promise<HealthCheckResult> {
  // ALB opens a connection for each check: a kept one would not notice a listener that is gone.
  const client = createHttpClient({ wall, keepMs: 0 });
  try {
    const { status } = await client.request({
      address: check.reach,
      method: "GET",
      target: check.path,
      rawHeaders: [
        "Host",
        check.host,
        "Connection",
        "close",
        "User-Agent",
        "ELB-HealthChecker/2.0",
        "Accept-Encoding",
        "gzip, compressed",
      ],
      connectTimeoutMs: check.timeoutMs,
      idleTimeoutMs: check.timeoutMs,
    });
    if (matchesCodes(check.matcher, status)) return { healthy: true };
    return { healthy: false, reason: "mismatch", status };
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    const timedOut = error.failure === "timeout" || error.failure === "connect-timeout";
    return { healthy: false, reason: timedOut ? "timeout" : "failed" };
  } finally {
    client.close();
  }
}

/** "200", "200,202", "200-299,301" */
export function matchesCodes(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [low, high = low] = part.trim().split("-");
    return status >= Number(low) && status <= Number(high);
  });
}
