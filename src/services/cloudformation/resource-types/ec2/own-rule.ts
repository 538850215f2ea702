/** Finds the security group rule that a template's rule describes. */
import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import type { ResourceRequest } from "../resource-type.ts";
import { permissionOf } from "./rule-permission.ts";

export async function ownRule(
  { clients, properties, others }: ResourceRequest,
  { egress }: { egress: boolean },
): Promise<string | undefined> {
  const wanted = permissionOf(properties);
  const { SecurityGroupRules = [] } = await clients.ec2.DescribeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [properties["GroupId"]] }],
  });
  const same = (rule: SecurityGroupRule) =>
    rule.IsEgress === egress &&
    rule.IpProtocol === wanted.IpProtocol &&
    (wanted.FromPort === undefined || rule.FromPort === wanted.FromPort) &&
    (wanted.ToPort === undefined || rule.ToPort === wanted.ToPort) &&
    rule.CidrIpv4 === wanted.IpRanges?.[0]?.CidrIp &&
    rule.CidrIpv6 === wanted.Ipv6Ranges?.[0]?.CidrIpv6 &&
    rule.PrefixListId === wanted.PrefixListIds?.[0]?.PrefixListId &&
    rule.ReferencedGroupInfo?.GroupId === wanted.UserIdGroupPairs?.[0]?.GroupId &&
    !others.includes(rule.SecurityGroupRuleId ?? "");
  return SecurityGroupRules.find(same)?.SecurityGroupRuleId;
}
