import type { VPC } from "@aws-sdk/client-route-53";
import {
  defineResourceType,
  type Properties,
  type ResourceRequest,
  type StackClients,
} from "../resource-type.ts";
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
    await associateAll(clients, physicalId, (properties["VPCs"] ?? []) as VPC[]);
    await updateTags(clients, "hostedzone", physicalId, tags, {});
    await logQueries(clients, physicalId, properties);
  },
  async update({ clients, physicalId, properties, previous, changed, tags, previousTags }) {
    const { route53 } = clients;
    if (changed.includes("HostedZoneConfig"))
      await route53.UpdateHostedZoneComment({
        Id: physicalId,
        // "If you don't specify a value for Comment, Amazon Route 53 deletes the existing value."
        // https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHostedZoneComment.html
        Comment: properties["HostedZoneConfig"]?.Comment,
      });
    const wanted = (properties["VPCs"] ?? []) as VPC[];
    const before = (previous["VPCs"] ?? []) as VPC[];
    await associateAll(clients, physicalId, wanted);
    for (const VPC of before)
      if (!wanted.some((one) => keyOf(one) === keyOf(VPC)))
        await route53.DisassociateVPCFromHostedZone({ HostedZoneId: physicalId, VPC });
    await updateTags(clients, "hostedzone", physicalId, tags, previousTags);
    if (changed.includes("QueryLoggingConfig")) await logQueries(clients, physicalId, properties);
  },
  async delete({ clients, physicalId }) {
    await clients.route53.DeleteHostedZone({ Id: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { DelegationSet } = await clients.route53.GetHostedZone({ Id: physicalId });
    return { Id: physicalId, NameServers: DelegationSet?.NameServers };
  },
});

/** Those that an interrupted try has associated stay as they are. */
async function associateAll(
  { route53 }: StackClients,
  Id: string,
  wanted: readonly VPC[],
): Promise<void> {
  if (wanted.length === 0) return;
  const { VPCs = [] } = await route53.GetHostedZone({ Id });
  for (const VPC of wanted)
    if (!VPCs.some((one) => keyOf(one) === keyOf(VPC)))
      await route53.AssociateVPCWithHostedZone({ HostedZoneId: Id, VPC });
}

async function logQueries(
  { route53 }: StackClients,
  HostedZoneId: string,
  properties: Properties,
): Promise<void> {
  const arn: string | undefined = properties["QueryLoggingConfig"]?.CloudWatchLogsLogGroupArn;
  const { QueryLoggingConfigs = [] } = await route53.ListQueryLoggingConfigs({ HostedZoneId });
  for (const { Id, CloudWatchLogsLogGroupArn } of QueryLoggingConfigs) {
    if (CloudWatchLogsLogGroupArn === arn) return;
    await route53.DeleteQueryLoggingConfig({ Id });
  }
  if (arn !== undefined)
    await route53.CreateQueryLoggingConfig({ HostedZoneId, CloudWatchLogsLogGroupArn: arn });
}

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
