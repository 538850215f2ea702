/**
 * What the policy of an upload form allows.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { AwsError } from "#model/error.ts";

export interface SizeRange {
  minBytes: number;
  maxBytes: number;
}

/** Fields of which a policy need not speak. */
const free = new Set(["x-amz-signature", "signature", "awsaccesskeyid", "file", "policy"]);

/**
 * Checks the fields, of which `bucket` is the bucket that is asked. Gives the size that the file may have.
 * Throws AccessDenied with the condition that failed, or InvalidPolicyDocument.
 */
export function checkPolicy(
  encoded: string,
  fields: ReadonlyMap<string, string>,
  nowMs: number,
): SizeRange | undefined {
  const { expiration, conditions } = parse(encoded);
  if (nowMs >= expiration) throw denied("Policy expired.");
  let range: SizeRange | undefined;
  const named = new Set<string>();
  for (const condition of conditions) {
    const [how, left, right] = condition;
    if (how === "content-length-range") {
      range = { minBytes: Number(left), maxBytes: Number(right) };
      if (!(range.minBytes >= 0 && range.maxBytes >= range.minBytes))
        throw invalid("Invalid content-length-range.");
      continue;
    }
    const name = String(left).replace(/^\$/, "").toLowerCase();
    const wanted = String(right);
    named.add(name);
    const value = fields.get(name) ?? "";
    if (how === "eq" ? value !== wanted : !value.startsWith(wanted))
      throw denied(`Policy Condition failed: ${JSON.stringify([how, `$${name}`, wanted])}`);
  }
  const extra = [...fields.keys()].filter(
    (name) => !named.has(name) && !free.has(name) && !name.startsWith("x-ignore-"),
  );
  // The bucket is in the address, and a form need not repeat it.
  const unnamed = extra.filter((name) => name !== "bucket");
  if (unnamed.length > 0) throw denied(`Extra input fields: ${unnamed.join(", ")}`);
  return range;
}

type Condition = readonly [how: string, left: unknown, right: unknown];

function parse(encoded: string): { expiration: number; conditions: Condition[] } {
  let policy: { expiration?: unknown; conditions?: unknown };
  try {
    policy = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as typeof policy;
  } catch {
    throw invalid("Invalid Policy: Invalid JSON.");
  }
  const expiration = Date.parse(String(policy.expiration));
  if (Number.isNaN(expiration))
    throw invalid("Invalid Policy: Invalid 'expiration' value: expected an ISO 8601 date.");
  if (!Array.isArray(policy.conditions))
    throw invalid("Invalid Policy: Policy missing conditions.");
  return { expiration, conditions: policy.conditions.flatMap(readCondition) };
}

function readCondition(given: unknown): Condition[] {
  if (Array.isArray(given)) {
    const [how, left, right] = given as unknown[];
    const name = String(how).toLowerCase();
    if (given.length === 3 && ["eq", "starts-with", "content-length-range"].includes(name))
      return [[name, left, right]];
  } else if (typeof given === "object" && given !== null)
    return Object.entries(given).map(([name, value]) => ["eq", name, value] as const);
  throw invalid(`Invalid Policy: Invalid Condition: ${JSON.stringify(given)}`);
}

const denied = (why: string) =>
  new AwsError({
    code: "AccessDenied",
    status: 403,
    message: `Invalid according to Policy: ${why}`,
  });
const invalid = (message: string) =>
  new AwsError({ code: "InvalidPolicyDocument", status: 400, message });

/** The file, as long as it keeps within the range. Throws EntityTooLarge or EntityTooSmall while it is read. */
export async function* withinRange(
  file: AsyncIterable<Uint8Array>,
  { minBytes, maxBytes }: SizeRange,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of file) {
    size += piece.length;
    if (size > maxBytes)
      throw new AwsError({
        code: "EntityTooLarge",
        status: 400,
        message: "Your proposed upload exceeds the maximum allowed size",
        members: { ProposedSize: size, MaxSizeAllowed: maxBytes },
      });
    yield piece;
  }
  if (size < minBytes)
    throw new AwsError({
      code: "EntityTooSmall",
      status: 400,
      message: "Your proposed upload is smaller than the minimum allowed size",
      members: { ProposedSize: size, MinSizeAllowed: minBytes },
    });
}
