/** From a packet to its answer. */
import { isIPv6 } from "node:net";
import type { Wall } from "#runtime/clock.ts";
import { createMessageWriter, payloadLimit } from "./message.ts";
import type { QueryLog } from "./query-log.ts";
import { parseQuery } from "./query.ts";
import { refused, resolve } from "./resolve.ts";
import { createSigner } from "./sign.ts";
import type { World } from "./world.ts";

export interface Asker {
  address: string;
  vpcId: string | undefined;
  zone?: string | undefined;
  /** Over TCP everything fits. */
  isStream: boolean;
}

const largestMessage = 65_535;

/** Undefined where no answer is due: to what is no query. */
export type AnswerPacket = (packet: Buffer, asker: Asker) => Buffer | undefined;

/** `log` is told of what comes over the network. */
export function createAnswerer(
  world: World,
  wall: Pick<Wall, "now">,
  log?: QueryLog,
): AnswerPacket {
  const complete = createSigner(wall);
  const writer = createMessageWriter();
  return (packet, { address, vpcId, zone, isStream }) => {
    const parsed = parseQuery(packet);
    if (!parsed) return undefined;
    if ("failure" in parsed) return parsed.failure;
    const { query } = parsed;
    const subnetAddress = query.edns?.subnet?.address;
    const client = { address: plainAddress(address), subnetAddress, vpcId, zone };
    const plain = query.isRefused ? refused() : resolve(world, query.name, query.type, client);
    const resolution = query.edns?.dnssecOk ? complete(plain) : plain;
    log?.note(query, resolution, { address: client.address, isStream }, world.isLogged);
    return writer.write(query, resolution, {
      limit: isStream ? largestMessage : payloadLimit(query),
      // A machine's resolver would ask others; for it this server is the resolver.
      recursionAvailable: vpcId !== undefined,
    });
  };
}

/** An asker over an IPv6 socket with an IPv4 address. */
function plainAddress(address: string): string {
  return isIPv6(address) && address.startsWith("::ffff:") ? address.slice(7) : address;
}
