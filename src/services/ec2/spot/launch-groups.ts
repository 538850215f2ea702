/** The security groups of Spot requests as they are told: with their ids and their names. */
import type { GroupIdentifier } from "@aws-sdk/client-ec2";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { findDefaultVpc } from "../network/default-vpc.ts";
import { securityGroups } from "../network/records.ts";
import type { SpotRequestRecord } from "./records.ts";

export interface ShownRequest extends SpotRequestRecord {
  groups: GroupIdentifier[];
}

/** A group that is gone is told as the request named it. */
export async function withGroups(
  tx: Transaction,
  scope: Scope,
  requests: readonly SpotRequestRecord[],
): Promise<ShownRequest[]> {
  const all = await securityGroups.list(tx, scope);
  const vpc = await findDefaultVpc(tx, scope);
  const nameOf = (id: string) => all.find(({ groupId }) => groupId === id)?.groupName;
  // Names mean groups of the default VPC only.
  const idOf = (name: string) =>
    all.find(({ groupName, vpcId }) => groupName === name && vpcId === vpc?.vpcId)?.groupId;
  return requests.map((request) => ({
    ...request,
    groups: [
      ...(request.launch.SecurityGroupIds ?? []).map((GroupId) => ({
        GroupId,
        GroupName: nameOf(GroupId),
      })),
      ...(request.launch.SecurityGroups ?? []).map((GroupName) => ({
        GroupId: idOf(GroupName),
        GroupName,
      })),
    ],
  }));
}
