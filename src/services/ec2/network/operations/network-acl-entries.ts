/** Entries of network ACLs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html */
import type { Ec2Input, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, invalidParameterValue, missingParameter } from "../../errors.ts";
import { isIpv6Cidr } from "../cidr.ts";
import { canonicalCidr } from "../group-permissions.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { networkAcls, type AclEntry } from "../records.ts";

/** The numbers that rules may have; the last entry stands behind them. */
const highestRuleNumber = 32_766;

const protocolNumbers: Record<string, string> = { tcp: "6", udp: "17", icmp: "1", icmpv6: "58" };

type EntryInput = Ec2Input<"CreateNetworkAclEntry"> | Ec2Input<"ReplaceNetworkAclEntry">;

function parseEntry(input: EntryInput): AclEntry {
  const ruleNumber = input.RuleNumber!;
  if (ruleNumber < 1 || ruleNumber > highestRuleNumber)
    throw invalidParameterValue(
      `Value (${ruleNumber}) for parameter ruleNumber is invalid. Rule number must be between 1 and ${highestRuleNumber}.`,
    );
  const protocol = protocolNumbers[input.Protocol!.toLowerCase()] ?? input.Protocol!;
  if (!/^(-1|\d{1,3})$/.test(protocol))
    throw invalidParameterValue(`Invalid value '${input.Protocol}' for IP protocol.`);
  const { CidrBlock, Ipv6CidrBlock, PortRange, IcmpTypeCode } = input;
  if ((CidrBlock === undefined) === (Ipv6CidrBlock === undefined))
    throw missingParameter("cidrBlock or ipv6CidrBlock");
  if (Ipv6CidrBlock !== undefined && !isIpv6Cidr(Ipv6CidrBlock))
    throw invalidParameterValue(`CIDR block ${Ipv6CidrBlock} is malformed`);
  if ((protocol === "6" || protocol === "17") && !PortRange) throw missingParameter("portRange");
  if ((protocol === "1" || protocol === "58") && !IcmpTypeCode)
    throw missingParameter("icmpTypeCode");
  return {
    ruleNumber,
    protocol,
    action: input.RuleAction!,
    egress: input.Egress!,
    ...(CidrBlock !== undefined && { cidr: canonicalCidr(CidrBlock) }),
    ...(Ipv6CidrBlock !== undefined && { ipv6Cidr: Ipv6CidrBlock }),
    ...(PortRange && { ports: { from: PortRange.From ?? 0, to: PortRange.To ?? 65_535 } }),
    ...(IcmpTypeCode && { icmp: { type: IcmpTypeCode.Type ?? -1, code: IcmpTypeCode.Code ?? -1 } }),
  };
}

const sameEntry = (a: AclEntry, ruleNumber: number | undefined, egress: boolean | undefined) =>
  a.ruleNumber === ruleNumber && a.egress === egress;

const entryNotFound = (ruleNumber: number) =>
  ec2Error(
    "InvalidNetworkAclEntry.NotFound",
    `The network acl entry identified by ${ruleNumber} does not exist.`,
  );

const createEntry: Ec2Operation<"CreateNetworkAclEntry"> = async (input, context) => {
  const entry = parseEntry(input);
  await inNetwork(context, async (tx) => {
    const acl = await find(tx, context, kinds.networkAcl, input.NetworkAclId!);
    if (acl.entries.some((one) => sameEntry(one, entry.ruleNumber, entry.egress)))
      throw ec2Error(
        "NetworkAclEntryAlreadyExists",
        `The network acl entry identified by ${entry.ruleNumber} already exists.`,
      );
    networkAcls.put(tx, context, [acl.networkAclId], { ...acl, entries: [...acl.entries, entry] });
  });
  return {};
};

const replaceEntry: Ec2Operation<"ReplaceNetworkAclEntry"> = async (input, context) => {
  const entry = parseEntry(input);
  await inNetwork(context, async (tx) => {
    const acl = await find(tx, context, kinds.networkAcl, input.NetworkAclId!);
    const index = acl.entries.findIndex((one) => sameEntry(one, entry.ruleNumber, entry.egress));
    if (index < 0) throw entryNotFound(entry.ruleNumber);
    const entries = acl.entries.with(index, entry);
    networkAcls.put(tx, context, [acl.networkAclId], { ...acl, entries });
  });
  return {};
};

const deleteEntry: Ec2Operation<"DeleteNetworkAclEntry"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const acl = await find(tx, context, kinds.networkAcl, input.NetworkAclId!);
    const entries = acl.entries.filter((one) => !sameEntry(one, input.RuleNumber, input.Egress));
    if (entries.length === acl.entries.length || input.RuleNumber! > highestRuleNumber)
      throw entryNotFound(input.RuleNumber!);
    networkAcls.put(tx, context, [acl.networkAclId], { ...acl, entries });
  });
  return {};
};

export const networkAclEntryOperations: Ec2Operations = {
  CreateNetworkAclEntry: createEntry,
  ReplaceNetworkAclEntry: replaceEntry,
  DeleteNetworkAclEntry: deleteEntry,
};
