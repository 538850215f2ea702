import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { backendTls } from "./balancer-config.ts";
import { backendType, publicKeyType } from "./policy-types.ts";

test("an instance port trusts the keys of all its policies", () => {
  const keys = ["one", "two", "three"].map(() =>
    generateKeyPairSync("ed25519")
      .publicKey.export({ type: "spki", format: "der" })
      .toString("base64"),
  );
  const trusting = (name: string, ...keyPolicies: string[]) => ({
    name,
    type: backendType,
    attributes: keyPolicies.map((value) => ({ name: "PublicKeyPolicyName", value })),
  });
  const own = [trusting("first", "key-0"), trusting("second", "key-1")];
  const policies = [
    ...keys.map((value, index) => ({
      name: `key-${index}`,
      type: publicKeyType,
      attributes: [{ name: "PublicKey", value }],
    })),
    ...own,
  ];
  assert.deepEqual(backendTls({ policies }, own).trustedKeys, keys.slice(0, 2));
  assert.equal(backendTls({ policies }, []).trustedKeys, undefined);
});
