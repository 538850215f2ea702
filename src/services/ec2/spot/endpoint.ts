/** `/_fogbank/spot`: takes Spot Instances back, and moves the market as a person wants it. */
import { parseDuration } from "#runtime/duration.ts";
import { isoMillis } from "#runtime/date.ts";
import type { Environment, OwnEndpoint } from "#services/kit/service.ts";
import { newId } from "../ids.ts";
import { instances } from "../instances/records.ts";
import { beginInterruption } from "./interrupt.ts";
import { noticeMs } from "./plan.ts";
import { interruptions, marketRules, type InterruptionRecord, type MarketRule } from "./records.ts";

const members = new Set(
  "instance instanceType zone after rebalanceOnly perHour price for".split(" "),
);

/**
 * `POST {"instance": "i-…"}` (or a zone, an instance type, both) interrupts, `{"perHour": 0.1}` and
 * `{"price": 0.2}` are rules for all pools or for those named, `GET` shows, `DELETE` ends rules.
 */
export function spotEndpoint({ store, clock, random }: Environment): OwnEndpoint {
  return async ({ method, item, body, scope }) => {
    if (method === "GET")
      return store.transaction(async (tx) => ({
        interruptions: (await interruptions.list(tx, scope)).map(showInterruption),
        rules: (await marketRules.list(tx, scope)).map(showRule),
      }));
    if (method === "DELETE")
      return store.transaction(async (tx) => {
        const ended = (await marketRules.list(tx, scope)).filter(
          ({ ruleId }) => item === undefined || ruleId === item,
        );
        if (item !== undefined && ended.length === 0)
          throw new RangeError(`there is no rule ${item}`);
        for (const { ruleId } of ended) marketRules.delete(tx, scope, ruleId);
        return { ended: ended.map(({ ruleId }) => ruleId) };
      });
    const wish = readWish(body);
    const nowMs = clock.now();
    return store.transaction(async (tx) => {
      if (wish.rule) {
        const rule: MarketRule = {
          ...wish.rule,
          ruleId: newId(random, "rule"),
          startedMs: nowMs,
          playedMs: nowMs,
          ...(wish.forMs !== undefined && { untilMs: nowMs + wish.forMs }),
        };
        marketRules.put(tx, scope, [rule.ruleId], rule);
        return showRule(rule);
      }
      const { instance, zone, instanceType, afterMs } = wish;
      const meant = (await instances.list(tx, scope)).filter(
        (one) =>
          (instance === undefined || one.instanceId === instance) &&
          (zone === undefined || one.zone === zone) &&
          (instanceType === undefined || one.instanceType === instanceType),
      );
      const interrupted: string[] = [];
      for (const one of meant)
        if (await beginInterruption(tx, scope, one, { cause: "capacity", nowMs, afterMs }))
          interrupted.push(one.instanceId);
      if (interrupted.length === 0)
        throw new RangeError(
          "none of these instances is a Spot Instance that runs and is not interrupted already",
        );
      return { interrupted };
    });
  };
}

interface Wish {
  instance?: string;
  zone?: string;
  instanceType?: string;
  afterMs?: number | undefined;
  rule?: Pick<MarketRule, "zone" | "instanceType" | "interruptedPerHour" | "price">;
  forMs?: number;
}

/** Throws RangeError with what a person would have to write instead. */
function readWish(body: unknown): Wish {
  if (typeof body !== "object" || body === null)
    throw new RangeError('write {"instance": "i-…"}, {"perHour": 0.1} or {"price": 0.2}');
  const wish = body as Record<string, unknown>;
  const unknown = Object.keys(wish).find((name) => !members.has(name));
  if (unknown !== undefined) throw new RangeError(`an interruption has no "${unknown}"`);
  const pool = {
    ...(typeof wish["zone"] === "string" && { zone: wish["zone"] }),
    ...(typeof wish["instanceType"] === "string" && { instanceType: wish["instanceType"] }),
  };
  const interruptedPerHour = positive(wish, "perHour");
  const price = positive(wish, "price");
  const forMs = typeof wish["for"] === "string" ? parseDuration(wish["for"]) : undefined;
  if (interruptedPerHour !== undefined && price !== undefined)
    throw new RangeError("a rule has a rate or a price");
  if (interruptedPerHour !== undefined || price !== undefined) {
    if (wish["instance"] !== undefined) throw new RangeError("a rule is for pools, not instances");
    return {
      rule: {
        ...pool,
        ...(interruptedPerHour !== undefined && { interruptedPerHour }),
        ...(price !== undefined && { price }),
      },
      ...(forMs !== undefined && { forMs }),
    };
  }
  if (forMs !== undefined) throw new RangeError("an interruption happens once, for no time");
  const { instance, after } = wish;
  if (typeof instance !== "string" && Object.keys(pool).length === 0)
    throw new RangeError("say which: an instance, a zone or an instanceType");
  const afterMs = typeof after === "string" ? parseDuration(after) : noticeMs;
  if (afterMs < noticeMs)
    throw new RangeError("the notice comes two minutes before: after is 2m at the least");
  return {
    ...(typeof instance === "string" && { instance }),
    ...pool,
    afterMs: wish["rebalanceOnly"] === true ? undefined : afterMs,
  };
}

function positive(wish: Record<string, unknown>, name: string): number | undefined {
  const value = wish[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value > 0))
    throw new RangeError(`${name} is a number above 0`);
  return value;
}

function showInterruption({
  instanceId,
  cause,
  action,
  startedMs,
  interruptMs,
}: InterruptionRecord) {
  return {
    instance: instanceId,
    cause,
    action: interruptMs === undefined ? "none" : action,
    recommended: isoMillis(startedMs),
    ...(interruptMs !== undefined && { interrupted: isoMillis(interruptMs) }),
  };
}

function showRule({ startedMs, untilMs, playedMs: _played, ...rule }: MarketRule) {
  return {
    ...rule,
    started: isoMillis(startedMs),
    ...(untilMs !== undefined && { until: isoMillis(untilMs) }),
  };
}
