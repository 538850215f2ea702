/**
 * Keeps the CPU credits of burstable instances from what they really used, publishes them every five
 * minutes, and throttles standard instances that have none left.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-monitoring-cpu-credits.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { MachineObservation } from "#compute/driver.ts";
import { dateOf } from "#runtime/date.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import { faults } from "../faults/records.ts";
import type { InstanceRecord } from "../instances/records.ts";
import { creditRates, firstCredits, spendCredits, type CreditState } from "./cpu-credits.ts";

const periodMs = 5 * 60_000;
/** "CPU credits persist for seven days after a T3 instance stops"; T2 loses them. */
const keptMs = 7 * 86_400_000;

interface CreditRecord extends CreditState {
  keptMs: number;
  instanceType: string;
}

/** Key: instance id. At most five minutes of it are lost with the process. */
export const cpuCredits = collection<CreditRecord>("ec2", "cpu-credits");

interface Account {
  state: CreditState;
  seen: Pick<MachineObservation, "cpuSeconds" | "measuredMs">;
  seenMs: number;
  used: number;
  charged: number;
}

export interface CreditKeeper {
  /** Once a minute for each running instance; gives what is to be published now. */
  account(
    scope: Scope,
    record: InstanceRecord,
    observation: MachineObservation,
    nowMs: number,
  ): Promise<MetricDatum[]>;
  /** Forgets the others: they do not run. */
  keep(instanceIds: ReadonlySet<string>): void;
}

export function createCreditKeeper(store: Store): CreditKeeper {
  const accounts = new Map<string, Account>();

  const open = async (
    scope: Scope,
    record: InstanceRecord,
    observation: MachineObservation,
    nowMs: number,
  ): Promise<Account> => {
    const known = await store.transaction((tx) => cpuCredits.get(tx, scope, record.instanceId));
    const unlimited = record.cpuCredits === "unlimited";
    const fresh = firstCredits(record.instanceType, unlimited, record.vcpus);
    const stopped = known !== undefined && nowMs - known.keptMs > 2 * periodMs;
    const lost =
      !known ||
      (stopped && (record.instanceType.startsWith("t2.") || nowMs - known.keptMs > keptMs));
    const { balance, surplus, throttled } = lost ? fresh : known;
    return {
      state: { balance, surplus, throttled },
      seen: observation,
      seenMs: nowMs,
      used: 0,
      charged: 0,
    };
  };

  return {
    async account(scope, record, observation, nowMs) {
      const { instanceId, cpuCredits: mode } = record;
      const rates = creditRates(record.instanceType);
      if (mode === undefined || !rates) return [];
      let account = accounts.get(instanceId);
      if (!account) {
        account = await open(scope, record, observation, nowMs);
        accounts.set(instanceId, account);
        return [];
      }
      const used = usedCredits(account.seen, observation, nowMs - account.seenMs, record.vcpus);
      const minutes = (nowMs - account.seenMs) / 60_000;
      const before = account.state;
      const { state, charged } = spendCredits(before, rates, mode === "unlimited", used, minutes);
      Object.assign(account, {
        state,
        seen: observation,
        seenMs: nowMs,
        used: account.used + used,
        charged: account.charged + charged,
      });
      if (state.throttled !== before.throttled)
        await throttle(store, scope, record, state.throttled ? rates.baseline : undefined, nowMs);
      if (nowMs % periodMs !== 0) return [];
      const data = publishable(record, account, mode === "unlimited", nowMs - periodMs);
      account.used = 0;
      account.charged = 0;
      await store.transaction((tx) =>
        cpuCredits.put(tx, scope, [instanceId], {
          ...state,
          keptMs: nowMs,
          instanceType: record.instanceType,
        }),
      );
      return data;
    },
    keep(instanceIds) {
      for (const id of accounts.keys()) if (!instanceIds.has(id)) accounts.delete(id);
    },
  };
}

/** From the share of its processors that was used, because the cloud's minutes may be short ones. */
function usedCredits(
  before: Account["seen"],
  after: Account["seen"],
  passedMs: number,
  vcpus: number,
): number {
  const measuredMs = after.measuredMs - before.measuredMs;
  if (measuredMs <= 0) return 0;
  const processors = ((after.cpuSeconds - before.cpuSeconds) * 1000) / measuredMs;
  return (Math.min(vcpus, Math.max(0, processors)) * passedMs) / 60_000;
}

/** Less processor time is what the fault "slow" does; this one is EC2's own. */
async function throttle(
  store: Store,
  scope: Scope,
  { instanceId }: InstanceRecord,
  cpuShare: number | undefined,
  nowMs: number,
): Promise<void> {
  const faultId = `fault-cpu-credits-${instanceId}`;
  await store.transaction(async (tx) => {
    const present = await faults.get(tx, scope, faultId);
    if (cpuShare === undefined) {
      if (present) faults.put(tx, scope, [faultId], { ...present, state: "ending" });
      return;
    }
    faults.put(tx, scope, [faultId], {
      faultId,
      kind: "slow",
      target: { instanceId },
      cpuShare,
      startedMs: nowMs,
      state: "active",
      ofEc2: true,
    });
  });
}

function publishable(
  { instanceId }: InstanceRecord,
  { state, used, charged }: Account,
  unlimited: boolean,
  startMs: number,
): MetricDatum[] {
  const values: [string, number][] = [
    ["CPUCreditUsage", used],
    ["CPUCreditBalance", state.balance],
  ];
  if (unlimited)
    values.push(["CPUSurplusCreditBalance", state.surplus], ["CPUSurplusCreditsCharged", charged]);
  return values.map(([MetricName, Value]) => ({
    MetricName,
    Value,
    Unit: "Count",
    Timestamp: dateOf(startMs),
    Dimensions: [{ Name: "InstanceId", Value: instanceId }],
  }));
}
