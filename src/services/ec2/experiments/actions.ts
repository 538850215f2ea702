/**
 * The actions of AWS Fault Injection Service that Fogbank carries out.
 * https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
 */
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { faults, type FaultRecord } from "../faults/records.ts";
import { instances } from "../instances/records.ts";
import { beginInterruption } from "../spot/interrupt.ts";
import { disrupt, restore, scopes } from "./disrupt-connectivity.ts";
import { readIsoDuration } from "./iso-duration.ts";
import type { ActionRecord } from "./records.ts";

export interface Acting {
  env: Environment;
  scope: Scope;
  /** Names what the action makes, so that beginning it twice makes it once. */
  name: string;
  action: ActionRecord;
}

interface ActionKind {
  required: readonly string[];
  optional: readonly string[];
  /** What its targets are; instances unless given. */
  targets?: "aws:ec2:spot-instance" | "aws:ec2:ebs-volume" | "aws:ec2:subnet";
  /** How long it lasts, in milliseconds; 0 is over at once. */
  lastsMs?: (parameters: Record<string, string>) => number;
  begin(acting: Acting): Promise<void>;
  /** Takes back what it did, at its end or when the experiment is stopped. */
  end?(acting: Acting): Promise<void>;
}

const serviceName = "fis.amazonaws.com";
const ec2Of = ({ env, scope }: Acting) => env.clients.ec2(asService(scope, serviceName));
const hasInstances = ({ action }: Acting) => action.instanceIds.length > 0;
const duration = ({ duration }: Record<string, string>) => readIsoDuration(duration!);

function fault(
  kind: "pause" | "packets",
  changes: (parameters: Record<string, string>) => Partial<FaultRecord>,
): Pick<ActionKind, "begin" | "end"> {
  const change = (
    acting: Acting,
    write: (tx: Transaction, id: string, instanceId: string) => Promise<void> | void,
  ) =>
    acting.env.store.transaction(async (tx) => {
      for (const instanceId of acting.action.instanceIds)
        await write(tx, `fault-${acting.name}-${instanceId}`, instanceId);
    });
  return {
    begin: (acting) =>
      change(acting, (tx, faultId, instanceId) =>
        faults.put(tx, acting.scope, [faultId], {
          faultId,
          kind,
          target: { instanceId },
          startedMs: acting.env.clock.now(),
          state: "active",
          ...changes(acting.action.parameters),
        }),
      ),
    end: endFaults,
  };
}

const endFaults = ({ env, scope, name, action }: Acting) =>
  env.store.transaction(async (tx) => {
    for (const id of action.instanceIds) {
      const faultId = `fault-${name}-${id}`;
      const present = await faults.get(tx, scope, faultId);
      if (present) faults.put(tx, scope, [faultId], { ...present, state: "ending" });
    }
  });

const documentOf = ({ action }: Acting) =>
  action.parameters["documentArn"]!.split(":document/").at(-1)!;
const parametersOf = ({ documentParameters }: Record<string, string>) =>
  JSON.parse(documentParameters ?? "{}") as Record<string, string | string[]>;

/**
 * AWS's documents that run `tc` in the instance; here the machine's driver does what they do.
 * https://docs.aws.amazon.com/fis/latest/userguide/actions-ssm-agent.html
 */
const packetDocuments = ["AWSFIS-Run-Network-Packet-Loss", "AWSFIS-Run-Network-Latency"];
const isPacketDocument = (acting: Acting) => packetDocuments.includes(documentOf(acting));
const packetsByDocument = fault("packets", (parameters) => {
  const { LossPercent, DelayMilliseconds } = parametersOf(parameters);
  return parameters["documentArn"]!.endsWith("Latency")
    ? { packetDelayMs: Number(DelayMilliseconds ?? 200) }
    : { packetLoss: Number(LossPercent ?? 7) / 100 };
});

