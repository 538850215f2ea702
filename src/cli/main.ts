#!/usr/bin/env node
/** The `fogbank` command. Each command is a file of its own, loaded when it is asked for. */
import { enableCompileCache } from "node:module";
import { OptionError } from "#cloud/options.ts";

// Before anything large is loaded: a start takes a third of the time when its code was compiled once.
enableCompileCache();

type Command = (args: readonly string[]) => Promise<number>;

interface CommandModule {
  usage: string;
  run: Command;
}

const commands: Record<string, { summary: string; load: () => Promise<CommandModule> }> = {
  up: { summary: "start Fogbank", load: () => import("./up.ts") },
  doctor: {
    summary: "what Fogbank can do on this host, and what is missing",
    load: () => import("./doctor.ts"),
  },
  deploy: {
    summary: "create or update a stack from a template",
    load: () => import("./deploy.ts"),
  },
  status: {
    summary: "where Fogbank runs, its time and its services",
    load: () => import("./status.ts"),
  },
  fail: {
    summary: "let an instance, a zone or a target fail: `fail instance i-…`",
    load: () => import("./fail.ts"),
  },
  heal: { summary: "heal what was made to fail", load: () => import("./heal.ts") },
  "interrupt-spot": {
    summary: "take Spot Instances back, with notice; by rate or price too",
    load: () => import("./interrupt-spot.ts"),
  },
  "schedule-event": {
    summary: "announce a reboot, a stop or a retirement of an instance",
    load: () => import("./schedule-event.ts"),
  },
  experiment: {
    summary: "play a template of AWS Fault Injection Service",
    load: () => import("./experiment.ts"),
  },
  reset: { summary: "forget everything, stop every machine", load: () => import("./reset.ts") },
  trust: {
    summary: "how to make this machine accept Fogbank's certificates",
    load: () => import("./trust.ts"),
  },
  clock: {
    summary: "show the cloud's time, or `clock advance 15m`",
    load: () => import("./clock.ts"),
  },
};

async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) {
    const { usage, run } = await command.load();
    // Before the command looks at its words: whoever asks what it does does not want it done.
    if (!rest.some((word) => word === "--help" || word === "-h")) return run(rest);
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const lines = Object.entries(commands).map(
    ([word, { summary }]) => `  ${word.padEnd(14)} ${summary}`,
  );
  const usage = `usage: fogbank COMMAND [options]\n\n${lines.join("\n")}\n\nfogbank COMMAND --help tells more.\n`;
  const asked = ["help", "--help", "-h"].includes(name);
  if (asked) process.stdout.write(usage);
  else process.stderr.write(`fogbank: there is no command "${name}"\n\n${usage}`);
  return asked ? 0 : 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  process.stderr.write(`fogbank: ${error.message}\n`);
  process.exitCode = 2;
}
