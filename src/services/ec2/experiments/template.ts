/**
 * Reads a template of AWS Fault Injection Service: the JSON of `aws fis create-experiment-template`.
 * https://docs.aws.amazon.com/fis/latest/userguide/experiment-templates.html
 */
import { actionKinds } from "./actions.ts";

export interface ReadTarget {
  resourceType: string;
  resourceArns: string[];
  resourceTags: Record<string, string>;
  /** Of subnets alone: availabilityZoneIdentifier and vpc. */
  parameters: Record<string, string>;
  filters: { path: string; values: string[] }[];
  selectionMode: string;
}

export interface ReadAction {
  actionId: string;
  parameters: Record<string, string>;
  /** The names of the template's targets. */
  targets: string[];
  startAfter: string[];
}

export interface ReadTemplate {
  description: string;
  stopAlarms: string[];
  targets: Record<string, ReadTarget>;
  actions: Record<string, ReadAction>;
}

type Json = Record<string, unknown>;

/** Throws RangeError with what is wrong or not supported. */
export function readTemplate(body: unknown): ReadTemplate {
  const template = object(body, "an experiment's template");
  const targets = Object.fromEntries(
    Object.entries(object(template["targets"] ?? {}, "targets")).map(([name, given]) => [
      name,
      readTarget(name, object(given, `target ${name}`)),
    ]),
  );
  const actions = Object.fromEntries(
    Object.entries(object(template["actions"], "actions")).map(([name, given]) => [
      name,
      readAction(name, object(given, `action ${name}`)),
    ]),
  );
  if (Object.keys(actions).length === 0) throw new RangeError("a template has at least one action");
  for (const [name, action] of Object.entries(actions)) {
    const lost = action.startAfter.find((one) => !(one in actions));
    if (lost !== undefined)
      throw new RangeError(`action ${name} starts after ${lost}, which is not there`);
    const unknown = action.targets.find((one) => !(one in targets));
    if (unknown !== undefined)
      throw new RangeError(`action ${name} names target ${unknown}, which is not there`);
    const wanted = actionKinds[action.actionId]!.targets;
    for (const one of action.targets)
      if (wanted !== undefined && targets[one]!.resourceType !== wanted)
        throw new RangeError(`action ${name}: ${action.actionId} is for targets of ${wanted}`);
      else if (wanted === undefined && !instanceTypes.has(targets[one]!.resourceType))
        throw new RangeError(
          `action ${name}: ${action.actionId} is not for targets of ${targets[one]!.resourceType}`,
        );
  }
  refuseCircles(actions);
  return {
    description: text(template["description"] ?? "", "description"),
    stopAlarms: readStopConditions(template["stopConditions"] ?? []),
    targets,
    actions,
  };
}

const instanceTypes = new Set(["aws:ec2:instance", "aws:ec2:spot-instance"]);
const resourceTypes = new Set([...instanceTypes, "aws:ec2:ebs-volume", "aws:ec2:subnet"]);

function readTarget(name: string, given: Json): ReadTarget {
  const resourceType = text(given["resourceType"], `target ${name}'s resourceType`);
  if (!resourceTypes.has(resourceType))
    throw new RangeError(`target ${name}: resources of type ${resourceType} are not supported`);
  const selectionMode = text(given["selectionMode"] ?? "ALL", "selectionMode");
  if (!/^(ALL|COUNT\([1-9]\d*\)|PERCENT\((100|[1-9]?\d)\))$/.test(selectionMode))
    throw new RangeError(`target ${name}: selectionMode is ALL, COUNT(n) or PERCENT(n)`);
  const resourceArns = texts(given["resourceArns"] ?? [], "resourceArns");
  const resourceTags = strings(given["resourceTags"] ?? {}, "resourceTags");
  const parameters = strings(given["parameters"] ?? {}, "parameters");
  const known = resourceType === "aws:ec2:subnet" ? ["availabilityZoneIdentifier", "vpc"] : [];
  const stranger = Object.keys(parameters).find((one) => !known.includes(one));
  if (stranger !== undefined)
    throw new RangeError(`target ${name}: the parameter ${stranger} is not supported`);
  const hasTags = Object.keys(resourceTags).length > 0;
  const hasParameters = Object.keys(parameters).length > 0;
  if (resourceArns.length > 0 ? hasTags || hasParameters : !hasTags && !hasParameters)
    throw new RangeError(`target ${name} has resourceArns or resourceTags`);
  return {
    resourceType,
    resourceArns,
    resourceTags,
    parameters,
    filters: list(given["filters"] ?? [], "filters").map((one) => {
      const filter = object(one, "a filter");
      return { path: text(filter["path"], "path"), values: texts(filter["values"], "values") };
    }),
    selectionMode,
  };
}

function readAction(name: string, given: Json): ReadAction {
  const actionId = text(given["actionId"], `action ${name}'s actionId`);
  const kind = actionKinds[actionId];
  if (!kind)
    throw new RangeError(
      `action ${name}: ${actionId} is not supported; there are ${Object.keys(actionKinds).join(", ")}`,
    );
  const parameters = strings(given["parameters"] ?? {}, "parameters");
  const lacking = kind.required.find((one) => parameters[one] === undefined);
  if (lacking !== undefined) throw new RangeError(`action ${name}: ${actionId} needs ${lacking}`);
  const stranger = Object.keys(parameters).find(
    (one) => !kind.required.includes(one) && !kind.optional.includes(one),
  );
  if (stranger !== undefined)
    throw new RangeError(`action ${name}: ${actionId} does not understand ${stranger}`);
  return {
    actionId,
    parameters,
    targets: Object.values(strings(given["targets"] ?? {}, "targets")),
    startAfter: texts(given["startAfter"] ?? [], "startAfter"),
  };
}

function readStopConditions(given: unknown): string[] {
  return list(given, "stopConditions").flatMap((one) => {
    const { source, value } = object(one, "a stop condition");
    if (source === "none") return [];
    if (source !== "aws:cloudwatch:alarm")
      throw new RangeError("a stop condition's source is none or aws:cloudwatch:alarm");
    const alarm = /^arn:[^:]+:cloudwatch:[^:]+:\d+:alarm:(.+)$/.exec(text(value, "value"))?.[1];
    if (alarm === undefined) throw new RangeError("a stop condition's value is the alarm's ARN");
    return [alarm];
  });
}

function refuseCircles(actions: Record<string, ReadAction>): void {
  const done = new Set<string>();
  for (;;) {
    const next = Object.entries(actions).find(
      ([name, { startAfter }]) => !done.has(name) && startAfter.every((one) => done.has(one)),
    );
    if (!next) break;
    done.add(next[0]);
  }
  if (done.size < Object.keys(actions).length)
    throw new RangeError("actions start after each other in a circle");
}

function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError(`${what} must be an object`);
  return value as Json;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new RangeError(`${what} must be a list`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new RangeError(`${what} must be a text`);
  return value;
}

function texts(value: unknown, what: string): string[] {
  return list(value, what).map((one) => text(one, what));
}

function strings(value: unknown, what: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object(value, what)).map(([name, one]) => [name, text(one, `${what}.${name}`)]),
  );
}
