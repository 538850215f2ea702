/** Cloud Map: namespaces, services and their instances, found by API or by DNS. */
import { ageSweep } from "#services/kit/age-sweep.ts";
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { limits } from "./limits.ts";
import { attributeAndTagOperations } from "./operations/attributes-and-tags.ts";
import { createNamespaceOperations } from "./operations/create-namespaces.ts";
import { createService } from "./operations/create-service.ts";
import { discoveryOperations } from "./operations/discover.ts";
import { operationOperations } from "./operations/get-operations.ts";
import { instanceOperations } from "./operations/instances.ts";
import { namespaceOperations } from "./operations/namespaces.ts";
import { registrationOperations } from "./operations/register-instance.ts";
import { serviceOperations } from "./operations/services.ts";
import { updateService } from "./operations/update-service.ts";
import { instanceReconciler } from "./reconcilers/instance.ts";
import { namespaceReconciler } from "./reconcilers/namespace.ts";
import { operationRecords, operationTimes } from "./records.ts";

export const service = defineService<"servicediscovery">({
  name: "servicediscovery",
  operations: {
    ...createNamespaceOperations,
    ...namespaceOperations,
    CreateService: createService,
    ...serviceOperations,
    UpdateService: updateService,
    ...registrationOperations,
    ...instanceOperations,
    ...discoveryOperations,
    ...operationOperations,
    ...attributeAndTagOperations,
  },
  reconcilers: (env) => [
    namespaceReconciler(env),
    instanceReconciler(env),
    ageSweep(env, {
      name: "servicediscovery/operation-sweep",
      records: operationRecords,
      times: operationTimes,
      keptMs: limits.operationMs,
    }),
  ],
  differences,
});
