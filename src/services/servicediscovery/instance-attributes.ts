/** What an instance's attributes have to be. https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
import type { NamespaceType } from "@aws-sdk/client-servicediscovery";
import { isIPv4, isIPv6 } from "node:net";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Context } from "#services/kit/service.ts";
import { invalidInput } from "./errors.ts";
import { limits } from "./limits.ts";
import type { ServiceRecord } from "./records.ts";

type InstanceAttributes = Readonly<Record<string, string>>;

export function checkAttributes(
  service: ServiceRecord,
  namespaceType: NamespaceType,
  attributes: InstanceAttributes,
): void {
  if (Object.keys(attributes).length > limits.attributesPerInstance)
    throw invalidInput(`An instance can have at most ${limits.attributesPerInstance} attributes.`);
  checkValues(attributes);
  if ("AWS_EC2_INSTANCE_ID" in attributes && namespaceType !== "HTTP")
    throw invalidInput("AWS_EC2_INSTANCE_ID is for services of HTTP namespaces.");
  if ("AWS_ALIAS_DNS_NAME" in attributes) return checkAlias(service, attributes);
  checkNeeds(service, attributes);
}

function checkValues(attributes: InstanceAttributes): void {
  const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_IPV6: ipv6, AWS_INSTANCE_PORT: port } = attributes;
  const initial = attributes["AWS_INIT_HEALTH_STATUS"];
  const refuse = (name: string, value: string) => invalidInput(`${name} is not valid: ${value}`);
  if (ipv4 !== undefined && !isIPv4(ipv4)) throw refuse("AWS_INSTANCE_IPV4", ipv4);
  if (ipv6 !== undefined && !isIPv6(ipv6)) throw refuse("AWS_INSTANCE_IPV6", ipv6);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw refuse("AWS_INSTANCE_PORT", port);
  if (initial !== undefined && initial !== "HEALTHY" && initial !== "UNHEALTHY")
    throw refuse("AWS_INIT_HEALTH_STATUS", initial);
}

function checkAlias({ dns }: ServiceRecord, attributes: InstanceAttributes): void {
  const other = Object.keys(attributes).find((name) => name.startsWith("AWS_INSTANCE_"));
  if (other !== undefined)
    throw invalidInput(`${other} cannot be specified together with AWS_ALIAS_DNS_NAME.`);
  const types = dns?.DnsRecords?.map(({ Type }) => Type) ?? [];
  if (types.length === 0 || !types.every((type) => type === "A" || type === "AAAA"))
    throw invalidInput(
      "AWS_ALIAS_DNS_NAME is for services with an A record, an AAAA record or both.",
    );
  if (dns?.RoutingPolicy !== "WEIGHTED")
    throw invalidInput("AWS_ALIAS_DNS_NAME is for services whose routing policy is WEIGHTED.");
}

const needs = {
  A: "AWS_INSTANCE_IPV4",
  AAAA: "AWS_INSTANCE_IPV6",
  SRV: "AWS_INSTANCE_PORT",
  CNAME: "AWS_INSTANCE_CNAME",
};

function checkNeeds({ dns, healthCheck }: ServiceRecord, attributes: InstanceAttributes): void {
  const hasAddress = "AWS_INSTANCE_IPV4" in attributes || "AWS_INSTANCE_IPV6" in attributes;
  const isEc2 = "AWS_EC2_INSTANCE_ID" in attributes;
  if (healthCheck && !isEc2 && !(hasAddress && "AWS_INSTANCE_PORT" in attributes))
    throw invalidInput(
      "The service has a health check: an IP address and AWS_INSTANCE_PORT must be given.",
    );
  for (const { Type } of dns?.DnsRecords ?? []) {
    if (!(needs[Type!] in attributes))
      throw invalidInput(
        `The service has a DNS record of type ${Type}: the attribute ${needs[Type!]} must be given.`,
      );
    if (Type === "SRV" && !hasAddress)
      throw invalidInput(
        "The service has a DNS record of type SRV: AWS_INSTANCE_IPV4, AWS_INSTANCE_IPV6 or both must be given.",
      );
  }
}

/** Adds the private address of an EC2 instance that is named by its id. */
export async function completeAttributes(
  context: Context,
  attributes: Record<string, string>,
): Promise<Record<string, string>> {
  const id = attributes["AWS_EC2_INSTANCE_ID"];
  if (id === undefined) return attributes;
  const other = Object.keys(attributes).find((name) => !besideEc2.has(name));
  if (other !== undefined)
    throw invalidInput(`${other} cannot be specified together with AWS_EC2_INSTANCE_ID.`);
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

const besideEc2: ReadonlySet<string> = new Set(["AWS_EC2_INSTANCE_ID", "AWS_INIT_HEALTH_STATUS"]);
