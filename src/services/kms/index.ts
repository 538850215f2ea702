/** AWS Key Management Service: keys with real cryptography. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { aliasOperations } from "./operations/aliases.ts";
import { dataKeyOperations } from "./operations/data-keys.ts";
import { encryptionOperations } from "./operations/encryption.ts";
import { grantOperations } from "./operations/grants.ts";
import { importOperations } from "./operations/imports.ts";
import { deriveSharedSecret } from "./operations/key-agreement.ts";
import { createKey, describeKeyOperation, listKeys } from "./operations/keys.ts";
import { stateOperations } from "./operations/key-states.ts";
import { multiRegionOperations } from "./operations/multi-region.ts";
import { policyOperations } from "./operations/policies.ts";
import { rotationOperations } from "./operations/rotation.ts";
import { signingOperations } from "./operations/signing.ts";
import { tagOperations } from "./operations/tags.ts";
import { importTokenReconciler } from "./reconcilers/import-tokens.ts";
import { keyLifeReconciler } from "./reconcilers/key-life.ts";

export const service = defineService<"kms">({
  name: "kms",
  operations: {
    CreateKey: createKey,
    DescribeKey: describeKeyOperation,
    ListKeys: listKeys,
    ...aliasOperations,
    ...dataKeyOperations,
    ...encryptionOperations,
    ...grantOperations,
    ...importOperations,
    ...multiRegionOperations,
    DeriveSharedSecret: deriveSharedSecret,
    ...policyOperations,
    ...rotationOperations,
    ...signingOperations,
    ...stateOperations,
    ...tagOperations,
  },
  reconcilers: (env) => [keyLifeReconciler(env), importTokenReconciler(env)],
  differences,
});
