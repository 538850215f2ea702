/** Lines of flow logs. https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html */
import type { PacketFlow } from "#compute/network-rules.ts";

export const defaultFormat =
  "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/** Where a conversation was seen, and when: whole seconds of cloud time. */
export interface FlowPlace {
  account: string;
  region: string;
  interfaceId: string;
  vpcId: string;
  subnetId: string;
  instanceId: string;
  zoneId: string;
  privateIp: string;
  startSeconds: number;
  endSeconds: number;
}

type Value = string | number | undefined;
type Field = (place: FlowPlace, flow: PacketFlow | undefined) => Value;

const incoming = (flow: PacketFlow) => flow.direction === "ingress";
const source: Field = ({ privateIp }, flow) => flow && (incoming(flow) ? flow.remoteIp : privateIp);
const target: Field = ({ privateIp }, flow) => flow && (incoming(flow) ? privateIp : flow.remoteIp);

/** Each field with the version of the format that brought it; what is not known of a packet is "-". */
const fields: Readonly<Record<string, readonly [number, Field]>> = {
  "account-id": [2, ({ account }) => account],
  "interface-id": [2, ({ interfaceId }) => interfaceId],
  srcaddr: [2, source],
  dstaddr: [2, target],
  srcport: [2, (_place, flow) => flow && (incoming(flow) ? flow.remotePort : flow.localPort)],
  dstport: [2, (_place, flow) => flow && (incoming(flow) ? flow.localPort : flow.remotePort)],
  protocol: [2, (_place, flow) => flow?.protocol],
  packets: [2, (_place, flow) => flow?.packets],
  bytes: [2, (_place, flow) => flow?.bytes],
  start: [2, ({ startSeconds }) => startSeconds],
  end: [2, ({ endSeconds }) => endSeconds],
  action: [2, (_place, flow) => flow && (flow.accepted ? "ACCEPT" : "REJECT")],
  "log-status": [2, () => undefined],
  version: [2, () => undefined],
  "vpc-id": [3, ({ vpcId }) => vpcId],
  "subnet-id": [3, ({ subnetId }) => subnetId],
  "instance-id": [3, ({ instanceId }) => instanceId],
  "tcp-flags": [3, (_place, flow) => flow && (flow.protocol === 6 ? flow.tcpFlags : 0)],
  type: [3, (_place, flow) => flow && "IPv4"],
  "pkt-srcaddr": [3, source],
  "pkt-dstaddr": [3, target],
  region: [4, ({ region }) => region],
  "az-id": [4, ({ zoneId }) => zoneId],
  "sublocation-type": [4, () => undefined],
  "sublocation-id": [4, () => undefined],
  "pkt-src-aws-service": [5, () => undefined],
  "pkt-dst-aws-service": [5, () => undefined],
  "flow-direction": [5, (_place, flow) => flow?.direction],
  "traffic-path": [5, () => undefined],
  "ecs-cluster-arn": [7, () => undefined],
  "ecs-cluster-name": [7, () => undefined],
  "ecs-container-instance-arn": [7, () => undefined],
  "ecs-container-instance-id": [7, () => undefined],
  "ecs-container-id": [7, () => undefined],
  "ecs-second-container-id": [7, () => undefined],
  "ecs-service-name": [7, () => undefined],
  "ecs-task-definition-arn": [7, () => undefined],
  "ecs-task-arn": [7, () => undefined],
  "ecs-task-id": [7, () => undefined],
  "reject-reason": [8, () => undefined],
};

/** The names of a format's fields; undefined when it has others, or anything beside fields. */
export function fieldsOf(format: string): string[] | undefined {
  const names = format.trim().split(/\s+/);
  const parsed = names.map((name) => /^\$\{([a-z-]+)\}$/.exec(name)?.[1]);
  return parsed.every((name) => name !== undefined && Object.hasOwn(fields, name))
    ? (parsed as string[])
    : undefined;
}

export type LogStatus = "OK" | "NODATA" | "SKIPDATA";

/** A line of the format's fields. Without a conversation it says why there is none. */
export function flowLine(
  names: readonly string[],
  place: FlowPlace,
  flow: PacketFlow | undefined,
  status: LogStatus,
): string {
  const version = Math.max(...names.map((name) => fields[name]![0]));
  return names
    .map((name) => {
      if (name === "version") return String(version);
      if (name === "log-status") return status;
      return String(fields[name]![1](place, flow) ?? "-");
    })
    .join(" ");
}
