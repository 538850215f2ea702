import { OptionError } from "#cloud/options.ts";
import { readArguments } from "./command-arguments.ts";
import { ask, findEndpoint, ownPath } from "./remote.ts";

export const usage = `usage: fogbank schedule-event i-… CODE [--in 1h]     what AWS would do to its host
       fogbank schedule-event                        what is scheduled
       fogbank schedule-event --cancel [EVENT]       all of it, or one
CODE is instance-reboot, system-reboot, system-maintenance, instance-retirement or instance-stop.
The account is AWS_ACCESS_KEY_ID where that has twelve digits, the region AWS_DEFAULT_REGION.`;

const options = { in: { type: "string" }, cancel: { type: "boolean" } } as const;

interface Shown {
  eventId: string;
  instanceId: string;
  code: string;
  state: string;
  notBefore: string;
}

/** `fogbank schedule-event …`: what DescribeInstanceStatus announces, and what then happens. */
export async function run(args: readonly string[]): Promise<number> {
  const endpoint = findEndpoint(process.env);
  const path = ownPath("instance-events", process.env);
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const line = ({ eventId, instanceId, code, state, notBefore }: Shown) =>
    `${eventId}  ${instanceId}  ${code}  ${state}  not before ${notBefore}`;
  const { values, positionals } = readArguments(args, options, usage);
  const [instance, code, ...more] = positionals;
  if (values.cancel) {
    const { canceled } = await ask<{ canceled: string[] }>(endpoint, "DELETE", path(instance));
    say(canceled.length > 0 ? `canceled ${canceled.join(", ")}` : "nothing is scheduled");
    return 0;
  }
  if (instance === undefined) {
    const { events } = await ask<{ events: Shown[] }>(endpoint, "GET", path());
    for (const event of events) say(line(event));
    if (events.length === 0) say("nothing is scheduled");
    return 0;
  }
  if (code === undefined || more.length > 0) throw new OptionError(usage);
  const wish = { instance, code, ...(values.in && { in: values.in }) };
  say(line(await ask<Shown>(endpoint, "POST", path(), wish)));
  return 0;
}
