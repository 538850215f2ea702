/** What is missing between the network interfaces that a load balancer should have and those it has. Pure. */

export interface WantedInterface {
  subnetId: string;
  groups: readonly string[];
  /** Where the request chose it. */
  privateIp?: string | undefined;
  /** "lent": one of AWS's, for as long as the interface is there. */
  public: "none" | "lent" | { allocationId: string };
  /** Undefined for none; without an address any of the subnet's. */
  ipv6?: { address?: string | undefined } | undefined;
}

export interface ActualInterface {
  id: string;
  subnetId: string;
  groups: readonly string[];
  privateIp: string;
  /** One that is not leaves: its load balancer has ended. */
  isAttached: boolean;
  public: WantedInterface["public"];
  ipv6Addresses: readonly string[];
}

export type InterfaceStep =
  | { do: "create"; wanted: WantedInterface }
  | { do: "delete"; id: string }
  | { do: "move to groups"; id: string; groups: readonly string[] }
  | { do: "lend a public address"; id: string }
  | { do: "associate"; id: string; allocationId: string }
  | { do: "assign IPv6"; id: string; address: string | undefined }
  | { do: "unassign IPv6"; id: string; addresses: readonly string[] };

/**
 * The steps that can be taken now; what an interface needs after its creation is planned once it is there.
 * Those that leave come first: another may be waiting for their addresses.
 */
export function planInterfaces(
  wanted: readonly WantedInterface[],
  actual: readonly ActualInterface[],
): InterfaceStep[] {
  const steps: InterfaceStep[] = [];
  const kept = new Set<ActualInterface>();
  for (const one of wanted) {
    const found = actual.find((other) => !kept.has(other) && fits(one, other));
    if (!found) steps.push({ do: "create", wanted: one });
    else {
      kept.add(found);
      steps.push(...adapt(one, found));
    }
  }
  const surplus = actual.filter((one) => !kept.has(one));
  return [...surplus.map(({ id }) => ({ do: "delete" as const, id })), ...steps];
}

/** The addresses of an interface stay what they are; one that has others is replaced. */
function fits(wanted: WantedInterface, actual: ActualInterface): boolean {
  return (
    actual.isAttached &&
    actual.subnetId === wanted.subnetId &&
    (wanted.privateIp === undefined || actual.privateIp === wanted.privateIp) &&
    (actual.public === "none" || publicText(actual) === publicText(wanted))
  );
}

const publicText = ({ public: address }: Pick<WantedInterface, "public">) =>
  typeof address === "string" ? address : address.allocationId;

function adapt(wanted: WantedInterface, actual: ActualInterface): InterfaceStep[] {
  const { id, ipv6Addresses } = actual;
  const steps: InterfaceStep[] = [];
  if (String(wanted.groups.toSorted()) !== String(actual.groups.toSorted()))
    steps.push({ do: "move to groups", id, groups: wanted.groups });
  if (actual.public === "none" && wanted.public !== "none")
    steps.push(
      wanted.public === "lent"
        ? { do: "lend a public address", id }
        : { do: "associate", id, allocationId: wanted.public.allocationId },
    );
  const { ipv6 } = wanted;
  const stays = (address: string) =>
    ipv6 !== undefined && (ipv6.address === undefined || ipv6.address === address);
  const leaving = ipv6Addresses.filter((address) => !stays(address));
  if (leaving.length > 0) steps.push({ do: "unassign IPv6", id, addresses: leaving });
  if (ipv6 && leaving.length === ipv6Addresses.length)
    steps.push({ do: "assign IPv6", id, address: ipv6.address });
  return steps;
}
