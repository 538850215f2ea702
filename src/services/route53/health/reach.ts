/** How a health check gets to its endpoint. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Reach } from "#compute/driver.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes } from "#store/collection.ts";
import type { HealthCheckRecord } from "../records.ts";
import type { State } from "../state.ts";

/** `instance`: a machine that only its driver's model can speak for. */
export type Endpoint = { reach: Reach } | { instance: string } | { failure: string };

export async function findEndpoint(
  env: Environment,
  state: State,
  account: string,
  { config }: HealthCheckRecord,
): Promise<Endpoint> {
  const port = config.Port!;
  const host = config.IPAddress ?? (await resolveName(state, config.FullyQualifiedDomainName!));
  if (host === undefined) return { failure: `Failure: DNS resolution failed: Rcode NXDomain(3)` };
  if (host.startsWith("127.") || host === "::1") return { reach: { host, port } };
  // An address of a VPC is an instance's; how to get there only its driver knows.
  const instance = await instanceWith(env, account, host);
  if (instance === undefined) return { reach: { host, port } };
  if (env.compute.name === "simulated") return { instance };
  const reach = await env.compute.reach(instance, port);
  return reach ? { reach } : { failure: "Failure: The instance is not running." };
}

/** Zones of this cloud come first, then whatever this host's resolver knows. */
async function resolveName(state: State, name: string): Promise<string | undefined> {
  if (isIP(name) > 0) return name;
  const own = await state.plane().ask({
    name: `${name.toLowerCase().replace(/\.$/, "")}.`,
    type: "A",
    clientAddress: "127.0.0.1",
  });
  const address = own.values.find((value) => isIP(value) > 0);
  if (address !== undefined) return address;
  const outside = own.responseCode === "REFUSED" ? name : own.beyond;
  if (outside === undefined) return undefined;
  // RFC 6761: localhost and what lies below it is this machine.
  if (/(^|\.)localhost\.?$/i.test(outside)) return "127.0.0.1";
  return lookup(outside, { family: 4 }).then(
    (found) => found.address,
    () => undefined,
  );
}

async function instanceWith(
  env: Environment,
  account: string,
  address: string,
): Promise<string | undefined> {
  const scopes = await env.store.transaction((tx) => listScopes(tx));
  for (const scope of scopes) {
    if (scope.account !== account || scope.region === "global") continue;
    const ec2 = env.clients.ec2(asService(scope, "route53.amazonaws.com"));
    for (const Name of ["private-ip-address", "ip-address"]) {
      const { Reservations } = await ec2.DescribeInstances({
        Filters: [{ Name, Values: [address] }],
      });
      const found = Reservations?.[0]?.Instances?.[0]?.InstanceId;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
