/**
 * Whether new volumes of an account are encrypted in a region, and with which key where none is
 * named. https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
 */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { LaunchContext } from "../context.ts";

interface EbsSettings {
  byDefault: boolean;
  /** Undefined: the account's aws/ebs. */
  kmsKeyId?: string;
}

/** ["encryption"] */
const settings = collection<EbsSettings>("ec2", "ebs-setting");

const managedKey = "alias/aws/ebs";

export async function encryptsByDefault(tx: Transaction, scope: Scope): Promise<boolean> {
  return (await settings.get(tx, scope, "encryption"))?.byDefault ?? false;
}

/** The account's own choice, or AWS's key by its alias. */
export async function defaultKeyId(tx: Transaction, scope: Scope): Promise<string> {
  return (await settings.get(tx, scope, "encryption"))?.kmsKeyId ?? managedKey;
}

export async function setEncryption(
  tx: Transaction,
  scope: Scope,
  changes: { byDefault?: boolean; kmsKeyId?: string | undefined },
): Promise<void> {
  const before = (await settings.get(tx, scope, "encryption")) ?? { byDefault: false };
  const { kmsKeyId, ...rest } = { ...before, ...changes };
  settings.put(tx, scope, ["encryption"], { ...rest, ...(kmsKeyId !== undefined && { kmsKeyId }) });
}

/**
 * The ARN of a key by its id, alias or ARN, as volumes show it; undefined when KMS does not know it.
 * AWS's own key comes to be at its first use.
 */
export async function keyArn(context: LaunchContext, keyId: string): Promise<string | undefined> {
  try {
    const kms = context.clients.kms(asService(context, "ec2.amazonaws.com"));
    return (await kms.DescribeKey({ KeyId: keyId })).KeyMetadata?.Arn;
  } catch (error) {
    if (error instanceof AwsError && error.code === "NotFoundException") return undefined;
    throw error;
  }
}

/**
 * The key of new encrypted volumes for which none is named, looked up before the transaction that
 * makes them; undefined where nothing is to be encrypted.
 */
export async function usualKeyArn(
  context: LaunchContext,
  encrypted: boolean | undefined,
): Promise<string | undefined> {
  const keyId = await context.store.transaction(async (tx) =>
    encrypted || (await encryptsByDefault(tx, context)) ? defaultKeyId(tx, context) : undefined,
  );
  return keyId === undefined ? undefined : keyArn(context, keyId);
}
