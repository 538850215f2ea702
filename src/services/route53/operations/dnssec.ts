import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Operations } from "#services/kit/service.ts";
import { dnskeyData, pointOf, zoneSigningFlag } from "../dnssec/keys.ts";
import { keyInParentDs, noActiveKey, notSigned, privateZoneSigning } from "../errors.ts";
import { isInParentDs } from "../dnssec/parent-ds.ts";
import { keySigningKeys, ofAccount, signings } from "../records.ts";
import type { State } from "../state.ts";
import { beginChange, findZone } from "../zones.ts";
import { showKey } from "./key-signing-keys.ts";

const generate = promisify(generateKeyPair);

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_EnableHostedZoneDNSSEC.html and its neighbours */
export const dnssecOperations: Operations<"route53", State> = {
  async EnableHostedZoneDNSSEC({ HostedZoneId }, context) {
    const scope = ofAccount(context);
    // Route 53 keeps the key that signs the records; nobody sees it.
    const { publicKey, privateKey } = await generate("ec", { namedCurve: "prime256v1" });
    const point = pointOf(publicKey.export({ type: "spki", format: "der" }));
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      if (zone.isPrivate) throw privateZoneSigning();
      const keys = await keySigningKeys.list(tx, scope, [zone.id]);
      if (!keys.some(({ status }) => status === "ACTIVE")) throw noActiveKey();
      if (!(await signings.get(tx, scope, zone.id)))
        signings.put(tx, scope, [zone.id], {
          zoneId: zone.id,
          privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
          zoneKey: dnskeyData(zoneSigningFlag, point).toString("base64"),
          keySigningKeys: [],
          signatures: [],
          expiresMs: 0,
        });
      return { ChangeInfo: beginChange(tx, context) };
    });
  },
  async DisableHostedZoneDNSSEC({ HostedZoneId }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      if (zone.isPrivate) throw privateZoneSigning();
      if (!(await signings.get(tx, scope, zone.id))) throw notSigned();
      const keys = await keySigningKeys.list(tx, scope, [zone.id]);
      if (await isInParentDs(tx, zone.name, keys)) throw keyInParentDs();
      signings.delete(tx, scope, zone.id);
      return { ChangeInfo: beginChange(tx, context) };
    });
  },
  async GetDNSSEC({ HostedZoneId }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      if (zone.isPrivate) throw privateZoneSigning();
      const keys = await keySigningKeys.list(tx, scope, [zone.id]);
      const isSigned = (await signings.get(tx, scope, zone.id)) !== undefined;
      const troubled = isSigned && keys.find(({ status }) => status === "ACTION_NEEDED");
      return {
        Status: {
          ServeSignature: troubled ? "ACTION_NEEDED" : isSigned ? "SIGNING" : "NOT_SIGNING",
          ...(troubled && { StatusMessage: troubled.statusMessage }),
        },
        KeySigningKeys: keys.map((key) => showKey(key, zone.name)),
      };
    });
  },
};
