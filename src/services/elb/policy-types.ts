/** The kinds of policies. https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicyTypes.html */
import type { PolicyTypeDescription } from "@aws-sdk/client-elastic-load-balancing";
import { negotiationAttributes, negotiationType, referenceAttribute } from "./security-policies.ts";

export const proxyProtocolType = "ProxyProtocolPolicyType";
export const publicKeyType = "PublicKeyPolicyType";
export const appCookieType = "AppCookieStickinessPolicyType";
export const balancerCookieType = "LBCookieStickinessPolicyType";
export const backendType = "BackendServerAuthenticationPolicyType";

export interface PolicyType {
  name: string;
  description: string;
  attributes: readonly PolicyAttributeType[];
}

export interface PolicyAttributeType {
  name: string;
  type: "Boolean" | "String" | "Long" | "PolicyName";
  cardinality: "ONE" | "ZERO_OR_ONE" | "ONE_OR_MORE";
}

export const policyTypes: readonly PolicyType[] = [
  {
    name: proxyProtocolType,
    description:
      "Policy that controls whether to include the IP address and port of the originating request for TCP messages. This policy operates on TCP/SSL listeners only",
    attributes: [{ name: "ProxyProtocol", type: "Boolean", cardinality: "ONE" }],
  },
  {
    name: publicKeyType,
    description:
      "Policy containing a list of public keys to accept when authenticating the back-end server(s). This policy cannot be applied directly to back-end servers or listeners but must be part of a BackendServerAuthenticationPolicyType.",
    attributes: [{ name: "PublicKey", type: "String", cardinality: "ONE" }],
  },
  {
    name: appCookieType,
    description:
      "Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie. This policy can be associated only with HTTP/HTTPS listeners.",
    attributes: [{ name: "CookieName", type: "String", cardinality: "ONE" }],
  },
  {
    name: balancerCookieType,
    description:
      "Stickiness policy with session lifetimes controlled by the browser (user-agent) or a specified expiration period. This policy can be associated only with HTTP/HTTPS listeners.",
    attributes: [{ name: "CookieExpirationPeriod", type: "Long", cardinality: "ZERO_OR_ONE" }],
  },
  {
    name: negotiationType,
    description:
      "Listener policy that defines the ciphers and protocols that will be accepted by the load balancer. This policy can be associated only with HTTPS/SSL listeners.",
    attributes: [
      { name: referenceAttribute, type: "String", cardinality: "ZERO_OR_ONE" },
      ...negotiationAttributes.map((name): PolicyAttributeType => ({
        name,
        type: "Boolean",
        cardinality: "ZERO_OR_ONE",
      })),
    ],
  },
  {
    name: backendType,
    description:
      "Policy that controls authentication to back-end server(s) and contains one or more policies, such as an instance of a PublicKeyPolicyType. This policy can be associated only with back-end servers that are using HTTPS/SSL.",
    attributes: [{ name: "PublicKeyPolicyName", type: "PolicyName", cardinality: "ONE_OR_MORE" }],
  },
];

export function policyTypeShape({
  name,
  description,
  attributes,
}: PolicyType): PolicyTypeDescription {
  return {
    PolicyTypeName: name,
    Description: description,
    PolicyAttributeTypeDescriptions: attributes.map((attribute) => ({
      AttributeName: attribute.name,
      AttributeType: attribute.type,
      Cardinality: attribute.cardinality,
    })),
  };
}
