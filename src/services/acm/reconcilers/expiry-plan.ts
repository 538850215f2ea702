/** When the end of a certificate is told: once a day, from so many days before. Pure; the reconciler does it. */

const dayMs = 86_400_000;

export interface ExpiryPlan {
  /** Days that are left, to be told now. */
  tell: number | undefined;
  /** When to look again; undefined once it has ended. */
  afterMs: number | undefined;
}

/** `told` is what was told last of this end. */
export function planExpiryNotice(
  leftMs: number,
  daysBefore: number,
  told: number | undefined,
): ExpiryPlan {
  if (leftMs <= 0) return { tell: undefined, afterMs: undefined };
  const days = Math.ceil(leftMs / dayMs);
  const isDue = days <= daysBefore && (told === undefined || days < told);
  // The account's days may change: it is looked every day.
  return { tell: isDue ? days : undefined, afterMs: leftMs - (days - 1) * dayMs };
}
