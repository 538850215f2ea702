/** Attributes: their defaults, and what a request makes of them. */
import type { LoadBalancerAttributes } from "@aws-sdk/client-elastic-load-balancing";
import type { DesyncMode } from "#traffic/application/desync.ts";
import { attributeNotFound, invalidConfiguration, validationError } from "./errors.ts";
import type { AttributesRecord } from "./records.ts";

const desyncKey = "elb.http.desyncmitigationmode";
const desyncModes: readonly DesyncMode[] = ["monitor", "defensive", "strictest"];
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html */
const mostDrainingSeconds = 3600;

export const defaultAttributes: AttributesRecord = {
  crossZone: false,
  draining: { enabled: false, timeoutSeconds: 300 },
  idleTimeoutSeconds: 60,
  desyncMode: "defensive",
};

/** What the request does not name stays as it is. */
export function withAttributes(
  present: AttributesRecord,
  given: LoadBalancerAttributes,
): AttributesRecord {
  const next: AttributesRecord = { ...present };
  const { CrossZoneLoadBalancing, AccessLog, ConnectionDraining, ConnectionSettings } = given;
  if (CrossZoneLoadBalancing) next.crossZone = CrossZoneLoadBalancing.Enabled!;
  if (AccessLog) {
    delete next.accessLog;
    if (AccessLog.Enabled) next.accessLog = readAccessLog(AccessLog);
  }
  if (ConnectionDraining) {
    const timeoutSeconds = ConnectionDraining.Timeout ?? defaultAttributes.draining.timeoutSeconds;
    if (timeoutSeconds < 1 || timeoutSeconds > mostDrainingSeconds)
      throw validationError(
        `ConnectionDraining timeout must be between 1 and ${mostDrainingSeconds} seconds`,
      );
    next.draining = { enabled: ConnectionDraining.Enabled!, timeoutSeconds };
  }
  if (ConnectionSettings) next.idleTimeoutSeconds = ConnectionSettings.IdleTimeout!;
  for (const { Key = "", Value = "" } of given.AdditionalAttributes ?? []) {
    if (Key !== desyncKey) throw attributeNotFound(Key);
    const mode = desyncModes.find((one) => one === Value);
    if (!mode)
      throw invalidConfiguration(
        `The value of ${desyncKey} must be one of ${desyncModes.join(", ")}`,
      );
    next.desyncMode = mode;
  }
  return next;
}

function readAccessLog(
  given: NonNullable<LoadBalancerAttributes["AccessLog"]>,
): NonNullable<AttributesRecord["accessLog"]> {
  const { S3BucketName, S3BucketPrefix, EmitInterval = 60 } = given;
  if (!S3BucketName)
    throw invalidConfiguration("AccessLog requires an S3BucketName when it is enabled");
  if (EmitInterval !== 5 && EmitInterval !== 60)
    throw invalidConfiguration("AccessLog EmitInterval must be 5 or 60 minutes");
  return {
    bucket: S3BucketName,
    ...(S3BucketPrefix && { prefix: S3BucketPrefix }),
    intervalMinutes: EmitInterval,
  };
}

export function attributesShape(attributes: AttributesRecord): LoadBalancerAttributes {
  const { accessLog, draining } = attributes;
  return {
    CrossZoneLoadBalancing: { Enabled: attributes.crossZone },
    AccessLog: accessLog
      ? {
          Enabled: true,
          S3BucketName: accessLog.bucket,
          EmitInterval: accessLog.intervalMinutes,
          ...(accessLog.prefix !== undefined && { S3BucketPrefix: accessLog.prefix }),
        }
      : { Enabled: false },
    ConnectionDraining: { Enabled: draining.enabled, Timeout: draining.timeoutSeconds },
    ConnectionSettings: { IdleTimeout: attributes.idleTimeoutSeconds },
    AdditionalAttributes: [{ Key: desyncKey, Value: attributes.desyncMode }],
  };
}
