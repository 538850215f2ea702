import { AwsError } from "#model/error.ts";
import { isIPv4, isIPv6 } from "node:net";
import { asService } from "#services/kit/principal.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import type { CloudMapOperation } from "../context.ts";
import { invalidInput, limitExceeded } from "../errors.ts";
import { findInstance, findService, touchService } from "../find.ts";
import { limits } from "../limits.ts";
import { beginOperation } from "../operation-records.ts";
import { instances, namespaces, type InstanceRecord, type ServiceRecord } from "../records.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
const registerInstance: CloudMapOperation<"RegisterInstance"> = async (input, context) => {
  const attributes = await completeAttributes(context, input.Attributes ?? {});
  return context.store.transaction(async (tx) => {
    const found = await findService(tx, context, input.ServiceId);
    const namespace = await namespaces.get(tx, context, found.namespaceId);
    checkAttributes(found, attributes);
    if ("AWS_EC2_INSTANCE_ID" in attributes && namespace?.type !== "HTTP")
      throw invalidInput("AWS_EC2_INSTANCE_ID is for services of HTTP namespaces.");
    const present = await instances.get(tx, context, found.id, input.InstanceId!);
    const count = (await instances.list(tx, context, [found.id])).length;
    if (!present && count >= limits.instancesPerService) throw limitExceeded("instances");
    const isDns = found.dns !== undefined;
    const operationId = beginOperation(
      tx,
      context,
      { type: "REGISTER_INSTANCE", targets: { INSTANCE: input.InstanceId!, SERVICE: found.id } },
      !isDns,
    );
    const { AWS_INIT_HEALTH_STATUS: initial, ...kept } = attributes;
    const instance: InstanceRecord = {
      id: input.InstanceId!,
      serviceId: found.id,
      creatorRequestId: input.CreatorRequestId ?? context.random.uuid(),
      attributes: kept,
      registeredMs: present?.registeredMs ?? context.clock.now(),
      phase: isDns ? "registering" : "ready",
      operationId,
      customStatus: initial === "UNHEALTHY" ? "UNHEALTHY" : "HEALTHY",
      healthCheckId: present?.healthCheckId,
      healthCheckConfig: present?.healthCheckConfig,
      formerHealthChecks: present?.formerHealthChecks,
      published: present?.published ?? [],
    };
    instances.put(tx, context, [found.id, instance.id], instance);
    await touchService(tx, context, found.id);
    return { OperationId: operationId };
  });
};

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html */
const deregisterInstance: CloudMapOperation<"DeregisterInstance"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const found = await findService(tx, context, input.ServiceId);
    const instance = await findInstance(tx, context, found.id, input.InstanceId);
    const isBare =
      instance.published.length === 0 &&
      instance.phase === "ready" &&
      instance.healthCheckId === undefined &&
      found.healthCheck === undefined;
    const OperationId = beginOperation(
      tx,
      context,
      { type: "DEREGISTER_INSTANCE", targets: { INSTANCE: instance.id, SERVICE: found.id } },
      isBare,
    );
    if (isBare) instances.delete(tx, context, found.id, instance.id);
    else
      instances.put(tx, context, [found.id, instance.id], {
        ...instance,
        phase: "deregistering",
        operationId: OperationId,
      });
    await touchService(tx, context, found.id);
    return { OperationId };
  });

export const registrationOperations: Operations<"servicediscovery", undefined> = {
  RegisterInstance: registerInstance,
  DeregisterInstance: deregisterInstance,
};

function checkAttributes(
  { dns, healthCheck }: ServiceRecord,
  attributes: Record<string, string>,
): void {
  const names = Object.keys(attributes);
  if (names.length > limits.attributesPerInstance)
    throw invalidInput(`An instance can have at most ${limits.attributesPerInstance} attributes.`);
  const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_IPV6: ipv6, AWS_INSTANCE_PORT: port } = attributes;
  if (ipv4 !== undefined && !isIPv4(ipv4))
    throw invalidInput(`AWS_INSTANCE_IPV4 is not valid: ${ipv4}`);
  if (ipv6 !== undefined && !isIPv6(ipv6))
    throw invalidInput(`AWS_INSTANCE_IPV6 is not valid: ${ipv6}`);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw invalidInput(`AWS_INSTANCE_PORT is not valid: ${port}`);
  // https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html, AWS_INSTANCE_PORT
  const isElsewhere = "AWS_ALIAS_DNS_NAME" in attributes || "AWS_EC2_INSTANCE_ID" in attributes;
  if (healthCheck && !isElsewhere && ((ipv4 ?? ipv6) === undefined || port === undefined))
    throw invalidInput(
      "The service has a health check: an IP address and AWS_INSTANCE_PORT must be given.",
    );
  if (!dns || attributes["AWS_ALIAS_DNS_NAME"] !== undefined) return;
  const needs = {
    A: "AWS_INSTANCE_IPV4",
    AAAA: "AWS_INSTANCE_IPV6",
    SRV: "AWS_INSTANCE_PORT",
    CNAME: "AWS_INSTANCE_CNAME",
  };
  for (const { Type } of dns.DnsRecords ?? [])
    if (!(needs[Type!] in attributes))
      throw invalidInput(
        `The service has a DNS record of type ${Type}: the attribute ${needs[Type!]} must be given.`,
      );
}

/** The private address of an EC2 instance that is named by its id. */
async function completeAttributes(
  context: Context,
  attributes: Record<string, string>,
): Promise<Record<string, string>> {
  const id = attributes["AWS_EC2_INSTANCE_ID"];
  if (id === undefined) return attributes;
  try {
    const ec2 = context.clients.ec2(asService(context, "servicediscovery.amazonaws.com"));
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [id] });
    const address = Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress;
    if (address !== undefined) return { ...attributes, AWS_INSTANCE_IPV4: address };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  throw invalidInput(`The EC2 instance ${id} does not exist.`);
}
