/** A cloud with ways to watch Cloud Map's operations. */
import type { Operation } from "@aws-sdk/client-servicediscovery";
import type { TestContext } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

interface MapCloud {
  cloud: TestCloud;
  map: Client<"servicediscovery">;
  route53: Client<"route53">;
  /** The operation, a second after it began. */
  ended: (OperationId: string | undefined) => Promise<Operation>;
  /** The id of a new namespace. */
  namespace: (Name: string, kind?: "Http" | "PublicDns") => Promise<string>;
}

export function createMapCloud(t: TestContext): MapCloud {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const map = cloud.clients.servicediscovery(cloud.caller);
  const ended = async (OperationId: string | undefined) => {
    await cloud.advance("1s");
    return (await map.GetOperation({ OperationId })).Operation!;
  };
  return {
    cloud,
    map,
    route53: cloud.clients.route53(cloud.caller),
    ended,
    async namespace(Name, kind = "PublicDns") {
      const { OperationId } = await map[`Create${kind}Namespace`]({ Name });
      return (await ended(OperationId)).Targets!.NAMESPACE!;
    },
  };
}
