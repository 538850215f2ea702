/** From a packet to its answer. */
import { isIPv6 } from "node:net";
import { createMessageWriter, parseQuery, payloadLimit } from "./message.ts";
import { resolve } from "./resolve.ts";
import type { World } from "./world.ts";

export interface Asker {
  address: string;
  vpcId: string | undefined;
  /** Over TCP everything fits. */
  isStream: boolean;
}

const largestMessage = 65_535;

/** Undefined where no answer is due: to what is no query. */
export type AnswerPacket = (packet: Buffer, asker: Asker) => Buffer | undefined;

export function createAnswerer(world: World): AnswerPacket {
  const writer = createMessageWriter();
  return (packet, { address, vpcId, isStream }) => {
    const parsed = parseQuery(packet);
    if (!parsed) return undefined;
    if ("failure" in parsed) return parsed.failure;
    const { query } = parsed;
    const client = { address: plainAddress(address), subnetAddress: query.edns?.subnet?.ip, vpcId };
    const resolution = resolve(world, lookupName(query.name), query.type, client);
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

/** As zones write it: lower case, everything unusual in octal. */
export function lookupName(name: string): string {
  const lower = name.toLowerCase();
  if (/^[a-z0-9_.-]*$/.test(lower)) return lower;
  const bytes = Buffer.from(lower, "utf8").toString("latin1");
  return bytes.replaceAll(
    /[^a-z0-9_.-]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
