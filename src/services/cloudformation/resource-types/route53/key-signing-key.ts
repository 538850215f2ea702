import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-keysigningkey.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::KeySigningKey",
  async create({ clients, properties, token }) {
    await clients.route53.CreateKeySigningKey({
      CallerReference: token,
      HostedZoneId: properties["HostedZoneId"],
      KeyManagementServiceArn: properties["KeyManagementServiceArn"],
      Name: properties["Name"],
      Status: properties["Status"],
    });
    return idOf(properties);
  },
  async find({ clients, properties }) {
    const { KeySigningKeys = [] } = await clients.route53.GetDNSSEC({
      HostedZoneId: properties["HostedZoneId"],
    });
    const found = KeySigningKeys.some(({ Name }) => Name === properties["Name"]);
    return found ? idOf(properties) : undefined;
  },
  async update({ clients: { route53 }, properties, changed }) {
    if (!changed.includes("Status")) return;
    const key = { HostedZoneId: properties["HostedZoneId"], Name: properties["Name"] };
    if (properties["Status"] === "ACTIVE") await route53.ActivateKeySigningKey(key);
    else await route53.DeactivateKeySigningKey(key);
  },
  async delete({ clients: { route53 }, properties }) {
    const key = { HostedZoneId: properties["HostedZoneId"], Name: properties["Name"] };
    await route53.DeactivateKeySigningKey(key);
    await route53.DeleteKeySigningKey(key);
  },
  attributes: async () => ({}),
});

function idOf(properties: Readonly<Record<string, unknown>>): string {
  return `${String(properties["HostedZoneId"])}|${String(properties["Name"])}`;
}
