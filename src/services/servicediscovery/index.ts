/** AWS ServiceDiscovery. */
import { defineService } from "#services/kit/service.ts";
import { listNamespaces } from "./operations/list-namespaces.ts";

export const service = defineService<"servicediscovery">({
  name: "servicediscovery",
  operations: {
    ListNamespaces: listNamespaces,
  },
});
