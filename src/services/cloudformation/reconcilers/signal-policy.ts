/** CreationPolicy's demand for signals, judged. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-creationpolicy.html */
import type { Properties, ReceivedSignal } from "../resource-types/resource-type.ts";
import { isoDuration } from "../resource-types/iso-duration.ts";
import type { ResourceWork } from "../records.ts";

export interface SignalDemand {
  count: number;
  timeoutMs: number;
  /** Of the signals awaited, how many percent must report success. */
  successPercent: number;
}

/** What a CreationPolicy asks for; undefined when it asks for no signals. */
export function resourceSignal(policy: Properties | undefined): SignalDemand | undefined {
  const signal = policy?.["ResourceSignal"] as Properties | undefined;
  if (!signal) return undefined;
  const scaling = policy?.["AutoScalingCreationPolicy"] as Properties | undefined;
  return {
    count: Number(signal["Count"] ?? 1),
    timeoutMs: isoDuration(String(signal["Timeout"] ?? "PT5M")) ?? 300_000,
    successPercent: Number(scaling?.["MinSuccessfulInstancesPercent"] ?? 100),
  };
}

export interface SignalVerdict {
  satisfied: boolean;
  failure?: string;
  /** Sentences about signals that were not reported before. */
  messages: string[];
  signalled: string[];
  deadlineMs: number;
}

export function judgeSignals(
  demand: SignalDemand,
  received: readonly ReceivedSignal[],
  work: Pick<ResourceWork, "startedMs" | "signalled">,
  now: number,
): SignalVerdict {
  const known = work.signalled ?? [];
  const fresh = received.filter(({ uniqueId }) => !known.includes(uniqueId));
  const deadlineMs = work.startedMs + demand.timeoutMs;
  const failures = received.filter(({ status }) => status === "FAILURE").length;
  const successes = received.length - failures;
  const needed = Math.ceil((demand.count * demand.successPercent) / 100);
  const verdict: SignalVerdict = {
    satisfied: successes >= needed && successes + failures >= demand.count,
    messages: fresh.map(
      ({ status, uniqueId }) => `Received ${status} signal with UniqueId ${uniqueId}`,
    ),
    signalled: [...known, ...fresh.map(({ uniqueId }) => uniqueId)],
    deadlineMs,
  };
  if (failures > demand.count - needed)
    return {
      ...verdict,
      satisfied: false,
      failure: `Received ${failures} FAILURE signal(s) out of ${demand.count}. Unable to satisfy ${demand.successPercent}% MinSuccessfulInstancesPercent requirement`,
    };
  if (!verdict.satisfied && now >= deadlineMs) {
    if (successes >= needed && demand.successPercent < 100) return { ...verdict, satisfied: true };
    return {
      ...verdict,
      failure: `Failed to receive ${demand.count - received.length} resource signal(s) within the specified duration`,
    };
  }
  return verdict;
}
