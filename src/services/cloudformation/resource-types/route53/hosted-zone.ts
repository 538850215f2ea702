import type { VPC } from "@aws-sdk/client-route-53";
import type { ResourceRequest } from "../resource-type.ts";
import { defineResourceType } from "../resource-type.ts";
import { updateTags } from "./zone-tags.ts";

const bare = (id: string | undefined) => (id ?? "").replace("/hostedzone/", "");
const keyOf = ({ VPCId, VPCRegion }: VPC) => `${VPCRegion}/${VPCId}`;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-hostedzone.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::HostedZone",
  unsupported: { HostedZoneFeatures: "accelerated recovery is not offered" },
  async create({ clients, properties, token }) {
    const [VPC] = (properties["VPCs"] ?? []) as VPC[];
    const { HostedZone } = await clients.route53.CreateHostedZone({
      Name: properties["Name"],
      CallerReference: token,
      HostedZoneConfig: {
        Comment: properties["HostedZoneConfig"]?.Comment,
        PrivateZone: VPC !== undefined,
      },
      ...(VPC && { VPC }),
    });
    return bare(HostedZone?.Id);
  },
  find: findZone,
  async configure({ clients, physicalId, properties, tags }) {
    const [, ...more] = (properties["VPCs"] ?? []) as VPC[];
    for (const VPC of more)
      await clients.route53.AssociateVPCWithHostedZone({ HostedZoneId: physicalId, VPC });
    await updateTags(clients, "hostedzone", physicalId, tags, {});
    const arn: string | undefined = properties["QueryLoggingConfig"]?.CloudWatchLogsLogGroupArn;
    if (arn !== undefined) {
      const { QueryLoggingConfigs = [] } = await clients.route53.ListQueryLoggingConfigs({
        HostedZoneId: physicalId,
      });
      if (QueryLoggingConfigs.length === 0)
        await clients.route53.CreateQueryLoggingConfig({
          HostedZoneId: physicalId,
          CloudWatchLogsLogGroupArn: arn,
        });
    }
  },
  async update({ clients, physicalId, properties, previous, changed, tags, previousTags }) {
    const { route53 } = clients;
    if (changed.includes("HostedZoneConfig"))
      await route53.UpdateHostedZoneComment({
        Id: physicalId,
        Comment: properties["HostedZoneConfig"]?.Comment ?? "",
      });
    const wanted = (properties["VPCs"] ?? []) as VPC[];
    const before = (previous["VPCs"] ?? []) as VPC[];
    for (const VPC of wanted)
      if (!before.some((one) => keyOf(one) === keyOf(VPC)))
        await route53.AssociateVPCWithHostedZone({ HostedZoneId: physicalId, VPC });
    for (const VPC of before)
      if (!wanted.some((one) => keyOf(one) === keyOf(VPC)))
        await route53.DisassociateVPCFromHostedZone({ HostedZoneId: physicalId, VPC });
    await updateTags(clients, "hostedzone", physicalId, tags, previousTags);
  },
  async delete({ clients, physicalId }) {
    await clients.route53.DeleteHostedZone({ Id: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { DelegationSet } = await clients.route53.GetHostedZone({ Id: physicalId });
    return { Id: physicalId, NameServers: DelegationSet?.NameServers };
  },
});

async function findZone({
  clients,
  properties,
  token,
}: ResourceRequest): Promise<string | undefined> {
  const { HostedZones = [] } = await clients.route53.ListHostedZonesByName({
    DNSName: properties["Name"],
  });
  return HostedZones.filter(({ CallerReference }) => CallerReference === token).map(({ Id }) =>
    bare(Id),
  )[0];
}
