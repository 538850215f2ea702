/** Gives every machine an address of its own within 127.0.0.0/8. */
import { createHash } from "node:crypto";
import { createServer } from "node:net";

/** The address of machines where the platform answers on 127.0.0.1 alone (macOS, BSD). */
export const sharedAddress = "127.0.0.1";

export interface LoopbackAddresses {
  /** False where all machines share 127.0.0.1. */
  readonly separate: boolean;
  /** The machine's address: derived from its id, kept apart from the others'. */
  addressOf(machineId: string): string;
  /** Takes note of an address that an earlier run gave. */
  claim(machineId: string, address: string): void;
  release(machineId: string): void;
}

export async function createLoopbackAddresses(salt: string): Promise<LoopbackAddresses> {
  const separate = await canListenOn(derive(salt, "probe", 0));
  const addresses = new Map<string, string>();
  const taken = new Set<string>();
  return {
    separate,
    addressOf(machineId) {
      if (!separate) return sharedAddress;
      const known = addresses.get(machineId);
      if (known !== undefined) return known;
      let attempt = 0;
      let address = derive(salt, machineId, attempt);
      while (taken.has(address)) address = derive(salt, machineId, ++attempt);
      addresses.set(machineId, address);
      taken.add(address);
      return address;
    },
    claim(machineId, address) {
      addresses.set(machineId, address);
      taken.add(address);
    },
    release(machineId) {
      const address = addresses.get(machineId);
      addresses.delete(machineId);
      if (address !== undefined) taken.delete(address);
    },
  };
}

/**
 * 127.64.0.1 to 127.254.255.254. The low addresses are left to people and to load balancers; the
 * salt keeps several clouds on one host apart.
 */
function derive(salt: string, machineId: string, attempt: number): string {
  const [a, b, c] = createHash("sha256").update(`${salt}\0${machineId}\0${attempt}`).digest();
  return `127.${64 + (a! % 191)}.${b}.${1 + (c! % 254)}`;
}

function canListenOn(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port: 0 }, () => server.close(() => resolve(true)));
  });
}
