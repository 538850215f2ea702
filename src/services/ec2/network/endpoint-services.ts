/** The services of a region that endpoints lead to. https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html */
import { derivedId } from "#services/kit/facts/derived-id.ts";
import type { Tags } from "#services/kit/tags.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";

export interface EndpointService {
  name: string;
  id: string;
  type: "Gateway" | "Interface";
  /** "amazon", or the account whose own it is. */
  owner: string;
  region: string;
  baseName: string;
  /** The name that the endpoint answers to with private DNS; undefined for gateways. */
  privateDnsName: string | undefined;
  zones: string[];
  acceptanceRequired: boolean;
  takesPolicies: boolean;
  tags: Tags;
}

/** Those that Fogbank has, by the last part of the endpoint service's name. */
const services = [
  "autoscaling",
  "application-autoscaling",
  "cloudformation",
  "dynamodb",
  "ec2",
  "ec2messages",
  "elasticloadbalancing",
  "events",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "s3",
  "secretsmanager",
  "servicediscovery",
  "sns",
  "sqs",
  "ssm",
  "ssmmessages",
  "sts",
];
const gateways = ["dynamodb", "s3"];

export function endpointServices(region: string): EndpointService[] {
  const zones = zonesOf(region).map(({ zoneName }) => zoneName);
  const make = (name: string, type: EndpointService["type"]): EndpointService => {
    const full = `com.amazonaws.${region}.${name}`;
    return {
      name: full,
      id: derivedId("vpce-svc", full, type),
      type,
      privateDnsName: type === "Interface" ? `${name}.${region}.amazonaws.com` : undefined,
      zones,
      owner: "amazon",
      region,
      baseName: `${name}.${region}.vpce.amazonaws.com`,
      acceptanceRequired: false,
      takesPolicies: true,
      tags: {},
    };
  };
  return [
    ...gateways.map((name) => make(name, "Gateway")),
    ...services.map((name) => make(name, "Interface")),
  ];
}
