/** Finds keys by what a request calls them: id, ARN, alias or the alias's ARN. */
import { formatArn, parseArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { KmsContext } from "./context.ts";
import {
  invalidKeyUsage,
  keyDisabled,
  notFound,
  pendingDeletion,
  pendingImport,
} from "./errors.ts";
import { makeKey } from "./make-key.ts";
import { aliases, keys, type KeyRecord, type KeyUsage } from "./records.ts";

/** Services whose managed key comes into being when somebody first asks for it. */
export const managedServices = [
  "acm",
  "dynamodb",
  "ebs",
  "elasticfilesystem",
  "es",
  "glue",
  "kinesis",
  "kinesisvideo",
  "lambda",
  "rds",
  "redshift",
  "s3",
  "secretsmanager",
  "sns",
  "sqs",
  "ssm",
  "xray",
];

const keyForm = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function aliasArn(scope: Scope, aliasName: string): string {
  return formatArn("kms", scope, aliasName);
}

/** The key and, for operations that do not take aliases, nothing else. Throws NotFoundException as AWS does. */
export async function findKey(
  tx: Transaction,
  context: KmsContext,
  name: string,
  { aliasAllowed = true } = {},
): Promise<KeyRecord> {
  const arn = parseArn(name);
  const local = arn ? arn.resource : name;
  const scope = arn ? { account: arn.account, region: arn.region } : context;
  if (local.startsWith("alias/")) {
    if (!aliasAllowed) throw notFound(`Invalid keyId ${name}`);
    const alias = await aliases.get(tx, scope, local);
    const found = alias && (await keys.get(tx, scope, alias.keyId));
    if (found) return found;
    if (isManaged(local) && scope.account === context.account)
      return makeManagedKey(tx, context, local);
    throw notFound(`Alias ${aliasArn(scope, local)} is not found.`);
  }
  const keyId = local.replace(/^key\//, "");
  if (!keyForm.test(keyId)) throw notFound(`Invalid keyId '${keyId}'`);
  const found = await keys.get(tx, scope, keyId);
  if (!found) throw notFound(`Key '${formatArn("kms", scope, `key/${keyId}`)}' does not exist`);
  return found;
}

/** The same, for a use that the key must allow. */
export async function findUsable(
  tx: Transaction,
  context: KmsContext,
  name: string,
  usage: KeyUsage,
): Promise<KeyRecord> {
  const key = await findKey(tx, context, name);
  checkUsable(key, usage);
  return key;
}

export function checkUsable(key: KeyRecord, usage: KeyUsage): void {
  if (key.deletionMs !== undefined || key.deletionWaitsDays !== undefined)
    throw pendingDeletion(key.arn);
  if (key.material.length === 0) throw pendingImport(key.arn);
  if (!key.enabled) throw keyDisabled(key.arn);
  if (key.usage !== usage)
    throw invalidKeyUsage(
      `${key.arn} key usage is ${key.usage} which is not valid for ${operationOf[usage]}.`,
    );
}

const operationOf: Record<KeyUsage, string> = {
  ENCRYPT_DECRYPT: "Encrypt",
  SIGN_VERIFY: "Sign",
  GENERATE_VERIFY_MAC: "GenerateMac",
  KEY_AGREEMENT: "DeriveSharedSecret",
};

/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key */
function makeManagedKey(tx: Transaction, context: KmsContext, aliasName: string): KeyRecord {
  const service = aliasName.split("/").at(-1)!;
  const key = makeKey(context, {
    description: `Default key that protects my ${service.toUpperCase()} data when no other key is defined`,
    spec: "SYMMETRIC_DEFAULT",
    usage: "ENCRYPT_DECRYPT",
    manager: "AWS",
    material: [Uint8Array.from(context.random.bytes(32))],
  });
  keys.put(tx, context, [key.keyId], key);
  const nowMs = context.clock.now();
  aliases.put(tx, context, [aliasName], {
    aliasName,
    keyId: key.keyId,
    createdMs: nowMs,
    updatedMs: nowMs,
  });
  return key;
}

function isManaged(aliasName: string): boolean {
  return managedServices.some((service) => aliasName === `alias/aws/${service}`);
}
