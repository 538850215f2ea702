/**
 * Tells in a stack's events why what it waits for may never come: launches of an Auto Scaling group that fail, and instances whose
 * user data ended with an error, so that nobody will signal. AWS leaves that to those who look into the group's activities and
 * the instances' consoles, and is silent until the time is up.
 */
import { AwsError } from "#model/error.ts";
import type { ExistingRequest } from "../resource-types/resource-type.ts";
import type { ResourceRecord, ResourceWork } from "../records.ts";
import { resourceEvent } from "../stack/events.ts";
import { parseHandleUrl } from "../wait-condition-site.ts";
import { bootFailure } from "./boot-failure.ts";
import { isDue, lookLater } from "./pace.ts";
import { existingRequest } from "./resource-request.ts";
import type { Turn } from "./turn.ts";

const shortestMs = 2000;
const longestMs = 60_000;
/** Consoles that one look reads. */
const mostConsoles = 10;

const groupType = "AWS::AutoScaling::AutoScalingGroup";
const waitType = "AWS::CloudFormation::WaitCondition";

interface Trouble {
  /** Told once. */
  id: string;
  text: string;
}

/** Looks soon at first, then at distances that grow with the wait. Changes the record's work when it has told something. */
export async function watchWaiting(
  turn: Turn,
  record: ResourceRecord,
  work: ResourceWork,
): Promise<void> {
  const token = lookToken(record);
  if (!isDue(turn, token)) return;
  const waitedMs = turn.now - work.startedMs;
  lookLater(turn, token, Math.min(longestMs, Math.max(shortestMs, waitedMs / 4)));
  const told = work.told ?? [];
  const fresh = (await troubles(turn, record, work)).filter(({ id }) => !told.includes(id));
  if (fresh.length === 0) return;
  for (const { text } of fresh) turn.event(resourceEvent(record, text));
  const latest = turn.resources.get(record.logicalId) ?? record;
  const next = { ...(latest.work ?? work), told: [...told, ...fresh.map(({ id }) => id)] };
  turn.put({ ...latest, work: next });
}

/** True for types that wait for what can fail without them. */
export function isWatched({ type }: ResourceRecord): boolean {
  return type === groupType || type === waitType;
}

/** When the next look is due is kept under this in the state's paces. */
export function lookToken({ token }: Pick<ResourceRecord, "token">): string {
  return `${token}/waiting`;
}

async function troubles(turn: Turn, record: ResourceRecord, work: ResourceWork) {
  const request = existingRequest(turn, record);
  try {
    return [
      ...(record.type === groupType ? await failedLaunches(request, work) : []),
      ...(awaitsSignals(record, work) ? await failedBoots(request, record, work) : []),
    ];
  } catch (error) {
    // The group or an instance may be gone by now: who waits for it finds out by itself.
    if (!(error instanceof AwsError)) throw error;
    turn.env.log.debug("a wait could not be looked into", { id: record.logicalId, error });
    return [];
  }
}

function awaitsSignals({ type, updatePolicy }: ResourceRecord, { step, kind }: ResourceWork) {
  if (step === "signals" || type === waitType) return true;
  const rolling = updatePolicy?.["AutoScalingRollingUpdate"]?.WaitOnResourceSignals;
  return kind === "update" && String(rolling) === "true";
}

async function failedLaunches(request: ExistingRequest, work: ResourceWork): Promise<Trouble[]> {
  const { Activities = [] } = await request.clients.autoscaling.DescribeScalingActivities({
    AutoScalingGroupName: request.physicalId,
  });
  const texts = Activities.filter(
    ({ StatusCode, StartTime }) =>
      StatusCode === "Failed" && StartTime!.getTime() >= work.startedMs,
  ).map(({ StatusMessage = "" }) => `Failed Scaling Activity: ${StatusMessage}`);
  return [...new Set(texts)].map((text) => ({ id: text, text }));
}

/** Of the resource's own instances, or of all of the stack where anybody may signal. */
async function failedBoots(
  request: ExistingRequest,
  { type, properties, logicalId }: ResourceRecord,
  { told = [], startedMs }: ResourceWork,
): Promise<Trouble[]> {
  const { ec2 } = request.clients;
  const tag = (name: string, value: string) => ({
    Name: `tag:aws:cloudformation:${name}`,
    Values: [value],
  });
  const ofAll = type === waitType;
  const handle = parseHandleUrl(String(properties["Handle"] ?? ""));
  const signals = await request.signals(handle?.logicalId);
  const signalled = signals.map(({ uniqueId }) => uniqueId);
  const { Reservations = [] } = await ec2.DescribeInstances({
    Filters: [
      tag("stack-id", request.stack.arn),
      ...(ofAll ? [] : [tag("logical-id", logicalId)]),
      { Name: "instance-state-name", Values: ["running"] },
    ],
  });
  const ids = Reservations.flatMap(({ Instances = [] }) => Instances)
    // What ran before a rolling update began is not waited for.
    .filter(({ LaunchTime }) => ofAll || LaunchTime!.getTime() >= startedMs - 1000)
    .map(({ InstanceId = "" }) => InstanceId)
    .filter((id) => !told.includes(id) && !signalled.includes(id));
  const found: Trouble[] = [];
  for (const id of ids.slice(0, mostConsoles)) {
    const { Output = "" } = await ec2.GetConsoleOutput({ InstanceId: id, Latest: true });
    const failure = bootFailure(Buffer.from(Output, "base64").toString());
    if (failure === undefined) continue;
    found.push({ id, text: `User data of ${id} failed and may never signal; ${failure}` });
  }
  return found;
}
