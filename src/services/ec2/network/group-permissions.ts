/** IpPermissions of requests as single rules, checked; and rules as the permissions that answers show. */
import type { IpPermission } from "@aws-sdk/client-ec2";
import { ec2Error, invalidParameterValue } from "../errors.ts";
import { formatCidr, isIpv6Cidr, parseCidr } from "./cidr.ts";
import type { SecurityGroupRuleRecord } from "./records.ts";

/** What makes two rules of one group and direction the same. */
export type RuleMatch = Pick<
  SecurityGroupRuleRecord,
  "protocol" | "fromPort" | "toPort" | "cidrIpv4" | "cidrIpv6" | "prefixListId" | "peerGroup"
>;

export type ParsedRule = RuleMatch & { description?: string };

export interface FlatPermission {
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIp?: string | undefined;
  SourceSecurityGroupName?: string | undefined;
  SourceSecurityGroupOwnerId?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
}

/** Finds the group that a pair of a permission means. */
export type FindPeer = (pair: {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  UserId?: string | undefined;
}) => { groupId: string; account: string; groupName?: string };

/** The permissions of a request, whether it gives them as a list or in the flat members of old. */
export function permissionsOf(input: FlatPermission): IpPermission[] {
  if (input.IpPermissions?.length) return input.IpPermissions;
  const { SourceSecurityGroupName: GroupName, SourceSecurityGroupOwnerId: UserId } = input;
  if (GroupName !== undefined) {
    const UserIdGroupPairs = [{ GroupName, UserId }];
    // A source group without ports grants all of ICMP, UDP and TCP, as the operation's page says.
    return [
      { IpProtocol: "icmp", FromPort: -1, ToPort: -1, UserIdGroupPairs },
      { IpProtocol: "tcp", FromPort: 0, ToPort: 65_535, UserIdGroupPairs },
      { IpProtocol: "udp", FromPort: 0, ToPort: 65_535, UserIdGroupPairs },
    ];
  }
  if (input.IpProtocol === undefined && input.CidrIp === undefined) return [];
  const { IpProtocol, FromPort, ToPort, CidrIp } = input;
  return [{ IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] }];
}

/** One rule for every peer that a permission names. */
export function parsePermission(permission: IpPermission, findPeer: FindPeer): ParsedRule[] {
  const protocol = parseProtocol(permission.IpProtocol);
  const ports = parsePorts(protocol, permission.FromPort, permission.ToPort);
  const rules: ParsedRule[] = [];
  const add = (peer: Partial<RuleMatch>, description: string | undefined) =>
    rules.push({
      protocol,
      ...ports,
      ...peer,
      ...(description !== undefined && { description: checkDescription(description) }),
    });
  for (const { CidrIp, Description } of permission.IpRanges ?? [])
    add({ cidrIpv4: canonicalCidr(CidrIp) }, Description);
  for (const { CidrIpv6, Description } of permission.Ipv6Ranges ?? []) {
    if (!CidrIpv6 || !isIpv6Cidr(CidrIpv6)) throw malformedCidr(CidrIpv6);
    add({ cidrIpv6: CidrIpv6.toLowerCase() }, Description);
  }
  for (const { PrefixListId, Description } of permission.PrefixListIds ?? [])
    add({ prefixListId: PrefixListId! }, Description);
  for (const pair of permission.UserIdGroupPairs ?? [])
    add({ peerGroup: findPeer(pair) }, pair.Description);
  return rules;
}

export function canonicalCidr(text: string | undefined): string {
  const cidr = text === undefined ? undefined : parseCidr(text);
  if (!cidr) throw malformedCidr(text);
  return formatCidr(cidr);
}

function malformedCidr(text: string | undefined) {
  return invalidParameterValue(`CIDR block ${text ?? ""} is malformed`);
}

const protocolNames: Record<string, string> = {
  "6": "tcp",
  "17": "udp",
  "1": "icmp",
  "58": "icmpv6",
};

