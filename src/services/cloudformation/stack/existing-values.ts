/** Parameters whose types name things of the account: each value must be one of them. */
import { AwsError } from "#model/error.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import type { Program } from "./program.ts";

type Ec2 = Client<"ec2">;

/** Each asks for one value; EC2's error says that there is none. */
const lookups: Readonly<Record<string, (ec2: Ec2, value: string) => Promise<unknown>>> = {
  "AWS::EC2::AvailabilityZone::Name": (ec2, value) =>
    ec2.DescribeAvailabilityZones({ ZoneNames: [value] }),
  "AWS::EC2::Image::Id": (ec2, value) => ec2.DescribeImages({ ImageIds: [value] }),
  "AWS::EC2::Instance::Id": (ec2, value) => ec2.DescribeInstances({ InstanceIds: [value] }),
  "AWS::EC2::KeyPair::KeyName": (ec2, value) => ec2.DescribeKeyPairs({ KeyNames: [value] }),
  "AWS::EC2::SecurityGroup::GroupName": (ec2, value) =>
    ec2.DescribeSecurityGroups({ GroupNames: [value] }),
  "AWS::EC2::SecurityGroup::Id": (ec2, value) => ec2.DescribeSecurityGroups({ GroupIds: [value] }),
  "AWS::EC2::Subnet::Id": (ec2, value) => ec2.DescribeSubnets({ SubnetIds: [value] }),
  "AWS::EC2::VPC::Id": (ec2, value) => ec2.DescribeVpcs({ VpcIds: [value] }),
};

/**
 * The sentence about the first value that does not exist; undefined when all do.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
 */
export async function findMissingValue(
  env: Environment,
  scope: Scope,
  { template, parameters }: Program,
): Promise<string | undefined> {
  for (const [name, { Type: type }] of Object.entries(template.parameters)) {
    const find = lookups[/^List<(.+)>$/.exec(type)?.[1] ?? type];
    if (!find) continue;
    const ec2 = env.clients.ec2(asService(scope, "cloudformation.amazonaws.com"));
    for (const value of [parameters[name]!].flat())
      try {
        await find(ec2, value);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return `Parameter validation failed: parameter value ${value} for parameter name ${name} does not exist.`;
      }
  }
  return undefined;
}
