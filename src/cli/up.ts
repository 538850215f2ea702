/** `fogbank up`: runs a cloud until it is told to end. */
import { startCloud } from "#cloud/cloud.ts";
import { OptionError } from "#cloud/options.ts";
import type { Wall } from "#runtime/clock.ts";
import { readUpOptions } from "./arguments.ts";
import { createEndSignals } from "./end-signals.ts";
import { giveBackMemoryWhenIdle } from "./idle-memory.ts";
import { whyNotStarted } from "./why-not-started.ts";

export const usage = `usage: fogbank up [options]        (each also as FOGBANK_… in the environment)

  --port 4566             the one port; 0 takes a free one
  --host 127.0.0.1        the address to listen on; others than loopback need --auth signed
  --dns-port 4553         where names are answered, over UDP and TCP; 0 takes a free port when first needed
  --data-dir .fogbank     where everything is kept
  --ephemeral             keep nothing
  --compute auto          docker, process or simulated machines
  --speed 1               cloud seconds per second
  --auth open             signed: every signature must be right
  --durability process    writes survive kill -9; fsync: loss of power too
  --region us-east-1      the region of requests that name none
  --allowed-hosts a,b     host names, besides local ones, that requests may carry
  --log-level info        debug logs every request; warn, error, silent
  --seed N                make ids and jitter repeatable`;

export async function run(args: readonly string[]): Promise<number> {
  const options = readUpOptions(args, process.env);
  const cloud = await startCloud(options).catch((error: unknown) => {
    const reason = whyNotStarted(error, options);
    throw reason === undefined ? error : new OptionError(reason, { cause: error });
  });
  // Heard before anybody is told that there is something to end.
  const asked = untilAskedToEnd(cloud.clock.wall);
  process.stdout.write(`Fogbank ready on ${cloud.endpoint}\n`);
  const memory = giveBackMemoryWhenIdle(cloud.clock.wall, () => cloud.work());
  await asked;
  memory.stop();
  await cloud.stop();
  return 0;
}

/** Resolves with the first signal; a later one ends the process. */
function untilAskedToEnd(wall: Wall): Promise<void> {
  return new Promise((resolve) => {
    const heard = createEndSignals(() => wall.monotonic());
    const end = () => {
      const ending = heard();
      if (ending === "at once") process.exit(130);
      if (ending === "gracefully") resolve();
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
  });
}
