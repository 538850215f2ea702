/**
 * A copy of a record's containers; byte arrays, which nobody changes in place, are shared. Refuses
 * what does not survive every store, so that a test in memory finds it.
 */
export function copyValue(value: unknown): unknown {
  switch (typeof value) {
    case "object":
      return value === null ? null : copyObject(value);
    case "string":
    case "number":
    case "boolean":
    case "undefined":
      return value;
    default:
      throw new TypeError(`a record cannot hold a ${typeof value}`);
  }
}

function copyObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(copyValue);
  if (value instanceof Uint8Array) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(
      `a record cannot hold a ${value.constructor.name}; keep plain objects, lists, strings, numbers and bytes`,
    );
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = copyValue((value as Record<string, unknown>)[name]);
  return copy;
}
