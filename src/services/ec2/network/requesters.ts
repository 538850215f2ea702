/**
 * Interfaces that another service puts into a VPC on its customer's behalf, and alone may change.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
 */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context } from "../context.ts";
import { ec2Error, operationNotPermitted } from "../errors.ts";
import { newId } from "../ids.ts";
import { interfaces, type NetworkInterfaceRecord } from "./records.ts";

/** What EC2 calls services, by their principals. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["elasticloadbalancing.amazonaws.com", "amazon-elb"],
]);

/** The calling service under EC2's name for it; undefined for everybody who is none. */
export function requesterOf({ principal }: Pick<Ec2Context, "principal">): string | undefined {
  return principal.type === "service" ? aliases.get(principal.arn) : undefined;
}

/** A service's interface is in use from the start: by a machine that is in no account of a customer's. */
export function attachToService(
  tx: Transaction,
  context: Ec2Context,
  record: NetworkInterfaceRecord,
  requesterId: string,
  groups: readonly string[],
): NetworkInterfaceRecord {
  // No request can name this type.
  const isNetwork = record.description.startsWith("ELB net/");
  const held: NetworkInterfaceRecord = {
    ...record,
    requesterId,
    ...(isNetwork && {
      interfaceType: "network_load_balancer",
      sourceDestCheck: false,
      // It is in no group unless its load balancer was created with some.
      groups: [...groups],
    }),
    attachment: {
      attachmentId: newId(context.random, isNetwork ? "ela-attach" : "eni-attach"),
      // Terraform looks for load balancers' interfaces by these.
      ownerId: isNetwork ? "amazon-aws" : requesterId,
      deviceIndex: 1,
      attachedMs: context.clock.now(),
      deleteOnTermination: false,
    },
  };
  interfaces.put(tx, context, [record.networkInterfaceId], held);
  return held;
}

/** Throws for whoever would change what is a service's. */
export function checkManaged(
  context: Pick<Ec2Context, "principal">,
  { requesterId }: NetworkInterfaceRecord,
): void {
  if (requesterId !== undefined && requesterId !== requesterOf(context)) throw noPermission();
}

/** Throws unless the caller may detach the interface. */
export function checkDetachable(context: Ec2Context, record: NetworkInterfaceRecord): void {
  const isManaged = record.requesterId !== undefined && record.requesterId !== requesterOf(context);
  if (isManaged && record.attachment?.attachmentId.startsWith("ela-attach"))
    throw operationNotPermitted("You are not allowed to manage 'ela-attach' attachments.");
  checkManaged(context, record);
}

/** Who owns what an interface is attached to. */
export function attachmentOwner(
  { account }: Pick<Ec2Context, "account">,
  { attachment }: NetworkInterfaceRecord,
): string | undefined {
  if (!attachment) return undefined;
  return attachment.instanceId === undefined ? (attachment.ownerId ?? "amazon-aws") : account;
}

/** Who lent an interface its public address. */
export const lenderOf = ({ requesterId }: NetworkInterfaceRecord): string =>
  requesterId === "amazon-elb" ? requesterId : "amazon";

const noPermission = () =>
  ec2Error("AuthFailure", "You do not have permission to access the specified resource.");
