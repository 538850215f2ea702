import type { KeySigningKey } from "@aws-sdk/client-route-53";
import { AwsError } from "#model/error.ts";
import { dateOf } from "#runtime/date.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  algorithm,
  digestOf,
  dnskeyData,
  keySigningFlag,
  keyTag,
  pointOf,
} from "../dnssec/keys.ts";
import { isInParentDs } from "../dnssec/parent-ds.ts";
import {
  invalidKeyName,
  invalidKeyStatus,
  invalidKmsArn,
  keyExists,
  keyInParentDs,
  keyInUse,
  noSuchSigningKey,
  privateZoneSigning,
  tooManySigningKeys,
} from "../errors.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { keySigningKeys, ofAccount, signings, type KeySigningKeyRecord } from "../records.ts";
import type { State } from "../state.ts";
import { beginChange, findZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateKeySigningKey.html and its neighbours */
export const keySigningKeyOperations: Operations<"route53", State> = {
  async CreateKeySigningKey(input, context) {
    const { Name = "", KeyManagementServiceArn: kmsArn = "", Status = "", HostedZoneId } = input;
    const scope = ofAccount(context);
    const zone = await context.store.transaction((tx) => findZone(tx, scope, HostedZoneId));
    if (zone.isPrivate) throw privateZoneSigning();
    if (!/^\w+$/.test(Name)) throw invalidKeyName(Name);
    if (Status !== "ACTIVE" && Status !== "INACTIVE") throw invalidKeyStatus();
    const publicKey = await publicKeyOf(context, kmsArn);
    return context.store.transaction(async (tx) => {
      const { id, name: zoneName } = await findZone(tx, scope, HostedZoneId);
      const present = await keySigningKeys.list(tx, scope, [id]);
      const again = present.find(
        (one) =>
          one.name === Name ||
          one.kmsArn === kmsArn ||
          one.callerReference === input.CallerReference,
      );
      if (again) throw keyExists();
      if (present.length >= limits.keySigningKeysPerZone) throw tooManySigningKeys();
      const nowMs = context.clock.now();
      const key: KeySigningKeyRecord = {
        zoneId: id,
        name: Name,
        callerReference: input.CallerReference!,
        kmsArn,
        publicKey,
        status: Status,
        createdMs: nowMs,
        modifiedMs: nowMs,
      };
      keySigningKeys.put(tx, scope, [id, Name], key);
      return {
        ChangeInfo: beginChange(tx, context),
        KeySigningKey: showKey(key, zoneName),
        Location: `https://route53.amazonaws.com/2013-04-01/keysigningkey/${id}/${Name}`,
      };
    });
  },
  ActivateKeySigningKey: ({ HostedZoneId, Name }, context) =>
    setStatus(context, HostedZoneId, Name, "ACTIVE"),
  DeactivateKeySigningKey: ({ HostedZoneId, Name }, context) =>
    setStatus(context, HostedZoneId, Name, "INACTIVE"),
  async DeleteKeySigningKey({ HostedZoneId, Name }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const key = await find(tx, scope, HostedZoneId, Name);
      if (key.status !== "INACTIVE") throw invalidKeyStatus();
      keySigningKeys.delete(tx, scope, key.zoneId, key.name);
      return { ChangeInfo: beginChange(tx, context) };
    });
  },
};

function setStatus(
  context: Context<State>,
  zoneId: string | undefined,
  name: string | undefined,
  status: "ACTIVE" | "INACTIVE",
) {
  const scope = ofAccount(context);
  return context.store.transaction(async (tx) => {
    const key = await find(tx, scope, zoneId, name);
    if (status === "INACTIVE" && (await signings.get(tx, scope, key.zoneId))) {
      const all = await keySigningKeys.list(tx, scope, [key.zoneId]);
      const others = all.filter((one) => one.name !== key.name && one.status !== "INACTIVE");
      if (others.length === 0) throw keyInUse();
      const zone = await findZone(tx, scope, key.zoneId);
      if (await isInParentDs(tx, zone.name, [key])) throw keyInParentDs();
    }
    keySigningKeys.put(tx, scope, [key.zoneId, key.name], {
      ...key,
      status,
      statusMessage: undefined,
      modifiedMs: context.clock.now(),
    });
    return { ChangeInfo: beginChange(tx, context) };
  });
}

async function find(
  tx: Transaction,
  scope: Scope,
  zoneId: string | undefined,
  name: string | undefined,
): Promise<KeySigningKeyRecord> {
  const found = await keySigningKeys.get(tx, scope, bareId(zoneId), name!);
  if (!found) throw noSuchSigningKey(name!);
  return found;
}

/** The key's point in base64. It must be of the one kind that signs zones, in the one region for it. */
async function publicKeyOf(context: Context<unknown>, arn: string): Promise<string> {
  const { service, region = "", account } = parseArn(arn) ?? {};
  if (service !== "kms" || region !== "us-east-1" || account !== context.account)
    throw invalidKmsArn();
  const kms = context.clients.kms(
    asService({ account: context.account, region }, "dnssec-route53.amazonaws.com"),
  );
  try {
    const { KeySpec, KeyUsage, PublicKey } = await kms.GetPublicKey({ KeyId: arn });
    if (KeySpec === "ECC_NIST_P256" && KeyUsage === "SIGN_VERIFY" && PublicKey)
      return pointOf(PublicKey).toString("base64");
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // Whatever is wrong with the key, it is not one to sign with.
  }
  throw invalidKmsArn();
}

export function showKey(key: KeySigningKeyRecord, zoneName: string): KeySigningKey {
  const data = dnskeyData(keySigningFlag, Buffer.from(key.publicKey, "base64"));
  const tag = keyTag(data);
  const digest = digestOf(zoneName, data);
  return {
    Name: key.name,
    KmsArn: key.kmsArn,
    Flag: keySigningFlag,
    SigningAlgorithmMnemonic: "ECDSAP256SHA256",
    SigningAlgorithmType: algorithm,
    DigestAlgorithmMnemonic: "SHA-256",
    DigestAlgorithmType: 2,
    KeyTag: tag,
    DigestValue: digest,
    PublicKey: key.publicKey,
    DSRecord: `${tag} ${algorithm} 2 ${digest}`,
    DNSKEYRecord: `${keySigningFlag} 3 ${algorithm} ${key.publicKey}`,
    Status: key.status,
    ...(key.statusMessage !== undefined && { StatusMessage: key.statusMessage }),
    CreatedDate: dateOf(key.createdMs),
    LastModifiedDate: dateOf(key.modifiedMs),
  };
}
