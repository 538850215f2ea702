/** What a launch on the Spot market asks for, and what the market asks. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html */
import {
  onDemandPrice,
  spotPriceAt,
  type PricedType,
  type SpotQuote,
} from "#services/kit/facts/prices.ts";
import type { Clock } from "#runtime/clock.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { TypeFacts } from "../instance-types/facts.ts";
import type { LaunchRequest } from "../instances/run/launch-request.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidValueFor,
  unsupportedParameter,
} from "../errors.ts";
import { marketRules, type InterruptionBehavior, type MarketRule } from "./records.ts";

export interface Market {
  /** Dollars per hour; the on-demand price unless given. */
  maxPrice: number;
  persistent: boolean;
  interruptionBehavior: InterruptionBehavior;
  validUntilMs: number | undefined;
}

/** Undefined for an on-demand launch. Throws for what is not offered: hibernation and blocks. */
export function marketOf(
  { InstanceMarketOptions: options }: Pick<LaunchRequest, "InstanceMarketOptions">,
  instanceType: string,
  facts: TypeFacts,
): Market | undefined {
  if (!options) return undefined;
  if (options.MarketType !== undefined && options.MarketType !== "spot")
    throw unsupportedParameter(`InstanceMarketOptions.MarketType=${options.MarketType}`);
  const spot = options.SpotOptions ?? {};
  if (spot.BlockDurationMinutes)
    throw unsupportedParameter(
      "InstanceMarketOptions.SpotOptions.BlockDurationMinutes",
      "AWS has ended it.",
    );
  const persistent = spot.SpotInstanceType === "persistent";
  if (spot.ValidUntil !== undefined && !persistent)
    throw invalidParameterCombination("ValidUntil is supported only for persistent requests.");
  return {
    maxPrice: maxPriceOf(spot.MaxPrice, pricedOf(instanceType, facts)),
    persistent,
    interruptionBehavior: behaviorOf(spot.InstanceInterruptionBehavior, persistent),
    validUntilMs: spot.ValidUntil?.getTime(),
  };
}

/** Throws for hibernation, and for a stop that a one-time request cannot have. */
export function behaviorOf(asked: string | undefined, persistent: boolean): InterruptionBehavior {
  const behavior = asked ?? "terminate";
  if (behavior === "hibernate")
    throw unsupportedParameter(
      "InstanceInterruptionBehavior=hibernate",
      "Machines cannot be hibernated.",
    );
  if (behavior !== "terminate" && behavior !== "stop")
    throw invalidValueFor("InstanceInterruptionBehavior", behavior);
  if (behavior === "stop" && !persistent)
    throw invalidParameterCombination(
      `The interruption behavior ${behavior} is supported only for persistent requests.`,
    );
  return behavior;
}

/** Dollars per hour; without a word what the type costs on demand. */
export function maxPriceOf(asked: string | undefined, type: PricedType): number {
  if (asked === undefined || asked === "") return onDemandPrice(type);
  const maxPrice = Number(asked);
  if (!(maxPrice > 0)) throw invalidValueFor("price", asked, "The price is not valid.");
  return maxPrice;
}

const pricesOnly = ({ price }: MarketRule) => price !== undefined;

export function concerns(
  { zone, instanceType, untilMs }: MarketRule,
  pool: { zone: string; instanceType: string },
  nowMs: number,
): boolean {
  if (untilMs !== undefined && nowMs >= untilMs) return false;
  if (zone !== undefined && zone !== pool.zone) return false;
  return instanceType === undefined || instanceType === pool.instanceType;
}

/** What the pool costs now, by itself or by a rule. The newest rule counts. */
export async function currentQuote(
  tx: Transaction,
  scope: Scope,
  type: PricedType,
  zone: string,
  nowMs: number,
): Promise<SpotQuote> {
  const quote = spotPriceAt(type, zone, nowMs);
  const { instanceType } = type;
  const ruled = (await marketRules.list(tx, scope))
    .filter((rule) => pricesOnly(rule) && concerns(rule, { zone, instanceType }, nowMs))
    .toSorted((a, b) => b.startedMs - a.startedMs)[0];
  if (ruled?.price === undefined) return quote;
  const untilMs = Math.min(quote.untilMs, ruled.untilMs ?? Infinity);
  return { price: ruled.price, sinceMs: ruled.startedMs, untilMs };
}

/** Throws SpotMaxPriceTooLow as long as the market asks for more. */
export async function checkPrice(
  tx: Transaction,
  context: Scope & { clock: Clock },
  { maxPrice }: Pick<Market, "maxPrice">,
  type: PricedType,
  zone: string,
): Promise<void> {
  const { price } = await currentQuote(tx, context, type, zone, context.clock.now());
  if (maxPrice < price)
    throw ec2Error(
      "SpotMaxPriceTooLow",
      `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${price}.`,
    );
}

export function pricedOf(
  instanceType: string,
  { vcpus, memoryBytes }: Pick<TypeFacts, "vcpus" | "memoryBytes">,
): PricedType {
  return { instanceType, vcpus, memoryMiB: memoryBytes / 2 ** 20 };
}
