/** A machine's rules as iptables-restore reads them, for the filter table of its own network name space. */
import { parseCidrBits } from "./cidr-bits.ts";
import type {
  AclRule,
  GuardedNetwork,
  MachineRules,
  PacketMatch,
  PacketRule,
} from "../../network-rules.ts";

export interface RuleSurroundings {
  network: GuardedNetwork;
  /** This host's address on the machine's bridge: whoever comes from there is this host. */
  gateway: string;
  nameservers: readonly string[];
  /** Where a machine really is; undefined for one that does not run. */
  addressOf: (machineId: string) => string | undefined;
}

const chains = { ingress: "INPUT", egress: "OUTPUT" } as const;
const peerFlag = { ingress: "-s", egress: "-d" } as const;

export function ruleText(rules: MachineRules, around: RuleSurroundings): string {
  const lines = ["*filter", ":INPUT DROP [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT DROP [0:0]"];
  const own = ["ACL-IN", "ACL-OUT", "ROUTES"].map((name) => `:FOGBANK-${name} - [0:0]`);
  lines.push(...own, ...hostLines(around, rules.resolvers));
  const acl = rules.acl;
  if (acl) {
    lines.push("-A INPUT -j FOGBANK-ACL-IN", "-A OUTPUT -j FOGBANK-ACL-OUT");
    lines.push(...aclLines("FOGBANK-ACL-IN", "-s", acl.subnet, acl.ingress));
    lines.push(...aclLines("FOGBANK-ACL-OUT", "-d", acl.subnet, acl.egress));
  }
  for (const chain of ["INPUT", "OUTPUT"])
    lines.push(`-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`);
  lines.push("-A OUTPUT -j FOGBANK-ROUTES");
  for (const { cidr, to } of rules.routes)
    for (const place of placesIn(cidr, around))
      lines.push(`-A FOGBANK-ROUTES -d ${place} -j ${to === "nowhere" ? "DROP" : "RETURN"}`);
  lines.push("-A FOGBANK-ROUTES -j DROP");
  for (const direction of ["ingress", "egress"] as const)
    for (const rule of rules[direction])
      for (const peer of peersOf(rule, around))
        for (const match of matchTexts(rule))
          lines.push(`-A ${chains[direction]} ${peerFlag[direction]} ${peer}${match} -j ACCEPT`);
  return `${lines.join("\n")}\nCOMMIT\n`;
}

/** Loopback, this host and what it serves, metadata and names need no rule. */
function hostLines({ gateway, nameservers }: RuleSurroundings, resolvers: readonly string[]) {
  return [
    "-A INPUT -i lo -j ACCEPT",
    "-A OUTPUT -o lo -j ACCEPT",
    `-A INPUT -s ${gateway} -j ACCEPT`,
    `-A OUTPUT -d ${gateway} -j ACCEPT`,
    "-A OUTPUT -d 169.254.169.254 -p tcp --dport 80 -j ACCEPT",
    "-A INPUT -s 169.254.169.254 -p tcp --sport 80 -j ACCEPT",
    ...[...nameservers, ...resolvers].flatMap((server) =>
      ["udp", "tcp"].flatMap((protocol) => [
        `-A OUTPUT -d ${server} -p ${protocol} --dport 53 -j ACCEPT`,
        `-A INPUT -s ${server} -p ${protocol} --sport 53 -j ACCEPT`,
      ]),
    ),
  ];
}

function aclLines(chain: string, flag: string, subnet: string, acl: readonly AclRule[]): string[] {
  return [
    `-A ${chain} ${flag} ${subnet} -j RETURN`,
    ...acl.flatMap((rule) =>
      matchTexts(rule).map(
        (match) => `-A ${chain} ${flag} ${rule.cidr}${match} -j ${rule.allow ? "RETURN" : "DROP"}`,
      ),
    ),
    `-A ${chain} -j DROP`,
  ];
}

function peersOf({ cidrs, groups }: PacketRule, around: RuleSurroundings): string[] {
  const members = around.network.members.filter((one) =>
    one.groups.some((group) => groups.includes(group)),
  );
  const found = members.flatMap(({ privateIp, at }) =>
    "host" in at ? [] : [around.addressOf(at.machineId) ?? privateIp],
  );
  return [...new Set([...cidrs.flatMap((cidr) => placesIn(cidr, around)), ...found])];
}

/** A range, and the members of it that the engine gave other addresses. */
function placesIn(cidr: string, { network, addressOf }: RuleSurroundings): string[] {
  if (cidr.endsWith("/0")) return [cidr];
  const holds = parseCidrBits(cidr);
  const moved = network.members.flatMap(({ privateIp, at }) => {
    const address = "host" in at ? undefined : addressOf(at.machineId);
    return address !== undefined && address !== privateIp && holds(privateIp) ? [address] : [];
  });
  return [cidr, ...new Set(moved)];
}

/** Empty for all packets; ICMP's types and codes are given by number. */
function matchTexts({ protocol, ports, icmp }: PacketMatch): string[] {
  if (protocol === undefined) return [""];
  if (ports && (protocol === 6 || protocol === 17)) {
    const range =
      ports.from === 0 && ports.to === 65_535 ? "" : ` --dport ${ports.from}:${ports.to}`;
    return [` -p ${protocol === 6 ? "tcp" : "udp"}${range}`];
  }
  if (protocol === 1 && icmp && icmp.type >= 0) {
    const code = icmp.code !== undefined && icmp.code >= 0 ? `/${icmp.code}` : "";
    return [` -p icmp --icmp-type ${icmp.type}${code}`];
  }
  return [` -p ${protocol}`];
}
