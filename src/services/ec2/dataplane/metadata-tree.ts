/**
 * Instance metadata as a tree of names, ready to be listed and read.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
 */
import { httpDate, isoSeconds } from "#runtime/date.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { shownDescription, type InstanceEventRecord } from "../instance-events/records.ts";
import { signatureOf, signedMessage, type Signer } from "./identity/sign.ts";
import type { MetadataFacts, MetadataInterface, MetadataSpot } from "./metadata-source.ts";

/** A leaf is text, bytes, or a question that is only asked when somebody reads it. */
export type Leaf = string | Uint8Array | (() => Promise<string | undefined>);
export interface Directory {
  /** What the listing says instead of the name, such as "0=my-key". */
  readonly listedAs?: string;
  readonly children: ReadonlyMap<string, Node>;
}
export type Node = Leaf | Directory;

/** The role's side of the metadata; both answer undefined when there is nothing to say. */
export interface RoleMetadata {
  roleName: string | undefined;
  info: () => Promise<string | undefined>;
  credentials: () => Promise<string | undefined>;
}

/** Versions of the interface that AWS lists; all of them answer as the latest. */
const versions = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
  "2011-01-01",
  "2011-05-01",
  "2012-01-12",
  "2014-02-25",
  "2014-11-05",
  "2015-10-20",
  "2016-04-19",
  "2016-06-30",
  "2016-09-02",
  "2018-03-28",
  "2018-08-17",
  "2018-09-24",
  "2019-10-01",
  "2020-10-27",
  "2021-01-03",
  "2021-03-23",
  "2021-07-15",
  "2022-09-24",
  "2024-04-11",
  "latest",
] as const;

/** What others are asked for, only when somebody reads it. */
export interface MetadataQuestions {
  signer(): Promise<Signer>;
  /** What Auto Scaling wants of the instance; undefined outside of a group. */
  targetLifecycleState(): Promise<string | undefined>;
}

export function metadataTree(
  facts: MetadataFacts,
  role: RoleMetadata | undefined,
  ask: MetadataQuestions,
): Directory {
  const document = identityDocument(facts);
  const signed = async () => signedMessage(document, await ask.signer());
  const dynamic = {
    fws: directory({ "instance-monitoring": facts.monitoring ? "enabled" : "disabled" }),
    "instance-identity": directory({
      document,
      pkcs7: signed,
      rsa2048: signed,
      signature: async () => signatureOf(document, await ask.signer()),
    }),
  };
  // The top of the tree is listed without slashes.
  const version = (name: string) =>
    directory(
      {
        dynamic: directory(dynamic, "dynamic"),
        "meta-data": directory(categories(facts, role, ask), "meta-data"),
        "user-data": facts.userData,
      },
      name,
    );
  return directory(Object.fromEntries(versions.map((name) => [name, version(name)])));
}

/** Finds what a path names; empty parts (a slash too many) do not count. */
export function find(tree: Directory, path: string): Node | undefined {
  let node: Node | undefined = tree;
  for (const part of path.split("/")) {
    if (part === "") continue;
    if (!isDirectory(node)) return undefined;
    node = node.children.get(part);
  }
  return node;
}

export function isDirectory(node: Node | undefined): node is Directory {
  return typeof node === "object" && "children" in node;
}

/** One name per line in alphabetical order; directories end in a slash, unless they say otherwise. */
export function list({ children }: Directory): string {
  return [...children]
    .map(([name, node]) => (isDirectory(node) ? (node.listedAs ?? `${name}/`) : name))
    .join("\n");
}

/** Leaves that are undefined and directories that are empty are not there. */
function directory(entries: Record<string, Node | undefined>, listedAs?: string): Directory {
  const children = new Map<string, Node>();
  for (const name of Object.keys(entries).sort()) {
    const node = entries[name];
    if (node === undefined || (isDirectory(node) && node.children.size === 0)) continue;
    children.set(name, node);
  }
  return { children, ...(listedAs !== undefined && { listedAs }) };
}

