/** The DNS server in this thread. */
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import { createAnswerer } from "./answer.ts";
import type { DnsPlane, ListenConfig } from "./config.ts";
import { createForwarder } from "./forward.ts";
import { createQueryLog } from "./query-log.ts";
import { resolve } from "./resolve.ts";
import { listen, type Listening } from "./sockets.ts";
import { createUpstream } from "./upstream.ts";
import { createWorld } from "./world.ts";

export function createDnsEngine(options: {
  random: Random;
  wall: Pick<Wall, "now" | "after">;
  onError: (error: unknown) => void;
  /** Name servers for what a VPC's machines ask beyond this cloud; this host's own without them. */
  upstream?: readonly string[];
}): DnsPlane {
  const world = createWorld(options.random);
  const log = createQueryLog(options.wall);
  const answer = createAnswerer(world, {
    wall: options.wall,
    log,
    upstream: createUpstream(options.upstream),
    forward: createForwarder(options.wall, options.upstream),
  });
  const listening = new Map<string, Listening>();
  let isClosed = false;
  const keyOf = ({ host, port }: ListenConfig) => `${host}:${port}`;
  return {
    async setZone(zone) {
      world.setZone(zone);
    },
    async changeZone(change) {
      world.changeZone(change);
    },
    async removeZone(id) {
      world.removeZone(id);
    },
    async setCommon(config) {
      world.setCommon(config);
    },
    async listen(config) {
      const present = listening.get(keyOf(config));
      if (present) return present.port;
      const opened = await listen(config, answer, options.onError);
      // Meanwhile all others were given back.
      if (isClosed) {
        await opened.close();
        throw new Error("the DNS server is closed");
      }
      listening.set(keyOf({ ...config, port: opened.port }), opened);
      return opened.port;
    },
    async unlisten(config) {
      const present = listening.get(keyOf(config));
      listening.delete(keyOf(config));
      await present?.close();
    },
    async ask({ name, type, clientAddress, subnet, vpcId, zoneId }) {
      const [subnetAddress, bits] = subnet?.split("/") ?? [];
      const subnetPrefix = bits === undefined ? undefined : Number(bits);
      const client = { address: clientAddress, subnetAddress, subnetPrefix, vpcId };
      const { code, answers, beyond } = resolve(world, name, type, client, zoneId);
      return { responseCode: code, values: answers.map(({ text }) => text), beyond };
    },
    async takeCounts() {
      return log.takeCounts();
    },
    async takeQueries() {
      return log.take();
    },
    async close() {
      isClosed = true;
      await Promise.all([...listening.values()].map((one) => one.close()));
      listening.clear();
    },
  };
}
