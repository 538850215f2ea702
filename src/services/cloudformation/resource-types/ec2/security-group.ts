import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";
import { addedRules, permissionOf } from "./rule-permission.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/**
 * The id is "the group name or group ID depending on whether the SG is created in default or specific VPC", as AWS's schema
 * of the type says: without a VpcId, Ref gives the name.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html
 */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SecurityGroup",
  name: { property: "GroupName", maxLength: 255 },
  async create(request) {
    const { clients, properties, name } = request;
    const { GroupId } = await clients.ec2.CreateSecurityGroup({
      GroupName: name,
      Description: properties["GroupDescription"],
      ...pick(properties, "VpcId"),
      ...tagSpecifications(request, "security-group"),
    });
    return idOf(request, GroupId!);
  },
  async find(request) {
    const GroupId = await findTagged(request, "security-group");
    return GroupId === undefined ? undefined : idOf(request, GroupId);
  },
  async configure(request) {
    const { clients, properties } = request;
    const GroupId = await groupIdOf(request);
    const { SecurityGroupIngress: ingress = [], SecurityGroupEgress: egress } = properties;
    if (ingress.length > 0)
      await unlessDuplicate(
        clients.ec2.AuthorizeSecurityGroupIngress({
          GroupId,
          IpPermissions: ingress.map(permissionOf),
        }),
      );
    if (egress === undefined) return;
    // Rules of one's own take the place of the one that lets everything out.
    await revokeAllowAll({ clients }, GroupId);
    if (egress.length > 0)
      await unlessDuplicate(
        clients.ec2.AuthorizeSecurityGroupEgress({
          GroupId,
          IpPermissions: egress.map(permissionOf),
        }),
      );
  },
  async update(request) {
    const { clients, properties, previous } = request;
    const GroupId = await groupIdOf(request);
    const ingress = [previous["SecurityGroupIngress"], properties["SecurityGroupIngress"]] as const;
    const gone = addedRules(ingress[1], ingress[0]);
    const added = addedRules(ingress[0], ingress[1]);
    if (gone.length > 0)
      await unlessAbsent(clients.ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions: gone }));
    if (added.length > 0)
      await unlessDuplicate(
        clients.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: added }),
      );
    const before = previous["SecurityGroupEgress"] ?? [allowAll];
    const next = properties["SecurityGroupEgress"] ?? [allowAll];
    const closed = addedRules(next, before);
    const opened = addedRules(before, next);
    if (closed.length > 0)
      await unlessAbsent(clients.ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: closed }));
    if (opened.length > 0)
      await unlessDuplicate(
        clients.ec2.AuthorizeSecurityGroupEgress({ GroupId, IpPermissions: opened }),
      );
    await updateTags(request, GroupId);
  },
  async delete(request) {
    await request.clients.ec2.DeleteSecurityGroup({ GroupId: await groupIdOf(request) });
  },
  async attributes(request) {
    const { clients, physicalId } = request;
    const GroupId = await groupIdOf(request);
    const { SecurityGroups } = await clients.ec2.DescribeSecurityGroups({ GroupIds: [GroupId] });
    return { Id: physicalId, GroupId, VpcId: SecurityGroups?.[0]?.VpcId };
  },
});

function idOf({ properties, name }: ResourceRequest, groupId: string): string {
  return properties["VpcId"] === undefined ? name : groupId;
}

/** Of a group that is known by its name, which the default VPC has once. */
async function groupIdOf({ clients, properties, physicalId }: ExistingRequest): Promise<string> {
  if (properties["VpcId"] !== undefined) return physicalId;
  const { SecurityGroups } = await clients.ec2.DescribeSecurityGroups({ GroupNames: [physicalId] });
  return SecurityGroups![0]!.GroupId!;
}

const allowAll = { IpProtocol: "-1", CidrIp: "0.0.0.0/0" };

async function revokeAllowAll({ clients }: Pick<ResourceRequest, "clients">, GroupId: string) {
  await unlessAbsent(
    clients.ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: [permissionOf(allowAll)] }),
  );
}

/** A rule that is there already was made by an earlier try. */
export async function unlessDuplicate(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof AwsError) || error.code !== "InvalidPermission.Duplicate") throw error;
  });
}

async function unlessAbsent(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof AwsError) || error.code !== "InvalidPermission.NotFound") throw error;
  });
}
