/** The instances that Systems Manager can reach: every running one, as if each ran the agent. */
import type { Instance } from "@aws-sdk/client-ec2";
import { asService } from "#services/kit/principal.ts";
import type { Clients } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";

/** The agent whose part Fogbank plays; the Session Manager plugin chooses by it how it forwards ports. */
export const agentVersion = "3.3.2299.0";

interface Selection {
  /** Instance ids; ones that do not run are left out of the answer. */
  ids?: readonly string[];
  /** Tag keys to the values of which an instance has one. */
  tags?: readonly { key: string; values: readonly string[] }[];
  /** Lists of tag keys, of each of which an instance has one. */
  tagKeys?: readonly (readonly string[])[];
}

export async function managedInstances(
  clients: Clients,
  scope: Scope,
  { ids, tags = [], tagKeys = [] }: Selection = {},
): Promise<Instance[]> {
  const ec2 = clients.ec2(asService(scope, "ssm.amazonaws.com"));
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.DescribeInstances({
      Filters: [
        { Name: "instance-state-name", Values: ["running"] },
        ...(ids ? [{ Name: "instance-id", Values: [...ids] }] : []),
        ...tags.map(({ key, values }) => ({ Name: `tag:${key}`, Values: [...values] })),
        ...tagKeys.map((keys) => ({ Name: "tag-key", Values: [...keys] })),
      ],
      NextToken,
    });
    for (const { Instances = [] } of page.Reservations ?? []) found.push(...Instances);
    ({ NextToken } = page);
  } while (NextToken);
  return found;
}