export const actionKinds: Readonly<Record<string, ActionKind>> = {
  "aws:fis:wait": {
    required: ["duration"],
    optional: [],
    lastsMs: duration,
    begin: async () => {},
  },
  "aws:ec2:stop-instances": {
    required: [],
    optional: ["startInstancesAfterDuration", "completeIfInstancesTerminated"],
    lastsMs: ({ startInstancesAfterDuration: after }) =>
      after === undefined ? 0 : readIsoDuration(after),
    async begin(acting) {
      if (hasInstances(acting))
        await ec2Of(acting).StopInstances({ InstanceIds: acting.action.instanceIds });
    },
    async end(acting) {
      if (acting.action.parameters["startInstancesAfterDuration"] === undefined) return;
      if (hasInstances(acting))
        await ec2Of(acting).StartInstances({ InstanceIds: acting.action.instanceIds });
    },
  },
  "aws:ec2:terminate-instances": {
    required: [],
    optional: [],
    async begin(acting) {
      if (hasInstances(acting))
        await ec2Of(acting).TerminateInstances({ InstanceIds: acting.action.instanceIds });
    },
  },
  "aws:ec2:reboot-instances": {
    required: [],
    optional: [],
    async begin(acting) {
      if (hasInstances(acting))
        await ec2Of(acting).RebootInstances({ InstanceIds: acting.action.instanceIds });
    },
  },
  /** The recommendation at once, the notice two minutes before the end. */
  "aws:ec2:send-spot-instance-interruptions": {
    required: ["durationBeforeInterruption"],
    optional: [],
    targets: "aws:ec2:spot-instance",
    async begin({ env, scope, action }) {
      const afterMs = readIsoDuration(action.parameters["durationBeforeInterruption"]!);
      if (afterMs < 120_000 || afterMs > 15 * 60_000)
        throw new RangeError("durationBeforeInterruption is PT2M to PT15M");
      const nowMs = env.clock.now();
      await env.store.transaction(async (tx) => {
        for (const instanceId of action.instanceIds) {
          const instance = await instances.get(tx, scope, instanceId);
          if (instance)
            await beginInterruption(tx, scope, instance, { cause: "experiment", nowMs, afterMs });
        }
      });
    },
  },
  "aws:ssm:send-command": {
    required: ["documentArn", "duration"],
    optional: ["documentParameters", "documentVersion"],
    lastsMs: duration,
    async begin(acting) {
      if (isPacketDocument(acting)) return packetsByDocument.begin(acting);
      const DocumentName = documentOf(acting);
      const given = parametersOf(acting.action.parameters);
      await acting.env.clients.ssm(asService(acting.scope, serviceName)).SendCommand({
        DocumentName,
        InstanceIds: acting.action.instanceIds,
        Parameters: Object.fromEntries(
          Object.entries(given).map(([key, value]) => [key, [value].flat().map(String)]),
        ),
      });
    },
    async end(acting) {
      if (isPacketDocument(acting)) await packetsByDocument.end!(acting);
    },
  },
  "aws:cloudwatch:assert-alarm-state": {
    required: ["alarmArns", "alarmStates"],
    optional: [],
    async begin({ env, scope, action }) {
      const { alarmArns, alarmStates } = action.parameters;
      const AlarmNames = alarmArns!.split(",").map((arn) => arn.trim().split(":alarm:").at(-1)!);
      const wanted = alarmStates!.split(",").map((state) => state.trim());
      const cloudwatch = env.clients.cloudwatch(asService(scope, serviceName));
      const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.DescribeAlarms({
        AlarmNames,
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      });
      const found = [...MetricAlarms, ...CompositeAlarms];
      for (const name of AlarmNames) {
        const state = found.find(({ AlarmName }) => AlarmName === name)?.StateValue;
        if (state === undefined || !wanted.includes(state))
          throw new RangeError(
            `alarm ${name} is ${state ?? "not there"}, not ${wanted.join(" or ")}`,
          );
      }
    },
  },
  "aws:ebs:pause-volume-io": {
    required: ["duration"],
    optional: [],
    targets: "aws:ec2:ebs-volume",
    lastsMs: duration,
    begin: ({ env, scope, name, action }) =>
      env.store.transaction(async (tx) => {
        for (const volumeId of action.instanceIds) {
          const faultId = `fault-${name}-${volumeId}`;
          const startedMs = env.clock.now();
          const target = { volumeId };
          faults.put(tx, scope, [faultId], {
            faultId,
            kind: "stall",
            target,
            startedMs,
            state: "active",
          });
        }
      }),
    end: endFaults,
  },
  "aws:network:disrupt-connectivity": {
    required: ["scope", "duration"],
    optional: ["prefixListIdentifier"],
    targets: "aws:ec2:subnet",
    lastsMs: duration,
    async begin({ env, scope: place, name, action }) {
      const { scope: wanted, prefixListIdentifier } = action.parameters;
      const scope = scopes.find((one) => one === wanted);
      if (!scope)
        throw new RangeError(
          `scope is ${scopes.join(", ")}; services are reached through this host, which no access list judges`,
        );
      const cut = { name, subnetIds: action.instanceIds, scope, prefixListIdentifier };
      await env.store.transaction((tx) => disrupt(tx, place, env.random, cut));
    },
    end: ({ env, scope, name }) =>
      env.store.transaction((tx) => restore(tx, scope, env.random, name)),
  },
  /** FIS has no such action: a machine that stands still. */
  "fogbank:ec2:pause-instances": {
    required: ["duration"],
    optional: [],
    lastsMs: duration,
    ...fault("pause", () => ({})),
  },
  /** Loss and delay at once, where the driver can. */
  "fogbank:ec2:disrupt-packets": {
    required: ["duration"],
    optional: ["lossPercent", "delayMilliseconds"],
    lastsMs: duration,
    ...fault("packets", ({ lossPercent, delayMilliseconds }) => ({
      ...(lossPercent !== undefined && { packetLoss: Number(lossPercent) / 100 }),
      ...(delayMilliseconds !== undefined && { packetDelayMs: Number(delayMilliseconds) }),
    })),
  },
};
