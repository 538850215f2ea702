/**
 * Composite alarms: a rule over the states of other alarms.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { parseArn } from "#services/kit/arn.ts";
import {
  alarmDependents,
  alarms,
  type AlarmRecord,
  type CompositeAlarmRecord,
  type StateValue,
} from "../records.ts";
import { alarmArn } from "./message.ts";
import { offsetTime } from "./reason.ts";
import { actionsFor, holdBack, owe, transition, type TransitionContext } from "./transition.ts";

export type Rule =
  | { kind: "state"; state: StateValue; alarm: string }
  | { kind: "constant"; value: boolean }
  | { kind: "not"; operand: Rule }
  | { kind: "and" | "or"; left: Rule; right: Rule };

export class RuleError extends Error {}

/** Reads `ALARM("a") AND NOT (OK(b) OR FALSE)`. Throws RuleError. */
export function parseRule(text: string): Rule {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  let position = 0;
  const fail = (): never => {
    throw new RuleError(`unexpected ${tokens[position - 1] ?? "end"} in the rule`);
  };
  const expect = (token: string) => {
    if (tokens[position++] !== token) fail();
  };
  const any = (): Rule => {
    let left = all();
    while (tokens[position]?.toUpperCase() === "OR") {
      position++;
      left = { kind: "or", left, right: all() };
    }
    return left;
  };
  const all = (): Rule => {
    let left = one();
    while (tokens[position]?.toUpperCase() === "AND") {
      position++;
      left = { kind: "and", left, right: one() };
    }
    return left;
  };
  const one = (): Rule => {
    const token = tokens[position++]?.toUpperCase();
    if (token === "NOT") return { kind: "not", operand: one() };
    if (token === "TRUE" || token === "FALSE") return { kind: "constant", value: token === "TRUE" };
    if (token === "(") {
      const inner = any();
      expect(")");
      return inner;
    }
    if (token !== "OK" && token !== "ALARM" && token !== "INSUFFICIENT_DATA") return fail();
    expect("(");
    const words: string[] = [];
    while (position < tokens.length && tokens[position] !== ")") words.push(tokens[position++]!);
    expect(")");
    if (words.length === 0) fail();
    return { kind: "state", state: token, alarm: nameOf(words.join(" ")) };
  };
  const rule = any();
  if (position < tokens.length) {
    position++;
    fail();
  }
  return rule;
}

/** The name of an alarm that is given by name or ARN. */
export function nameOf(text: string): string {
  const plain = text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
  const arn = parseArn(plain);
  return arn?.service === "cloudwatch" ? arn.resource.replace(/^alarm:/, "") : plain;
}

export function childrenOf(rule: Rule): string[] {
  if (rule.kind === "state") return [rule.alarm];
  if (rule.kind === "not") return childrenOf(rule.operand);
  if (rule.kind === "constant") return [];
  return [...new Set([...childrenOf(rule.left), ...childrenOf(rule.right)])];
}

