import type { Service } from "@aws-sdk/client-servicediscovery";
import { dateOf } from "#runtime/date.ts";
import type { ServiceRecord } from "./records.ts";

export function showService(found: ServiceRecord, InstanceCount: number, account: string): Service {
  return {
    Id: found.id,
    Arn: found.arn,
    ResourceOwner: account,
    Name: found.name,
    NamespaceId: found.namespaceId,
    ...(found.description !== undefined && { Description: found.description }),
    InstanceCount,
    // AWS shows empty ones where nothing stands in DNS.
    DnsConfig: found.dns ?? ({} as never),
    Type: found.type,
    ...(found.healthCheck && { HealthCheckConfig: found.healthCheck }),
    ...(found.customHealth && { HealthCheckCustomConfig: found.customHealth }),
    CreateDate: dateOf(found.createdMs),
    CreatorRequestId: found.creatorRequestId,
    CreatedByAccount: account,
  };
}
