/**
 * The predefined policies of secure listeners and all options that a policy can have.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html
 */
import type { PolicyRecord } from "./records.ts";

export const negotiationType = "SSLNegotiationPolicyType";
export const defaultSecurityPolicy = "ELBSecurityPolicy-2016-08";
export const referenceAttribute = "Reference-Security-Policy";
export const orderAttribute = "Server-Defined-Cipher-Order";

const protocolAttributes = [
  "Protocol-SSLv2",
  "Protocol-TLSv1",
  "Protocol-SSLv3",
  "Protocol-TLSv1.1",
  "Protocol-TLSv1.2",
] as const;

/** In the order of preference that the table has. */
const common =
  "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-SHA256 ECDHE-RSA-AES128-SHA256 ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-SHA384 ECDHE-RSA-AES256-SHA384 ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA AES128-GCM-SHA256 AES128-SHA256 AES128-SHA AES256-GCM-SHA384 AES256-SHA256 AES256-SHA";
/** The ones of TLS 1.2 alone. */
const strict = common
  .split(" ")
  .filter((name) => !name.endsWith("-SHA"))
  .join(" ");
const legacy = "AES128-SHA AES256-SHA DES-CBC3-SHA RC4-SHA";
const old =
  "DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA CAMELLIA128-SHA EDH-RSA-DES-CBC3-SHA DES-CBC3-SHA ECDHE-RSA-RC4-SHA RC4-SHA";

/** Ciphers that no predefined policy enables and a policy of one's own can. */
const others =
  "ECDHE-ECDSA-RC4-SHA DHE-DSS-AES256-GCM-SHA384 DHE-RSA-AES256-GCM-SHA384 DHE-RSA-AES256-SHA256 DHE-DSS-AES256-SHA256 DHE-RSA-AES256-SHA DHE-DSS-AES256-SHA DHE-RSA-CAMELLIA256-SHA DHE-DSS-CAMELLIA256-SHA CAMELLIA256-SHA EDH-DSS-DES-CBC3-SHA DHE-DSS-AES128-GCM-SHA256 DHE-RSA-AES128-GCM-SHA256 DHE-RSA-AES128-SHA256 DHE-DSS-AES128-SHA256 DHE-RSA-CAMELLIA128-SHA DHE-DSS-CAMELLIA128-SHA ADH-AES128-GCM-SHA256 ADH-AES128-SHA ADH-AES128-SHA256 ADH-AES256-GCM-SHA384 ADH-AES256-SHA ADH-AES256-SHA256 ADH-CAMELLIA128-SHA ADH-CAMELLIA256-SHA ADH-DES-CBC3-SHA ADH-DES-CBC-SHA ADH-RC4-MD5 ADH-SEED-SHA DES-CBC-SHA DHE-DSS-SEED-SHA DHE-RSA-SEED-SHA EDH-DSS-DES-CBC-SHA EDH-RSA-DES-CBC-SHA IDEA-CBC-SHA RC4-MD5 SEED-SHA DES-CBC3-MD5 DES-CBC-MD5 RC2-CBC-MD5 PSK-AES256-CBC-SHA PSK-3DES-EDE-CBC-SHA KRB5-DES-CBC3-SHA KRB5-DES-CBC3-MD5 PSK-AES128-CBC-SHA PSK-RC4-SHA KRB5-RC4-SHA KRB5-RC4-MD5 KRB5-DES-CBC-SHA KRB5-DES-CBC-MD5 EXP-EDH-RSA-DES-CBC-SHA EXP-EDH-DSS-DES-CBC-SHA EXP-ADH-DES-CBC-SHA EXP-DES-CBC-SHA EXP-RC2-CBC-MD5 EXP-KRB5-RC2-CBC-SHA EXP-KRB5-DES-CBC-SHA EXP-KRB5-RC2-CBC-MD5 EXP-KRB5-DES-CBC-MD5 EXP-ADH-RC4-MD5 EXP-RC4-MD5 EXP-KRB5-RC4-SHA EXP-KRB5-RC4-MD5";

export const cipherNames: readonly string[] = [
  ...new Set(`${common} ${old} ${legacy} ${others}`.split(" ")),
];

export const negotiationAttributes: readonly string[] = [
  ...protocolAttributes,
  orderAttribute,
  ...cipherNames,
];

const tls10 = "TLSv1 TLSv1.1 TLSv1.2";

const predefined: readonly [name: string, protocols: string, ciphers: string, order: boolean][] = [
  ["ELBSecurityPolicy-2016-08", tls10, common, true],
  ["ELBSecurityPolicy-TLS-1-2-2017-01", "TLSv1.2", strict, true],
  ["ELBSecurityPolicy-TLS-1-1-2017-01", "TLSv1.1 TLSv1.2", common, true],
  ["ELBSecurityPolicy-2015-05", tls10, `${common} DES-CBC3-SHA`, true],
  [
    "ELBSecurityPolicy-2015-03",
    tls10,
    `${common} DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA DES-CBC3-SHA`,
    true,
  ],
  ["ELBSecurityPolicy-2015-02", tls10, `${common} DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA`, true],
  ["ELBSecurityPolicy-2014-10", tls10, `${common} ${old}`, true],
  ["ELBSecurityPolicy-2014-01", `SSLv3 ${tls10}`, `${common} ${old}`, true],
  ["ELBSecurityPolicy-2011-08", "SSLv3 TLSv1", `${legacy} ${old}`, false],
  ["ELBSample-ELBDefaultCipherPolicy", "SSLv3 TLSv1", legacy, false],
  ["ELBSample-OpenSSLDefaultCipherPolicy", "SSLv3 TLSv1", `${legacy} ${old}`, false],
];

/** Every option is told of a policy, with "true" where it is on. */
export const predefinedPolicies: readonly PolicyRecord[] = predefined.map(
  ([name, protocols, ciphers, order]) => {
    const enabled = new Set([
      ...protocols.split(" ").map((version) => `Protocol-${version}`),
      ...(order ? [orderAttribute] : []),
      ...ciphers.split(" "),
    ]);
    return {
      name,
      type: negotiationType,
      attributes: negotiationAttributes.map((attribute) => ({
        name: attribute,
        value: String(enabled.has(attribute)),
      })),
    };
  },
);

export function predefinedPolicy(name: string): PolicyRecord | undefined {
  return predefinedPolicies.find((policy) => policy.name === name);
}

/** What a secure listener gets that is made without a policy: it names the predefined one that it is. */
export function defaultPolicy(): PolicyRecord {
  const policy = predefinedPolicy(defaultSecurityPolicy)!;
  const reference = { name: referenceAttribute, value: policy.name };
  return { ...policy, attributes: [reference, ...policy.attributes] };
}
