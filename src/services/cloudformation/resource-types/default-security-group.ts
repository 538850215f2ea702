import type { StackClients } from "./resource-type.ts";

/**
 * The group that balancers get which name none.
 * https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
 */
export async function defaultSecurityGroup(
  { ec2 }: StackClients,
  vpcId: string,
): Promise<string[]> {
  const { SecurityGroups = [] } = await ec2.DescribeSecurityGroups({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "group-name", Values: ["default"] },
    ],
  });
  return SecurityGroups.map(({ GroupId }) => GroupId!);
}