function holds(rule: Rule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "not":
      return !holds(rule.operand, stateOf);
    case "and":
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case "or":
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

/**
 * Brings the alarm's state and its held back actions up to date. Gives the alarm as it is then, and after
 * how much time it has to be looked at again.
 */
export async function judgeComposite(
  tx: Transaction,
  context: TransitionContext,
  alarm: CompositeAlarmRecord,
): Promise<{ alarm: AlarmRecord; afterMs: number | undefined }> {
  const judged = await judgeRule(tx, context, alarm);
  const current = judged.state === alarm.state ? await settle(tx, context, judged) : judged;
  const suppression = current.type === "composite" ? current.suppression : undefined;
  const untilMs = suppression?.untilMs;
  return { alarm: current, afterMs: untilMs === undefined ? undefined : untilMs - context.nowMs };
}

async function judgeRule(
  tx: Transaction,
  context: TransitionContext,
  alarm: CompositeAlarmRecord,
): Promise<AlarmRecord> {
  const { scope } = context;
  const rule = parseRule(alarm.rule);
  const children = new Map<string, AlarmRecord>();
  for (const name of childrenOf(rule)) {
    const child = await alarms.get(tx, scope, name);
    if (child) children.set(name, child);
  }
  const state = holds(rule, (name) => children.get(name)?.state) ? "ALARM" : "OK";
  if (state === alarm.state || (await isInCycle(tx, scope, alarm.name, children))) return alarm;
  const [latest] = [...children.values()].sort(
    (a, b) => b.stateTransitionedMs - a.stateTransitionedMs,
  );
  const created = alarm.state === "INSUFFICIENT_DATA" && !alarm.stateReasonData;
  return transition(tx, context, alarm, {
    state,
    reason:
      created || !latest
        ? `${alarmArn(scope, alarm.name)} was created and its alarm rule evaluates to ${state}`
        : `${alarmArn(scope, latest.name)} transitioned to ${latest.state} at ${longTime(latest.stateTransitionedMs)}`,
    reasonData: JSON.stringify({
      triggeringAlarms: [...children.values()].map((child) => ({
        arn: alarmArn(scope, child.name),
        state: { value: child.state, timestamp: offsetTime(child.stateTransitionedMs) },
      })),
    }),
  });
}

/** Actions that waited are taken, or held back for another reason. */
async function settle(
  tx: Transaction,
  context: TransitionContext,
  alarm: AlarmRecord,
): Promise<AlarmRecord> {
  if (alarm.type !== "composite" || !alarm.suppression) return alarm;
  const { from } = alarm.suppression;
  const { alarm: settled, act } = await holdBack(tx, context, alarm, undefined);
  const kept = settled.type === "composite" ? settled.suppression : undefined;
  if (JSON.stringify(kept) !== JSON.stringify(alarm.suppression))
    alarms.put(tx, context.scope, [alarm.name], settled);
  if (act && settled.actionsEnabled)
    owe(tx, context, settled, actionsFor(settled, settled.state), { from, repeated: false });
  return settled;
}

/** Alarms that depend on each other: "your composite alarms stop being evaluated". */
async function isInCycle(
  tx: Transaction,
  scope: Scope,
  name: string,
  children: ReadonlyMap<string, AlarmRecord>,
): Promise<boolean> {
  const seen = new Set<string>();
  const waiting = [...children.values()];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.type !== "composite" || seen.has(next.name)) continue;
    seen.add(next.name);
    for (const child of childrenOf(parseRule(next.rule))) {
      if (child === name) return true;
      const found = await alarms.get(tx, scope, child);
      if (found) waiting.push(found);
    }
  }
  return false;
}

/** Monday 05 January, 2026 12:00:00 UTC */
function longTime(timeMs: number): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options }).format(timeMs);
  const time = offsetTime(timeMs).slice(11, 19);
  const day = part({ day: "2-digit" });
  const year = part({ year: "numeric" });
  return `${part({ weekday: "long" })} ${day} ${part({ month: "long" })}, ${year} ${time} UTC`;
}

/** The composite alarms that look at the alarm: in their rule, or as what suppresses their actions. */
export async function dependentsOf(tx: Transaction, scope: Scope, name: string): Promise<string[]> {
  const found = await alarmDependents.entries(tx, scope, [name]);
  return found.map(({ id }) => id[1] as string);
}

/** Notes at which alarms a composite alarm looks, in place of those that it looked at before. */
export function noteDependencies(
  tx: Transaction,
  scope: Scope,
  before: AlarmRecord | undefined,
  after: AlarmRecord | undefined,
): void {
  const old = watchedBy(before);
  const now = watchedBy(after);
  for (const name of old)
    if (!now.includes(name)) alarmDependents.delete(tx, scope, name, before!.name);
  for (const name of now)
    if (!old.includes(name)) alarmDependents.put(tx, scope, [name, after!.name], {});
}

function watchedBy(alarm: AlarmRecord | undefined): string[] {
  if (alarm?.type !== "composite") return [];
  const { suppressor } = alarm;
  return [...childrenOf(parseRule(alarm.rule)), ...(suppressor ? [suppressor.name] : [])];
}