function parseProtocol(text: string | undefined): string {
  if (text === undefined)
    throw invalidParameterValue(
      "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
    );
  const lower = text.toLowerCase();
  const name = protocolNames[lower] ?? lower;
  const known = ["tcp", "udp", "icmp", "icmpv6", "-1"].includes(name);
  if (!known && !(/^\d{1,3}$/.test(name) && Number(name) <= 255))
    throw invalidParameterValue(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
  return name;
}

/** Ports of TCP and UDP, types and codes of ICMP; -1 for protocols that have neither. */
function parsePorts(
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): { fromPort: number; toPort: number } {
  if (protocol === "icmp" || protocol === "icmpv6")
    return { fromPort: from ?? -1, toPort: to ?? -1 };
  if (protocol !== "tcp" && protocol !== "udp") return { fromPort: -1, toPort: -1 };
  const name = protocol.toUpperCase();
  if (from === undefined || to === undefined)
    throw invalidParameterValue(
      "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
    );
  for (const port of [from, to])
    if (port < 0 || port > 65_535)
      throw invalidParameterValue(
        `Invalid value '${port}' for portRange. TCP/UDP port (${port}) out of range`,
      );
  if (from > to) throw invalidParameterValue(`Invalid ${name} port range`);
  return { fromPort: from, toPort: to };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html */
function checkDescription(text: string): string {
  if (text.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(text))
    throw invalidParameterValue(
      "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
    );
  return text;
}

export function sameRule(a: RuleMatch, b: RuleMatch): boolean {
  return (
    a.protocol === b.protocol &&
    a.fromPort === b.fromPort &&
    a.toPort === b.toPort &&
    a.cidrIpv4 === b.cidrIpv4 &&
    a.cidrIpv6 === b.cidrIpv6 &&
    a.prefixListId === b.prefixListId &&
    a.peerGroup?.groupId === b.peerGroup?.groupId
  );
}

/** "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" */
export function duplicateRule(rule: RuleMatch) {
  const peer = rule.cidrIpv4 ?? rule.cidrIpv6 ?? rule.prefixListId ?? rule.peerGroup?.groupId;
  const what =
    rule.protocol === "-1"
      ? "ALL"
      : `${rule.protocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}`;
  return ec2Error(
    "InvalidPermission.Duplicate",
    `the specified rule "peer: ${peer}, ${what}, ALLOW" already exists`,
  );
}

export const ruleNotFound = () =>
  ec2Error(
    "InvalidPermission.NotFound",
    "The specified rule does not exist in this security group.",
  );

/** Rules that differ in their peers only are shown as one permission. */
export function permissionShapes(rules: readonly SecurityGroupRuleRecord[]): IpPermission[] {
  const shapes = new Map<string, IpPermission>();
  for (const rule of rules) {
    const key = `${rule.protocol}/${rule.fromPort}/${rule.toPort}`;
    let shape = shapes.get(key);
    if (!shape) {
      shape = {
        IpProtocol: rule.protocol,
        ...(rule.protocol !== "-1" && { FromPort: rule.fromPort, ToPort: rule.toPort }),
        IpRanges: [],
        Ipv6Ranges: [],
        PrefixListIds: [],
        UserIdGroupPairs: [],
      };
      shapes.set(key, shape);
    }
    const text = rule.description !== undefined ? { Description: rule.description } : {};
    if (rule.cidrIpv4) shape.IpRanges!.push({ CidrIp: rule.cidrIpv4, ...text });
    if (rule.cidrIpv6) shape.Ipv6Ranges!.push({ CidrIpv6: rule.cidrIpv6, ...text });
    if (rule.prefixListId) shape.PrefixListIds!.push({ PrefixListId: rule.prefixListId, ...text });
    if (rule.peerGroup) {
      const { groupId: GroupId, account: UserId } = rule.peerGroup;
      shape.UserIdGroupPairs!.push({ GroupId, UserId, ...text });
    }
  }
  return [...shapes.values()];
}
