/**
 * The arithmetic of CPU credits: one is a virtual CPU at full use for a minute. Pure.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html
 */

export interface CreditRates {
  /** Earned in an hour. */
  perHour: number;
  /** What can be saved, and what unlimited instances can owe before they are charged. */
  most: number;
  /** The part of its processors that a standard instance without credits has. */
  baseline: number;
}

/** Credits per hour and baseline percent of each virtual CPU. */
const t3 = "nano 6 5 micro 12 10 small 24 20 medium 24 20 large 36 30 xlarge 96 40 2xlarge 192 40";
const t2 =
  "nano 3 5 micro 6 10 small 12 20 medium 24 20 large 36 30 xlarge 54 22.5 2xlarge 81.6 17";
const families: Record<string, string> = { t2, t3, t3a: t3, t4g: t3 };

/** Undefined for types that are not burstable. */
export function creditRates(instanceType: string): CreditRates | undefined {
  const [family, size] = instanceType.split(".") as [string, string];
  const words = families[family]?.split(" ") ?? [];
  const at = words.indexOf(size);
  if (at < 0) return undefined;
  const perHour = Number(words[at + 1]);
  // "The number of credits that can be accrued in 24 hours", which T2's table calls 24 hours' earnings too.
  return { perHour, most: Math.round(perHour * 240) / 10, baseline: Number(words[at + 2]) / 100 };
}

export interface CreditState {
  balance: number;
  /** Spent beyond the balance by an unlimited instance, not paid back yet. */
  surplus: number;
  throttled: boolean;
}

/** "30 launch credits per vCPU" for T2 standard instances; the others start with none. */
export function firstCredits(instanceType: string, unlimited: boolean, vcpus: number): CreditState {
  const launch = instanceType.startsWith("t2.") && !unlimited ? 30 * vcpus : 0;
  return { balance: launch, surplus: 0, throttled: false };
}

/** A throttled instance runs freely again with so many minutes' earnings saved. */
const minutesSaved = 5;

/** What `minutes` of use leave; `charged` are the surplus credits that cost money. */
export function spendCredits(
  before: CreditState,
  { perHour, most }: CreditRates,
  unlimited: boolean,
  usedCredits: number,
  minutes: number,
): { state: CreditState; charged: number } {
  const earned = (perHour / 60) * minutes;
  const net = earned - usedCredits;
  let { balance, surplus } = before;
  if (net >= 0) {
    const paid = Math.min(surplus, net);
    surplus -= paid;
    balance = Math.min(Math.max(most, balance), balance + net - paid);
    const saved = balance >= (perHour / 60) * minutesSaved;
    const throttled = before.throttled && !unlimited && !saved;
    return { state: { balance, surplus, throttled }, charged: 0 };
  }
  const fromBalance = Math.min(balance, -net);
  balance -= fromBalance;
  const lacking = -net - fromBalance;
  if (!unlimited)
    return { state: { balance, surplus: 0, throttled: balance === 0 }, charged: surplus };
  const owed = surplus + lacking;
  const charged = Math.max(0, owed - most);
  return { state: { balance, surplus: owed - charged, throttled: false }, charged };
}
