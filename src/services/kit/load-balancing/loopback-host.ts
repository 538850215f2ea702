/** An address of a load balancer's own: 127.64.0.1 to 127.127.255.254, drawn once and remembered. */
import type { Random } from "#runtime/random.ts";

export function drawLoopbackHost(random: Random, taken: ReadonlySet<string>): string {
  for (;;) {
    const [second, third, fourth] = random.bytes(3);
    const host = `127.${64 + (second! & 63)}.${third}.${1 + (fourth! % 254)}`;
    if (!taken.has(host)) return host;
  }
}
