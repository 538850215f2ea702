import { OptionError } from "#cloud/options.ts";
import { readArguments } from "./command-arguments.ts";
import { ask, findEndpoint, ownPath } from "./remote.ts";
import { numberOf, part } from "./part.ts";

export const usage = `usage: fogbank interrupt-spot i-… [--after 5m] [--rebalance-only]
       fogbank interrupt-spot --az us-east-1a --type m5.large      all Spot Instances of a pool
       fogbank interrupt-spot --per-hour 10% [--az …] [--type …] [--for 2h]   at a rate
       fogbank interrupt-spot --price 0.2 [--az …] [--type …] [--for 2h]      where that is too much
       fogbank interrupt-spot                                      what is interrupted, and the rules
       fogbank interrupt-spot --end [RULE]                         ends all rules, or one
The account is AWS_ACCESS_KEY_ID where that has twelve digits, the region AWS_DEFAULT_REGION.`;

const options = {
  after: { type: "string" },
  "rebalance-only": { type: "boolean" },
  az: { type: "string" },
  type: { type: "string" },
  "per-hour": { type: "string" },
  price: { type: "string" },
  for: { type: "string" },
  end: { type: "boolean" },
} as const;

interface Rule {
  ruleId: string;
  zone?: string;
  instanceType?: string;
  interruptedPerHour?: number;
  price?: number;
  until?: string;
}

interface Interruption {
  instance: string;
  cause: string;
  action: string;
  interrupted?: string;
}

/** `fogbank interrupt-spot …`: EC2 takes Spot Instances back, with a notice of two minutes. */
export async function run(args: readonly string[]): Promise<number> {
  const endpoint = findEndpoint(process.env);
  const path = ownPath("spot", process.env);
  const { values, positionals } = readArguments(args, options, usage);
  const [name, ...more] = positionals;
  if (more.length > 0) throw new OptionError(usage);
  const say = (text: string) => process.stdout.write(`${text}\n`);
  if (values.end) {
    const { ended } = await ask<{ ended: string[] }>(endpoint, "DELETE", path(name));
    say(ended.length > 0 ? `ended ${ended.join(", ")}` : "there are no rules");
    return 0;
  }
  if (args.length === 0) {
    const shown = await ask<{ interruptions: Interruption[]; rules: Rule[] }>(
      endpoint,
      "GET",
      path(),
    );
    for (const one of shown.interruptions)
      say(`${one.instance}  ${one.action}  ${one.interrupted ?? "recommended only"}  ${one.cause}`);
    for (const rule of shown.rules) say(line(rule));
    if (shown.interruptions.length + shown.rules.length === 0) say("nothing is interrupted");
    return 0;
  }
  const answer = await ask<Rule | { interrupted: string[] }>(
    endpoint,
    "POST",
    path(),
    wishOf(values, name),
  );
  say("interrupted" in answer ? `interrupted: ${answer.interrupted.join(", ")}` : line(answer));
  return 0;
}

type Values = ReturnType<typeof readArguments<typeof options>>["values"];

function wishOf(values: Values, name: string | undefined): Record<string, unknown> {
  const { az, type, after, price, "per-hour": rate } = values;
  return {
    ...(name && { instance: name }),
    ...(az !== undefined && { zone: az }),
    ...(type !== undefined && { instanceType: type }),
    ...(after !== undefined && { after }),
    ...(values["rebalance-only"] && { rebalanceOnly: true }),
    ...(rate !== undefined && { perHour: part(rate) }),
    ...(price !== undefined && { price: dollars(price) }),
    ...(values.for !== undefined && { for: values.for }),
  };
}

function dollars(text: string): number {
  const value = numberOf(text);
  if (Number.isNaN(value)) throw new OptionError(`"${text}" is no price; write for example 0.2`);
  return value;
}

function line({ ruleId, zone, instanceType, interruptedPerHour, price, until }: Rule): string {
  const what =
    price === undefined ? `${interruptedPerHour! * 100}% per hour` : `$${price} per hour`;
  const where = [instanceType ?? "all types", zone ?? "all zones"].join(" in ");
  return `${ruleId}  ${what}  ${where}${until === undefined ? "" : ` until ${until}`}`;
}
