/** One rule of a security group as the API's IpPermission. */
import type { IpPermission } from "@aws-sdk/client-ec2";
import type { Properties } from "../resource-type.ts";

/** Rules inside a group and rules of their own name their peers alike; egress says Destination for Source. */
export function permissionOf(rule: Properties): IpPermission {
  const described = rule["Description"] === undefined ? {} : { Description: rule["Description"] };
  const group = rule["SourceSecurityGroupId"] ?? rule["DestinationSecurityGroupId"];
  const groupName = rule["SourceSecurityGroupName"];
  const list = rule["SourcePrefixListId"] ?? rule["DestinationPrefixListId"];
  const owner = rule["SourceSecurityGroupOwnerId"];
  return {
    IpProtocol: String(rule["IpProtocol"]),
    ...(rule["FromPort"] !== undefined && { FromPort: rule["FromPort"] }),
    ...(rule["ToPort"] !== undefined && { ToPort: rule["ToPort"] }),
    ...(rule["CidrIp"] !== undefined && { IpRanges: [{ CidrIp: rule["CidrIp"], ...described }] }),
    ...(rule["CidrIpv6"] !== undefined && {
      Ipv6Ranges: [{ CidrIpv6: rule["CidrIpv6"], ...described }],
    }),
    ...(list !== undefined && { PrefixListIds: [{ PrefixListId: list, ...described }] }),
    ...((group !== undefined || groupName !== undefined) && {
      UserIdGroupPairs: [
        {
          ...(group !== undefined && { GroupId: group }),
          ...(groupName !== undefined && { GroupName: groupName }),
          ...(owner !== undefined && { UserId: owner }),
          ...described,
        },
      ],
    }),
  };
}

/** Rules of `next` that are not in `before`. */
export function addedRules(before: Properties[] = [], next: Properties[] = []): IpPermission[] {
  const known = new Set(before.map((rule) => JSON.stringify(permissionOf(rule))));
  return next.map(permissionOf).filter((rule) => !known.has(JSON.stringify(rule)));
}
