/** Records that several readers share. */

/** Freezes a record through and through, but for byte arrays, which nobody changes in place anyway. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
