/** From a packet to its answer. */
import { isIPv6 } from "node:net";
import type { Wall } from "#runtime/clock.ts";
import type { Forward } from "./forward.ts";
import { createMessageWriter, payloadLimit } from "./message.ts";
import type { QueryLog } from "./query-log.ts";
import { parseQuery } from "./query.ts";
import { resolve } from "./resolve.ts";
import { failed, refused, type Resolution } from "./resolution.ts";
import { createSigner } from "./sign.ts";
import type { AskUpstream } from "./upstream.ts";
import type { Client, World } from "./world.ts";

export interface Asker {
  address: string;
  vpcId: string | undefined;
  zone?: string | undefined;
  /** Over TCP everything fits. */
  isStream: boolean;
}

const largestMessage = 65_535;

type Reply = Buffer | undefined;
/** Undefined where no answer is due: to what is no query. Others are asked for a VPC's machines only. */
export type AnswerPacket = (packet: Buffer, asker: Asker) => Reply | Promise<Reply>;

export interface AnswererOptions {
  /** Who checks signatures lives in its time. */
  wall: Pick<Wall, "now">;
  /** Is told of what comes over the network. */
  log?: QueryLog;
  upstream?: AskUpstream;
  /** Whom a VPC's resolver asks what no zone here knows. */
  forward?: Forward;
}

export function createAnswerer(
  world: World,
  { wall, log, upstream, forward }: AnswererOptions,
): AnswerPacket {
  const complete = createSigner(wall);
  const writer = createMessageWriter();
  return (packet, { address, vpcId, zone, isStream }) => {
    const parsed = parseQuery(packet);
    if (!parsed) return undefined;
    if ("failure" in parsed) return parsed.failure;
    const { query } = parsed;
    const { subnet } = query.edns ?? {};
    const client: Client = {
      address: plainAddress(address),
      subnetAddress: subnet?.address,
      subnetPrefix: subnet?.address === undefined ? undefined : subnet.prefix,
      vpcId,
      zone,
    };
    const plain = query.isRefused ? refused() : resolve(world, query.name, query.type, client);
    const resolution = complete(plain, query.edns?.dnssecOk ?? false);
    log?.note(query, resolution, { address: client.address, isStream }, world.isLogged);
    const write = (whole: Resolution) =>
      writer.write(query, whole, {
        limit: isStream ? largestMessage : payloadLimit(query),
        // A machine's resolver would ask others; for it this server is the resolver.
        recursionAvailable: vpcId !== undefined,
      });
    // "VPC Resolver answers DNS queries for … public domain names", of those that are handed over to others, too:
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html
    if (forward && vpcId !== undefined && !resolution.authoritative && !query.isRefused)
      return forward(packet, isStream).then((reply) => reply ?? write(failed()));
    const { beyond } = resolution;
    const { type } = query;
    if (!upstream || vpcId === undefined || beyond === undefined) return write(resolution);
    if (type !== "A" && type !== "AAAA") return write(resolution);
    // A machine's own resolver follows no chains: it takes what it is given for everything.
    return upstream(beyond, type).then((found) =>
      write({ ...resolution, answers: [...resolution.answers, ...found] }),
    );
  };
}

/** An asker over an IPv6 socket with an IPv4 address. */
function plainAddress(address: string): string {
  return isIPv6(address) && address.startsWith("::ffff:") ? address.slice(7) : address;
}
