/**
 * One line per connection, as AWS writes them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html
 */
import type { TLSSocket } from "node:tls";
import { quote, timeOf, type LogFacts } from "./access-log.ts";
import { plainAddress } from "./fields.ts";

export interface ConnectionFacts {
  remoteAddress: string;
  remotePort: number;
  listenerPort: number;
  traceId: string;
  /** Undefined for plain HTTP. */
  tls:
    | {
        socket: TLSSocket;
        /** Undefined when the handshake failed. */
        handshakeMs: number | undefined;
        /** AWS's code of what failed; undefined for a connection that stands. */
        failure: string | undefined;
      }
    | undefined;
}

export function connectionLine(
  facts: ConnectionFacts,
  { balancer, nodeAddress }: Pick<LogFacts, "balancer" | "nodeAddress">,
  nowMs: number,
): string {
  const { tls } = facts;
  const handshake = tls?.handshakeMs;
  const cipher = handshake === undefined ? undefined : tls!.socket.getCipher().name;
  const client = tls?.socket.getPeerX509Certificate();
  const time = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");
  return [
    timeOf(nowMs),
    plainAddress(facts.remoteAddress),
    facts.remotePort,
    facts.listenerPort,
    handshake === undefined ? "-" : (tls!.socket.getProtocol() ?? "-"),
    cipher ?? "-",
    handshake === undefined ? "-" : (handshake / 1000).toFixed(3),
    quote(client ? client.subject.split("\n").reverse().join(",") : "-"),
    client ? `NotBefore=${time(client.validFromDate)};NotAfter=${time(client.validToDate)}` : "-",
    client?.serialNumber ?? "-",
    tls ? (tls.failure === undefined ? "Success" : `Failed:${tls.failure}`) : "-",
    facts.traceId,
    // The group of the key exchange: OpenSSL's name of it is not told to servers.
    "-",
    balancer,
    nodeAddress,
  ].join(" ");
}
