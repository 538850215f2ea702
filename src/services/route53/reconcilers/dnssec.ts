/** Has the keys of a signed zone signed by KMS, again before the signatures run out. */
import { createHash } from "node:crypto";
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { dnskeyType } from "../dataplane/record-types.ts";
import { dnskeyData, keySigningFlag, keysTtl, keyTag } from "../dnssec/keys.ts";
import { rawSignature, signatureHead, signedBytes } from "../dnssec/signature.ts";
import { hostedZones, keySigningKeys, signings, type KeySigningKeyRecord } from "../records.ts";

const dayMs = 86_400_000;
/** Whoever checks signatures lives in wall time. */
const validMs = 16 * dayMs;
const renewedBeforeMs = 15 * dayMs;
const marginMs = 3_600_000;
const retryMs = 60_000;

export function dnssecReconciler(env: Environment): Reconciler {
  const byZone = (id: readonly unknown[]) => [String(id[0])];
  return {
    name: "route53/dnssec",
    watches: [
      { collection: signings, idOf: byZone },
      { collection: keySigningKeys, idOf: byZone },
    ],
    async reconcile(scope, [id]) {
      const zoneId = String(id);
      const { zone, signing, keys } = await env.store.transaction(async (tx) => ({
        zone: await hostedZones.get(tx, scope, zoneId),
        signing: await signings.get(tx, scope, zoneId),
        keys: await keySigningKeys.list(tx, scope, [zoneId]),
      }));
      if (!zone || !signing) return;
      const active = keys.filter(({ status }) => status !== "INACTIVE");
      const published = active.map(({ publicKey }) =>
        dnskeyData(keySigningFlag, Buffer.from(publicKey, "base64")),
      );
      const wanted = published.map((data) => data.toString("base64"));
      const nowMs = env.clock.wall.now();
      const leftMs = signing.expiresMs - nowMs - renewedBeforeMs;
      const isSame = wanted.join() === signing.keySigningKeys.join();
      if (isSame && leftMs > 0 && signing.signatures.length === wanted.length)
        return { afterMs: Math.min(leftMs, dayMs) };
      const records = {
        name: zone.name,
        type: dnskeyType,
        ttl: keysTtl,
        rdata: [...published, Buffer.from(signing.zoneKey, "base64")],
      };
      const validity = {
        inceptionS: Math.floor((nowMs - marginMs) / 1000),
        expirationS: Math.floor((nowMs + validMs) / 1000),
      };
      const signatures: string[] = [];
      for (const [index, key] of active.entries()) {
        const signer = { zoneName: zone.name, keyTag: keyTag(published[index]!) };
        const head = signatureHead(records, validity, signer);
        const made = await signWith(scope, key, signedBytes(head, records));
        if (made) signatures.push(Buffer.concat([head, made]).toString("base64"));
      }
      if (signatures.length > 0)
        await env.store.transaction(async (tx) => {
          const present = await signings.get(tx, scope, zoneId);
          if (present?.zoneKey !== signing.zoneKey) return;
          signings.put(tx, scope, [zoneId], {
            ...present,
            keySigningKeys: wanted,
            signatures,
            expiresMs: nowMs + validMs,
          });
        });
      return { afterMs: signatures.length < active.length ? retryMs : dayMs };
    },
  };

  /** Undefined where KMS does not sign with it: that is shown, and tried again. */
  async function signWith(
    scope: Scope,
    key: KeySigningKeyRecord,
    bytes: Buffer,
  ): Promise<Buffer | undefined> {
    const { region = "" } = parseArn(key.kmsArn) ?? {};
    const caller = asService({ account: scope.account, region }, "dnssec-route53.amazonaws.com");
    let signature: Uint8Array | undefined;
    let problem: string | undefined;
    try {
      const made = await env.clients.kms(caller).Sign({
        KeyId: key.kmsArn,
        Message: createHash("sha256").update(bytes).digest(),
        MessageType: "DIGEST",
        SigningAlgorithm: "ECDSA_SHA_256",
      });
      signature = made.Signature;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      problem = `The KMS key cannot be used: ${error.code}: ${error.message}`;
    }
    const status = problem === undefined ? "ACTIVE" : "ACTION_NEEDED";
    if (status !== key.status)
      await env.store.transaction(async (tx) => {
        const present = await keySigningKeys.get(tx, scope, key.zoneId, key.name);
        if (!present || present.status === "INACTIVE") return;
        const modifiedMs = env.clock.now();
        const shown = { ...present, status, statusMessage: problem, modifiedMs } as const;
        keySigningKeys.put(tx, scope, [key.zoneId, key.name], shown);
      });
    return signature && rawSignature(signature);
  }
}
