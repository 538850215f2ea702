/**
 * Which resources can be scaled. A service that gets scalable resources adds an entry here; everything
 * else of Application Auto Scaling is the same for all.
 */
import { noSuchService, unsupportedTarget } from "../errors.ts";
import type { TargetName } from "../records.ts";
import { customResources } from "./custom-resource.ts";
import { dynamoIndexes, dynamoTables } from "./dynamodb.ts";
import { lambdaConcurrency } from "./lambda.ts";
import type { ScalableResource } from "./scalable-resource.ts";

const known: Readonly<Record<string, readonly ScalableResource[]>> = {
  "custom-resource": [customResources],
  dynamodb: [dynamoTables, dynamoIndexes],
  lambda: [lambdaConcurrency],
};

/** Dimensions of services that are not here yet, so that a mistake and a gap are told apart. */
const absent: Readonly<Record<string, RegExp>> = {
  appstream: /^appstream:fleet:DesiredCapacity$/,
  cassandra: /^cassandra:table:(Read|Write)CapacityUnits$/,
  comprehend: /^comprehend:(document-classifier|entity-recognizer)-endpoint:DesiredInferenceUnits$/,
  ec2: /^ec2:spot-fleet-request:TargetCapacity$/,
  ecs: /^ecs:service:DesiredCount$/,
  elasticache:
    /^elasticache:(cache-cluster:Nodes|replication-group:NodeGroups|replication-group:Replicas)$/,
  elasticmapreduce: /^elasticmapreduce:instancegroup:InstanceCount$/,
  kafka: /^kafka:broker-storage:VolumeSize$/,
  neptune: /^neptune:cluster:ReadReplicaCount$/,
  rds: /^rds:cluster:ReadReplicaCount$/,
  sagemaker:
    /^sagemaker:(variant:DesiredInstanceCount|variant:DesiredProvisionedConcurrency|inference-component:DesiredCopyCount)$/,
  workspaces: /^workspaces:workspacespool:DesiredUserSessions$/,
};

/** Throws for names that no resource can have, and for services that are not here. */
export function resourceOf({ namespace, resourceId, dimension }: TargetName): ScalableResource {
  const found = known[namespace]?.find(
    (one) => one.dimensions.includes(dimension) && one.resourceId.test(resourceId),
  );
  if (found) return found;
  if (absent[namespace]?.test(dimension)) throw noSuchService(namespace);
  throw unsupportedTarget();
}
