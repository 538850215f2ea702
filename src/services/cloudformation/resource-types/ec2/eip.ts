import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-eip.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::EIP",
  unsupported: {
    Address: "addresses cannot be chosen",
    IpamPoolId: "there is no address manager",
    PublicIpv4Pool: "there are no pools of one's own",
    TransferAddress: "addresses are not transferred",
    NetworkBorderGroup: "there are no local zones",
  },
  async create(request) {
    const { PublicIp } = await request.clients.ec2.AllocateAddress({
      Domain: "vpc",
      ...tagSpecifications(request, "elastic-ip"),
    });
    return PublicIp!;
  },
  async find(request) {
    const others = await Promise.all(
      request.others.map((physicalId) => addressOf({ ...request, physicalId })),
    );
    const ids = others.flatMap((address) => address?.AllocationId ?? []);
    const id = await findTagged({ ...request, others: ids }, "elastic-ip");
    if (id === undefined) return undefined;
    const { Addresses } = await request.clients.ec2.DescribeAddresses({ AllocationIds: [id] });
    return Addresses?.[0]?.PublicIp;
  },
  async configure(request) {
    const { InstanceId } = request.properties;
    if (InstanceId !== undefined) await associate(request);
  },
  async update(request) {
    const address = await addressOf(request);
    if (request.changed.includes("InstanceId")) {
      if (address?.AssociationId !== undefined)
        await request.clients.ec2.DisassociateAddress({ AssociationId: address.AssociationId });
      if (request.properties["InstanceId"] !== undefined) await associate(request);
    }
    await updateTags(request, address?.AllocationId);
  },
  async delete(request) {
    const address = await addressOf(request);
    if (!address) return;
    const { ec2 } = request.clients;
    try {
      if (address.AssociationId !== undefined)
        await ec2.DisassociateAddress({ AssociationId: address.AssociationId });
    } catch (error) {
      // A load balancer that is gone holds it for a while: in use is what comes of the release, which is tried again.
      if (!(error instanceof AwsError) || error.code !== "AuthFailure") throw error;
    }
    await ec2.ReleaseAddress({ AllocationId: address.AllocationId });
  },
  async attributes(request) {
    const address = await addressOf(request);
    return { ...pick(address ?? {}, "AllocationId"), PublicIp: request.physicalId };
  },
});

async function addressOf({ clients, physicalId }: Pick<ExistingRequest, "clients" | "physicalId">) {
  try {
    const { Addresses } = await clients.ec2.DescribeAddresses({ PublicIps: [physicalId] });
    return Addresses?.[0];
  } catch (error) {
    if (error instanceof AwsError && error.code === "InvalidAddress.NotFound") return undefined;
    throw error;
  }
}

async function associate(request: ExistingRequest): Promise<void> {
  const address = await addressOf(request);
  await request.clients.ec2.AssociateAddress({
    AllocationId: address?.AllocationId,
    InstanceId: request.properties["InstanceId"],
    AllowReassociation: true,
  });
}
