/** What a launch on the Spot market asks for. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html */
import { onDemandPrice, spotPrice } from "#services/kit/facts/prices.ts";
import type { TypeFacts } from "../instance-types/facts.ts";
import type { LaunchRequest } from "../instances/run/launch-request.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidValueFor,
  unsupportedParameter,
} from "../errors.ts";

export interface Market {
  /** Dollars per hour; the on-demand price unless given. */
  maxPrice: number;
}

/** Undefined for an on-demand launch. Throws for what is not offered: persistent requests and blocks. */
export function marketOf(
  { InstanceMarketOptions: options }: Pick<LaunchRequest, "InstanceMarketOptions">,
  instanceType: string,
  facts: TypeFacts,
): Market | undefined {
  if (!options) return undefined;
  if (options.MarketType !== undefined && options.MarketType !== "spot")
    throw unsupportedParameter(`InstanceMarketOptions.MarketType=${options.MarketType}`);
  const spot = options.SpotOptions ?? {};
  if (spot.SpotInstanceType === "persistent")
    throw unsupportedParameter("InstanceMarketOptions.SpotOptions.SpotInstanceType=persistent");
  if (spot.ValidUntil !== undefined)
    throw invalidParameterCombination("ValidUntil is supported only for persistent requests.");
  const behavior = spot.InstanceInterruptionBehavior ?? "terminate";
  if (behavior !== "terminate")
    throw invalidParameterCombination(
      `The interruption behavior ${behavior} is supported only for persistent requests.`,
    );
  const listed = onDemandPrice(pricedOf(instanceType, facts));
  if (spot.MaxPrice === undefined || spot.MaxPrice === "") return { maxPrice: listed };
  const maxPrice = Number(spot.MaxPrice);
  if (!(maxPrice > 0)) throw invalidValueFor("price", spot.MaxPrice, "The price is not valid.");
  return { maxPrice };
}

/** Throws SpotMaxPriceTooLow as long as the market asks for more. */
export function checkPrice(
  { maxPrice }: Market,
  instanceType: string,
  facts: TypeFacts,
  zone: string,
): void {
  const asked = spotPrice(pricedOf(instanceType, facts), zone);
  if (maxPrice < asked)
    throw ec2Error(
      "SpotMaxPriceTooLow",
      `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${asked}.`,
    );
}

function pricedOf(instanceType: string, { vcpus, memoryBytes }: TypeFacts) {
  return { instanceType, vcpus, memoryMiB: memoryBytes / 2 ** 20 };
}
