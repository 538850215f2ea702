/** AWS Secrets Manager. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { createSecret } from "./operations/create-secret.ts";
import { getRandomPassword } from "./operations/get-random-password.ts";
import { policyOperations } from "./operations/policies.ts";
import { replicationOperations } from "./operations/replication.ts";
import { rotationOperations } from "./operations/rotation.ts";
import { secretOperations } from "./operations/secrets.ts";
import { tagOperations } from "./operations/tags.ts";
import { updateSecretVersionStage } from "./operations/update-secret-version-stage.ts";
import { valueOperations } from "./operations/values.ts";
import { deletionReconciler } from "./reconcilers/deletion.ts";
import { replicationReconciler } from "./reconcilers/replication.ts";
import { rotationReconciler } from "./reconcilers/rotation.ts";

export const service = defineService<"secretsmanager">({
  name: "secretsmanager",
  operations: {
    CreateSecret: createSecret,
    GetRandomPassword: getRandomPassword,
    UpdateSecretVersionStage: updateSecretVersionStage,
    ...policyOperations,
    ...replicationOperations,
    ...rotationOperations,
    ...secretOperations,
    ...tagOperations,
    ...valueOperations,
  },
  reconcilers: (env) => [
    deletionReconciler(env),
    replicationReconciler(env),
    rotationReconciler(env),
  ],
  differences,
});
