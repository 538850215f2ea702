import type { Change } from "@aws-sdk/client-route-53";
import { defineResourceType, type Properties, type StackClients } from "../resource-type.ts";
import { changeAll, presentOf, recordOf, zoneIdOf } from "./record-input.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-recordsetgroup.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::RecordSetGroup",
  schema: {
    properties: {
      Comment: "string",
      HostedZoneId: "string",
      HostedZoneName: "string",
      RecordSets: { list: "any" },
    },
    createOnly: ["HostedZoneId", "HostedZoneName"],
  },
  async create({ clients, properties, name }) {
    await bring(clients, properties, [], "CREATE");
    return name;
  },
  // They came in one batch: an interrupted try made all of them or none.
  async find({ clients, properties, name }) {
    const zone = await zoneIdOf(clients, properties);
    for (const set of recordsOf(properties))
      if (!(await presentOf(clients, zone, set))) return undefined;
    return name;
  },
  async update({ clients, properties, previous }) {
    await bring(clients, properties, recordsOf(previous), "UPSERT");
  },
  async delete({ clients, properties }) {
    await bring(clients, { ...properties, RecordSets: [] }, recordsOf(properties), "UPSERT");
  },
});

function recordsOf({ RecordSets = [] }: Properties) {
  return (RecordSets as Properties[]).map(recordOf);
}

/** All changes are one batch: all of them or none. */
async function bring(
  clients: StackClients,
  properties: Properties,
  previous: ReturnType<typeof recordsOf>,
  Action: "CREATE" | "UPSERT",
): Promise<void> {
  const zone = await zoneIdOf(clients, properties);
  const wanted = recordsOf(properties);
  const keyOf = ({ Name, Type, SetIdentifier }: (typeof wanted)[number]) =>
    `${Name} ${Type} ${SetIdentifier}`;
  const kept = new Set(wanted.map(keyOf));
  const changes: Change[] = [];
  for (const set of previous) {
    const present = kept.has(keyOf(set)) ? undefined : await presentOf(clients, zone, set);
    if (present) changes.push({ Action: "DELETE", ResourceRecordSet: present });
  }
  for (const ResourceRecordSet of wanted) changes.push({ Action, ResourceRecordSet });
  if (changes.length > 0) await changeAll(clients, zone, changes, properties["Comment"]);
}
