/** What is wrong with a record by itself. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { noSuchHealthCheck } from "./errors.ts";
import { limits } from "./limits.ts";
import { policyOf } from "./routing.ts";
import type { ZoneView } from "./zone-view.ts";

/** In Route 53's words. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export async function setProblems(view: ZoneView, set: ResourceRecordSet): Promise<string[]> {
  const problems: string[] = [];
  const { Name, Type, ResourceRecords = [], AliasTarget, HealthCheckId, CidrRoutingConfig } = set;
  const named = `RRSet of type ${Type} with DNS name ${Name}`;
  if (ResourceRecords.length > limits.valuesPerSet)
    problems.push(`Cannot have more than ${limits.valuesPerSet} records in a RRSet.`);
  if (HealthCheckId !== undefined && !(await view.healthCheckExists(HealthCheckId)))
    throw noSuchHealthCheck(HealthCheckId);
  if (set.Failover === "PRIMARY" && !AliasTarget && HealthCheckId === undefined)
    problems.push(
      "A non-alias primary ResourceRecordSet must have an associated health check. No changes made.",
    );
  if (Type === "NS" && Name!.startsWith("\\052."))
    problems.push(`${named} is not permitted: a wildcard cannot be of type NS`);
  const { TrafficPolicyInstanceId: instance } = set;
  if (instance !== undefined && !(await view.instanceIs(instance, Name!, Type!)))
    problems.push(`${named} cannot be created for the traffic policy instance ${instance}`);
  if (Type === "CNAME" && Name === view.name)
    problems.push(`${named} is not permitted at apex in zone ${view.name}`);
  if (Type === "SOA" && Name !== view.name)
    problems.push(`${named} is not permitted: SOA records belong at the apex of zone ${view.name}`);
  if ((Type === "CNAME" || Type === "SOA") && ResourceRecords.length > 1)
    problems.push(`Duplicate Resource Record: ${Type} records have exactly one value`);
  if (Type === "SOA" && (AliasTarget || policyOf(set) !== "simple"))
    problems.push(`${named} cannot be an alias nor have a routing policy`);
  if (AliasTarget && (Type === "NS" || Type === "SOA"))
    problems.push(`Alias ${named} is not permitted`);
  if (policyOf(set) === "multivalue" && (AliasTarget || Type === "CNAME" || Type === "NS"))
    problems.push(`${named} cannot have multivalue answer routing`);
  if (
    CidrRoutingConfig &&
    !(await view.collectionHas(CidrRoutingConfig.CollectionId!, CidrRoutingConfig.LocationName!))
  )
    problems.push(
      `The CIDR collection ${CidrRoutingConfig.CollectionId} with location ${CidrRoutingConfig.LocationName} does not exist`,
    );
  if (CidrRoutingConfig && view.isPrivate)
    problems.push(`${named}: IP-based routing is not supported in private hosted zones`);
  return problems;
}
