import type { VPC } from "@aws-sdk/client-route-53";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Context } from "#services/kit/service.ts";
import { invalidInput, invalidVpc } from "./errors.ts";

/** Throws InvalidVPCId for a VPC that this account does not have in its region. */
export async function checkVpc(
  { clients, account }: Context<unknown>,
  { VPCId, VPCRegion }: VPC,
): Promise<void> {
  if (!VPCId || !VPCRegion) throw invalidInput("A VPC needs both its ID and its region.");
  const ec2 = clients.ec2(asService({ account, region: VPCRegion }, "route53.amazonaws.com"));
  try {
    await ec2.DescribeVpcs({ VpcIds: [VPCId] });
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("InvalidVpc")) throw invalidVpc(VPCId);
    throw error;
  }
}
