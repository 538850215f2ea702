/** Attributes of resources that parameters name, for Fn::ValueOf and Fn::ValueOfAll in a template's rules. */
import type { Client, Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import { TemplateError } from "../template/values.ts";
import { isAbsent } from "./failure-reason.ts";

type Ec2 = Client<"ec2">;

interface Attributes {
  tags: Record<string, string>;
  values: Record<string, string | undefined>;
}

const tagsOf = (tags: { Key?: string | undefined; Value?: string | undefined }[] = []) =>
  Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html (Supported attributes) */
const readers: Record<string, (ec2: Ec2, id: string) => Promise<Attributes>> = {
  async "AWS::EC2::VPC::Id"(ec2, id) {
    const { Vpcs } = await ec2.DescribeVpcs({ VpcIds: [id] });
    const Filters = [{ Name: "vpc-id", Values: [id] }];
    const { NetworkAcls } = await ec2.DescribeNetworkAcls({
      Filters: [...Filters, { Name: "default", Values: ["true"] }],
    });
    const { SecurityGroups } = await ec2.DescribeSecurityGroups({
      Filters: [...Filters, { Name: "group-name", Values: ["default"] }],
    });
    return {
      tags: tagsOf(Vpcs![0]!.Tags),
      values: {
        DefaultNetworkAcl: NetworkAcls?.[0]?.NetworkAclId,
        DefaultSecurityGroup: SecurityGroups?.[0]?.GroupId,
      },
    };
  },
  async "AWS::EC2::Subnet::Id"(ec2, id) {
    const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: [id] });
    const { AvailabilityZone, VpcId, Tags } = Subnets![0]!;
    return { tags: tagsOf(Tags), values: { AvailabilityZone, VpcId } };
  },
  async "AWS::EC2::SecurityGroup::Id"(ec2, id) {
    const { SecurityGroups } = await ec2.DescribeSecurityGroups({ GroupIds: [id] });
    return { tags: tagsOf(SecurityGroups![0]!.Tags), values: {} };
  },
};

/** Of "TYPE ID ATTRIBUTE"; empty for a tag that is not there. Throws TemplateError for what does not exist. */
export async function findAttribute(env: Environment, scope: Scope, key: string): Promise<string> {
  const [type = "", id = "", ...rest] = key.split(" ");
  const attribute = rest.join(" ");
  const read = readers[type];
  if (!read) throw new TemplateError(`Template error: rules cannot ask for attributes of ${type}.`);
  try {
    const { tags, values } = await read(
      env.clients.ec2(asService(scope, "cloudformation.amazonaws.com")),
      id,
    );
    const [, tag] = /^Tags\.(.+)$/.exec(attribute) ?? [];
    if (tag !== undefined) return tags[tag] ?? "";
    if (!(attribute in values))
      throw new TemplateError(`Template error: ${type} has no attribute ${attribute} for rules.`);
    return values[attribute] ?? "";
  } catch (error) {
    if (isAbsent(error))
      throw new TemplateError(
        `Template error: a rule asks for ${attribute} of ${id}, which does not exist.`,
      );
    throw error;
  }
}
