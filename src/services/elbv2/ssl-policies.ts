/** The predefined TLS policies. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */

interface SslPolicy {
  Name: string;
  SslProtocols: string[];
  Ciphers: { Name: string; Priority: number }[];
  SupportedLoadBalancerTypes: string[];
}

const tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
/** Those of earlier versions, in the order of preference that all policies share. */
const earlier =
  "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-SHA256 ECDHE-RSA-AES128-SHA256 ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-SHA384 ECDHE-RSA-AES256-SHA384 ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA AES128-GCM-SHA256 AES128-SHA256 AES128-SHA AES256-GCM-SHA384 AES256-SHA256 AES256-SHA".split(
    " ",
  );
const withoutSha1 = earlier.filter((name) => !name.endsWith("-SHA"));
const isForwardSecret = (name: string) => name.startsWith("ECDHE-");

const cipherSets = {
  none: [],
  /** Forward secrecy and authenticated encryption. */
  restricted: earlier.filter((name) => isForwardSecret(name) && name.includes("-GCM-")),
  forward: withoutSha1.filter(isForwardSecret),
  forwardWithSha1: earlier.filter(isForwardSecret),
  withoutSha1,
  all: earlier,
} as const satisfies Record<string, readonly string[]>;

const policies: readonly [name: string, protocols: string, ciphers: keyof typeof cipherSets][] = [
  ["TLS13-1-3-2021-06", "TLSv1.3", "none"],
  ["TLS13-1-3-PQ-2025-09", "TLSv1.3", "none"],
  ["TLS13-1-2-2021-06", "TLSv1.3 TLSv1.2", "forward"],
  ["TLS13-1-2-PQ-2025-09", "TLSv1.3 TLSv1.2", "forward"],
  ["TLS13-1-2-Res-2021-06", "TLSv1.3 TLSv1.2", "restricted"],
  ["TLS13-1-2-Res-PQ-2025-09", "TLSv1.3 TLSv1.2", "restricted"],
  ["TLS13-1-2-Ext2-2021-06", "TLSv1.3 TLSv1.2", "all"],
  ["TLS13-1-2-Ext2-PQ-2025-09", "TLSv1.3 TLSv1.2", "all"],
  ["TLS13-1-2-Ext1-2021-06", "TLSv1.3 TLSv1.2", "withoutSha1"],
  ["TLS13-1-2-Ext1-PQ-2025-09", "TLSv1.3 TLSv1.2", "all"],
  ["TLS13-1-1-2021-06", "TLSv1.3 TLSv1.2 TLSv1.1", "all"],
  ["TLS13-1-0-2021-06", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1", "all"],
  ["TLS13-1-0-PQ-2025-09", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1", "all"],
  ["TLS-1-2-Ext-2018-06", "TLSv1.2", "all"],
  ["TLS-1-2-2017-01", "TLSv1.2", "withoutSha1"],
  ["TLS-1-1-2017-01", "TLSv1.2 TLSv1.1", "all"],
  ["2016-08", "TLSv1.2 TLSv1.1 TLSv1", "all"],
  ["TLS13-1-3-FIPS-2023-04", "TLSv1.3", "none"],
  ["TLS13-1-3-FIPS-PQ-2025-09", "TLSv1.3", "none"],
  ["TLS13-1-2-FIPS-2023-04", "TLSv1.3 TLSv1.2", "forward"],
  ["TLS13-1-2-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.2", "forward"],
  ["TLS13-1-2-Res-FIPS-2023-04", "TLSv1.3 TLSv1.2", "restricted"],
  ["TLS13-1-2-Res-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.2", "restricted"],
  ["TLS13-1-2-Ext2-FIPS-2023-04", "TLSv1.3 TLSv1.2", "all"],
  ["TLS13-1-2-Ext2-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.2", "all"],
  ["TLS13-1-2-Ext1-FIPS-2023-04", "TLSv1.3 TLSv1.2", "withoutSha1"],
  ["TLS13-1-2-Ext1-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.2", "withoutSha1"],
  ["TLS13-1-2-Ext0-FIPS-2023-04", "TLSv1.3 TLSv1.2", "forwardWithSha1"],
  ["TLS13-1-2-Ext0-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.2", "forwardWithSha1"],
  ["TLS13-1-1-FIPS-2023-04", "TLSv1.3 TLSv1.2 TLSv1.1", "all"],
  ["TLS13-1-0-FIPS-2023-04", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1", "all"],
  ["TLS13-1-0-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1", "all"],
  ["FS-1-2-Res-2020-10", "TLSv1.2", "restricted"],
  ["FS-1-2-Res-2019-08", "TLSv1.2", "forward"],
  ["FS-1-2-2019-08", "TLSv1.2", "forwardWithSha1"],
  ["FS-1-1-2019-08", "TLSv1.2 TLSv1.1", "forwardWithSha1"],
  ["FS-2018-06", "TLSv1.2 TLSv1.1 TLSv1", "forwardWithSha1"],
];

/** The validated libraries have no ChaCha20. */
const forTls13 = (name: string) => (name.includes("-FIPS-") ? tls13.slice(0, 2) : tls13);

export const sslPolicies: readonly SslPolicy[] = policies.map(([name, protocols, ciphers]) => ({
  Name: `ELBSecurityPolicy-${name}`,
  SslProtocols: protocols.split(" "),
  Ciphers: [...(protocols.includes("TLSv1.3") ? forTls13(name) : []), ...cipherSets[ciphers]].map(
    (cipher, index) => ({ Name: cipher, Priority: index + 1 }),
  ),
  SupportedLoadBalancerTypes: ["application", "network"],
}));
