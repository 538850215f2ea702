import { defineResourceType, type UpdateRequest } from "../resource-type.ts";
import { changeAll, presentOf, recordOf, zoneIdOf } from "./record-input.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-recordset.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::RecordSet",
  async create({ clients, properties }) {
    const ResourceRecordSet = recordOf(properties);
    const zone = await zoneIdOf(clients, properties);
    await changeAll(
      clients,
      zone,
      [{ Action: "CREATE", ResourceRecordSet }],
      properties["Comment"],
    );
    return properties["Name"];
  },
  async find({ clients, properties }) {
    const zone = await zoneIdOf(clients, properties);
    const present = await presentOf(clients, zone, recordOf(properties));
    return present && properties["Name"];
  },
  async update({ clients, properties, previous }: UpdateRequest) {
    const zone = await zoneIdOf(clients, properties);
    const next = recordOf(properties);
    const before = recordOf(previous);
    const moved = before.Type !== next.Type || before.SetIdentifier !== next.SetIdentifier;
    const old = moved ? await presentOf(clients, zone, before) : undefined;
    await changeAll(
      clients,
      zone,
      [
        ...(old ? [{ Action: "DELETE" as const, ResourceRecordSet: old }] : []),
        { Action: "UPSERT", ResourceRecordSet: next },
      ],
      properties["Comment"],
    );
  },
  async delete({ clients, properties }) {
    const zone = await zoneIdOf(clients, properties);
    const present = await presentOf(clients, zone, recordOf(properties));
    if (present)
      await changeAll(clients, zone, [{ Action: "DELETE", ResourceRecordSet: present }], undefined);
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
