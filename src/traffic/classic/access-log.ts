/**
 * A line for each request, as a classic load balancer writes them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
 */
import { isoMillis } from "#runtime/date.ts";
import type { ClassicLog } from "./config.ts";

/** So many lines are kept until they are fetched; what comes beyond is lost. */
const mostLines = 200_000;

/** "If the string is longer than 8 KB, it is truncated." */
const longestUserAgent = 8 * 1024;

export interface LogEntry {
  zone: string;
  /** Wall time at which the request came. */
  startedMs: number;
  /** "192.0.2.1:2817" */
  client: string;
  backend: string | undefined;
  /** Milliseconds; undefined for what did not come about. */
  times: { requestMs?: number | undefined; backendMs?: number; responseMs?: number | undefined };
  status: number | undefined;
  backendStatus: number | undefined;
  receivedBytes: number;
  sentBytes: number;
  /** "GET http://www.example.com:80/ HTTP/1.1" */
  request: string;
  userAgent: string;
  cipher: string | undefined;
  protocol: string | undefined;
}

export class ClassicAccessLog {
  #lines = new Map<string, string[]>();
  #count = 0;

  write(balancer: string, entry: LogEntry): void {
    if (this.#count >= mostLines) return;
    this.#count++;
    const lines = this.#lines.get(entry.zone) ?? [];
    this.#lines.set(entry.zone, lines);
    lines.push(lineOf(balancer, entry));
  }

  take(id: string): ClassicLog[] {
    const taken = [...this.#lines].map(([zone, lines]) => ({ id, zone, lines }));
    this.#lines = new Map();
    this.#count = 0;
    return taken;
  }
}

function lineOf(balancer: string, entry: LogEntry): string {
  const { times } = entry;
  return [
    isoMillis(entry.startedMs).replace("Z", "000Z"),
    balancer,
    entry.client,
    entry.backend ?? "-",
    seconds(times.requestMs),
    seconds(times.backendMs),
    seconds(times.responseMs),
    entry.status ?? "-",
    entry.backendStatus ?? (entry.status === undefined ? "-" : "0"),
    entry.receivedBytes,
    entry.sentBytes,
    quote(entry.request),
    quote(entry.userAgent.slice(0, longestUserAgent)),
    entry.cipher ?? "-",
    entry.protocol ?? "-",
  ].join(" ");
}

function seconds(durationMs: number | undefined): string {
  if (durationMs === undefined) return "-1";
  return (Math.max(durationMs, 0) / 1000).toFixed(6);
}

/** Nothing that a client sends can end a field or a line. */
function quote(text: string): string {
  const escaped = text.replace(
    /["\\\p{Cc}]|[^\x20-\x7e]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}