function categories(
  facts: MetadataFacts,
  role: RoleMetadata | undefined,
  ask: MetadataQuestions,
): Record<string, Node | undefined> {
  const primary = facts.interfaces[0];
  const { publicKey, options } = facts;
  return {
    "ami-id": facts.imageId,
    "ami-launch-index": String(facts.launchIndex),
    "ami-manifest-path": "(unknown)",
    autoscaling:
      facts.tags["aws:autoscaling:groupName"] === undefined
        ? undefined
        : directory({ "target-lifecycle-state": () => ask.targetLifecycleState() }),
    "block-device-mapping": directory({
      ami: facts.rootDeviceName,
      root: facts.rootDeviceName,
      ...Object.fromEntries(facts.otherDeviceNames.map((name, index) => [`ebs${index + 1}`, name])),
    }),
    events: directory({
      maintenance: directory({
        history: maintenance(facts.events.filter(({ state }) => state !== "active")),
        scheduled: maintenance(facts.events.filter(({ state }) => state === "active")),
      }),
      recommendations: directory({ rebalance: rebalance(facts.spot) }),
    }),
    hostname: facts.privateDnsName,
    iam: role && iam(role),
    "identity-credentials": directory({
      ec2: directory({
        info: identityInfo(facts),
      }),
    }),
    "instance-action": "none",
    "instance-id": facts.instanceId,
    "instance-life-cycle": facts.spot ? "spot" : "on-demand",
    "instance-type": facts.instanceType,
    "local-hostname": facts.privateDnsName,
    "local-ipv4": facts.privateIp,
    mac: primary?.macAddress,
    network: directory({
      interfaces: directory({
        macs: directory(
          Object.fromEntries(
            facts.interfaces.map((one) => [one.macAddress, macEntry(one, facts.accountId)]),
          ),
        ),
      }),
    }),
    placement: directory({
      "availability-zone": facts.zone,
      "availability-zone-id": facts.zoneId,
      "group-name": facts.placement?.groupName,
      "host-id": facts.placement?.hostId,
      "partition-number":
        facts.placement?.partitionNumber === undefined
          ? undefined
          : String(facts.placement.partitionNumber),
      region: facts.region,
    }),
    profile: "default-hvm",
    "public-hostname": primary?.publicDnsName,
    "public-ipv4": primary?.publicIp,
    "public-keys": publicKey && {
      children: new Map([
        ["0", directory({ "openssh-key": publicKey.line }, `0=${publicKey.name}`)],
      ]),
    },
    "reservation-id": facts.reservationId,
    "security-groups": primary?.groups.map(({ groupName }) => groupName).join("\n"),
    services: directory({
      domain: partitionOf(facts.region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com",
      partition: partitionOf(facts.region),
    }),
    spot: directory(spotNotices(facts.spot)),
    system: facts.hypervisor === "xen" ? "xen" : "nitro",
    // Only where the instance's metadata options ask for it.
    tags:
      options.instanceMetadataTags === "enabled"
        ? directory({ instance: directory(facts.tags) })
        : undefined,
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html */
function maintenance(events: readonly InstanceEventRecord[]): string {
  if (events.length === 0) return "[]";
  // "21 Jan 2019 09:00:43 GMT"
  const time = (timeMs: number) => httpDate(timeMs).slice(5);
  const texts = events.map((event) =>
    toJson({
      NotBefore: time(event.notBeforeMs),
      Code: event.code,
      Description: shownDescription(event),
      EventId: event.eventId,
      NotAfter: time(event.notAfterMs),
      State: event.state,
    }),
  );
  return `[ ${texts.join(", ")} ]`;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html */
function rebalance(spot: MetadataSpot | undefined): string | undefined {
  if (spot?.rebalanceMs === undefined) return undefined;
  return JSON.stringify({ noticeTime: isoSeconds(spot.rebalanceMs) });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
function spotNotices(spot: MetadataSpot | undefined): Record<string, Node | undefined> {
  if (!spot?.interruption) return {};
  const { action, timeMs } = spot.interruption;
  const time = isoSeconds(timeMs);
  return {
    "instance-action": JSON.stringify({ action, time }),
    "termination-time": action === "terminate" ? time : undefined,
  };
}

function iam({ roleName, info, credentials }: RoleMetadata): Directory {
  return directory({
    info,
    "security-credentials":
      roleName === undefined ? undefined : directory({ [roleName]: credentials }),
  });
}

function macEntry(one: MetadataInterface, ownerId: string): Directory {
  return directory({
    "device-number": String(one.deviceIndex),
    "interface-id": one.networkInterfaceId,
    "ipv4-associations":
      one.publicIp === undefined ? undefined : directory({ [one.publicIp]: one.privateIps[0] }),
    "local-hostname": one.privateDnsName,
    "local-ipv4s": one.privateIps.join("\n"),
    mac: one.macAddress,
    "owner-id": ownerId,
    "public-hostname": one.publicDnsName,
    "public-ipv4s": one.publicIp,
    "security-group-ids": one.groups.map(({ groupId }) => groupId).join("\n"),
    "security-groups": one.groups.map(({ groupName }) => groupName).join("\n"),
    "subnet-id": one.subnetId,
    "subnet-ipv4-cidr-block": one.subnetCidr,
    "vpc-id": one.vpcId,
    "vpc-ipv4-cidr-block": one.vpcCidrs[0],
    "vpc-ipv4-cidr-blocks": one.vpcCidrs.length > 0 ? one.vpcCidrs.join("\n") : undefined,
  });
}

/** Whose the instance is; the credentials beside it are AWS's own affair. */
function identityInfo({ accountId, launchedMs }: MetadataFacts): string {
  return toJson({
    Code: "Success",
    LastUpdated: isoSeconds(launchedMs),
    AccountId: accountId,
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html */
function identityDocument(facts: MetadataFacts): string {
  return toJson({
    accountId: facts.accountId,
    architecture: facts.architecture,
    availabilityZone: facts.zone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: facts.imageId,
    instanceId: facts.instanceId,
    instanceType: facts.instanceType,
    kernelId: null,
    pendingTime: isoSeconds(facts.launchedMs),
    privateIp: facts.privateIp,
    ramdiskId: null,
    region: facts.region,
    version: "2017-09-30",
  });
}

/** JSON as the metadata service prints it: two spaces, and a space on both sides of the colon. */
export function toJson(value: Record<string, string | null>): string {
  const lines = Object.entries(value).map(
    ([name, text]) => `  ${JSON.stringify(name)} : ${JSON.stringify(text)}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
