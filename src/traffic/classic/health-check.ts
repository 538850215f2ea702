/** One health check of an instance: a connection, a handshake, or a request that must be answered with 200. */
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import { createHttpClient, HttpClientError } from "#http/client.ts";
import type { ClassicHealthCheck } from "./config.ts";

/** `unreached` is an instance that did not accept the connection. */
export type Verdict = "passed" | "failed" | "unreached";

export async function runClassicCheck(check: ClassicHealthCheck, wall: Wall): Promise<Verdict> {
  return check.protocol === "HTTP" || check.protocol === "HTTPS"
    ? answersWell(check, wall)
    : accepts(check, wall);
}

/** TCP and SSL: whoever accepts is well. */
function accepts({ protocol, reach, timeoutMs }: ClassicHealthCheck, wall: Wall): Promise<Verdict> {
  const secure = protocol === "SSL";
  const socket = secure ? connectTls({ ...reach, rejectUnauthorized: false }) : connect(reach);
  return new Promise((resolve) => {
    let reached = false;
    const end = (passed: boolean) => {
      timer.cancel();
      socket.destroy();
      resolve(passed ? "passed" : reached ? "failed" : "unreached");
    };
    const timer = wall.after(timeoutMs, () => end(false));
    socket.once("connect", () => (reached = true));
    socket.once(secure ? "secureConnect" : "connect", () => end(true));
    // Whatever kept it from accepting is the verdict, not an error.
    socket.on("error", () => end(false));
  });
}

async function answersWell(check: ClassicHealthCheck, wall: Wall): Promise<Verdict> {
  const { reach, host, path, protocol, timeoutMs } = check;
  // Each check has a connection of its own: a kept one would not notice a listener that is gone.
  const client = createHttpClient({ wall, keepMs: 0 });
  // All of the answer's head has so long, however slowly it comes.
  const timer = wall.after(timeoutMs, () => client.close());
  try {
    const { status } = await client.request({
      address: reach,
      method: "GET",
      target: path,
      rawHeaders: Object.entries({
        Host: host,
        "User-Agent": "ELB-HealthChecker/1.0",
        Accept: "*/*",
        Connection: "close",
      }).flat(),
      ...(protocol === "HTTPS" && {
        tls: {
          servername: "path" in reach ? "instance" : reach.host,
          rejectUnauthorized: false,
        },
      }),
      connectTimeoutMs: timeoutMs,
      idleTimeoutMs: timeoutMs,
    });
    return status === 200 ? "passed" : "failed";
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    const { failure, sent } = error;
    const isUnreached =
      failure === "connect" ||
      failure === "connect-timeout" ||
      failure === "handshake-timeout" ||
      (failure === "aborted" && !sent);
    return isUnreached ? "unreached" : "failed";
  } finally {
    timer.cancel();
    client.close();
  }
}
