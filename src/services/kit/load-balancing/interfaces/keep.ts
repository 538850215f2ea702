/** Brings the network interfaces that EC2 has of a load balancer to what they should be. */
import type { Output } from "#model/sdk.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import {
  planInterfaces,
  type ActualInterface,
  type InterfaceStep,
  type WantedInterface,
} from "./plan.ts";

const principal = "elasticloadbalancing.amazonaws.com";
/** Create, then addresses, then to see that all is there; once more for what came in between. */
const mostRounds = 4;

/** Private addresses by subnet. */
export type InterfaceAddresses = Record<string, string>;

/**
 * Running twice does no harm: EC2 is asked what there is. Gives the addresses; throws EC2's errors, with what was
 * done till then done.
 */
export async function keepInterfaces(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  description: string,
  wanted: readonly WantedInterface[],
): Promise<InterfaceAddresses> {
  const ec2 = clients.ec2(asService(scope, principal));
  for (let round = 0; round < mostRounds; round++) {
    const actual = (await findInterfaces(ec2, description)).map(actualOf);
    const steps = planInterfaces(wanted, actual);
    if (steps.length === 0)
      return Object.fromEntries(actual.map(({ subnetId, privateIp }) => [subnetId, privateIp]));
    for (const step of steps) await take(ec2, description, step);
  }
  throw new Error(`the network interfaces "${description}" do not come to rest`);
}

/** What a load balancer has leaves it at its end, and goes a while later: those in its groups and subnets see it. */
export async function detachInterfaces(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  description: string,
): Promise<void> {
  const ec2 = clients.ec2(asService(scope, principal));
  for (const { Attachment } of await findInterfaces(ec2, description))
    if (Attachment)
      await ec2.DetachNetworkInterface({ AttachmentId: Attachment.AttachmentId!, Force: true });
}

async function findInterfaces(
  ec2: ReturnType<Environment["clients"]["ec2"]>,
  description: string,
): Promise<Found[]> {
  const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
    Filters: [
      { Name: "description", Values: [description] },
      { Name: "requester-id", Values: ["amazon-elb"] },
    ],
  });
  return NetworkInterfaces!;
}

type Found = NonNullable<Output<"ec2", "DescribeNetworkInterfaces">["NetworkInterfaces"]>[number];

function actualOf(one: Found): ActualInterface {
  const { AllocationId: allocationId, PublicIp } = one.Association ?? {};
  return {
    id: one.NetworkInterfaceId!,
    subnetId: one.SubnetId!,
    groups: one.Groups!.map(({ GroupId }) => GroupId!),
    privateIp: one.PrivateIpAddress!,
    isAttached: one.Attachment !== undefined,
    public:
      allocationId !== undefined ? { allocationId } : PublicIp === undefined ? "none" : "lent",
    ipv6Addresses: (one.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address!),
  };
}

async function take(
  ec2: ReturnType<Environment["clients"]["ec2"]>,
  description: string,
  step: InterfaceStep,
): Promise<void> {
  if (step.do === "create") {
    const { subnetId, groups, privateIp, ipv6 } = step.wanted;
    await ec2.CreateNetworkInterface({
      SubnetId: subnetId,
      Description: description,
      Groups: [...groups],
      PrivateIpAddress: privateIp,
      ...(ipv6 &&
        (ipv6.address === undefined
          ? { Ipv6AddressCount: 1 }
          : { Ipv6Addresses: [{ Ipv6Address: ipv6.address }] })),
    });
    return;
  }
  const NetworkInterfaceId = step.id;
  if (step.do === "delete") await ec2.DeleteNetworkInterface({ NetworkInterfaceId });
  else if (step.do === "move to groups")
    await ec2.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups: [...step.groups] });
  else if (step.do === "lend a public address")
    await ec2.ModifyNetworkInterfaceAttribute({
      NetworkInterfaceId,
      AssociatePublicIpAddress: true,
    });
  else if (step.do === "associate")
    await ec2.AssociateAddress({
      NetworkInterfaceId,
      AllocationId: step.allocationId,
      AllowReassociation: false,
    });
  else if (step.do === "unassign IPv6")
    await ec2.UnassignIpv6Addresses({ NetworkInterfaceId, Ipv6Addresses: [...step.addresses] });
  else
    await ec2.AssignIpv6Addresses({
      NetworkInterfaceId,
      ...(step.address === undefined ? { Ipv6AddressCount: 1 } : { Ipv6Addresses: [step.address] }),
    });
}
