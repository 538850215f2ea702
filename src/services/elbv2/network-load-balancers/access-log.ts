/** One line per TLS connection, as AWS writes them. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html */
import { isoSeconds } from "#runtime/date.ts";
import type { FlowRecord } from "#traffic/network/config.ts";
import { fullName } from "../arns.ts";

const version = "2.0";
/** "The string is truncated if it is longer than 256 bytes." */
const longestPreferenceList = 256;

export function accessLogLine(balancerArn: string, record: FlowRecord): string {
  const { client, node, listenerArn, startedMs, endedMs, tls } = record;
  const milliseconds = (durationMs: number | undefined) =>
    durationMs === undefined ? "-" : String(Math.round(Math.max(durationMs, 0)));
  return [
    "tls",
    version,
    time(endedMs),
    fullName(balancerArn),
    listenerArn.slice(listenerArn.lastIndexOf("/") + 1),
    `${client.host}:${client.port}`,
    `${node.host}:${node.port}`,
    milliseconds(endedMs - startedMs),
    milliseconds(tls?.handshakeMs),
    record.receivedBytes,
    record.sentBytes,
    // An alert of the client's: the TLS library does not tell of it.
    "-",
    tls?.certificateArn ?? "-",
    "-",
    tls?.cipher ?? "-",
    tls?.version?.toLowerCase().replace(/[.]/, "") ?? "-",
    "-",
    plain(tls?.serverName),
    plain(tls?.clientAlpn),
    plain(tls?.targetAlpn),
    tls?.offeredAlpn
      ?.map((name) => `"${plain(name)}"`)
      .join(",")
      .slice(0, longestPreferenceList) ?? "-",
    time(startedMs),
  ].join(" ");
}

/** ISO 8601 without a zone. */
function time(timeMs: number): string {
  return isoSeconds(timeMs).replace("Z", "");
}

/** What clients send cannot end a field or a line. */
function plain(text: string | undefined): string {
  return text === undefined || text === "" ? "-" : encodeURIComponent(text).replaceAll("%2F", "/");
}
