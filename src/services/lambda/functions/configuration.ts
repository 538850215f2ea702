/** A version as GetFunctionConfiguration and the others show it. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
import { isoMillis } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn } from "../arns.ts";
import { latest, type FunctionConfiguration, type VersionRecord } from "../records.ts";

/** `qualifier` is what the caller named; without it the ARN of the latest version has none. */
export function configurationOf(
  scope: Scope,
  record: VersionRecord,
  qualifier?: string,
): FunctionConfiguration {
  const { functionName, version, settings, code } = record;
  const shown = qualifier ?? (version === latest ? undefined : version);
  return {
    FunctionName: functionName,
    FunctionArn: functionArn(scope, functionName, shown),
    Runtime: settings.runtime as never,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: code.sizeBytes,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: isoMillis(record.modifiedMs).replace("Z", "+0000"),
    CodeSha256: code.sha256,
    Version: version,
    VpcConfig: settings.vpc && {
      SubnetIds: settings.vpc.subnetIds,
      SecurityGroupIds: settings.vpc.securityGroupIds,
      VpcId: settings.vpc.vpcId,
      Ipv6AllowedForDualStack: false,
    },
    DeadLetterConfig:
      settings.deadLetterArn === undefined ? undefined : { TargetArn: settings.deadLetterArn },
    Environment: settings.variables && { Variables: settings.variables },
    KMSKeyArn: settings.kmsKeyArn,
    TracingConfig: { Mode: settings.tracingMode },
    RevisionId: record.revisionId,
    Layers:
      settings.layers.length === 0
        ? undefined
        : settings.layers.map(({ arn, codeSize }) => ({ Arn: arn, CodeSize: codeSize })),
    State: record.state,
    ...(record.state === "Pending" && {
      StateReason: "The function is being created.",
      StateReasonCode: "Creating" as const,
    }),
    LastUpdateStatus: record.update,
    ...(record.update === "InProgress" && {
      LastUpdateStatusReason: "The function is being created.",
      LastUpdateStatusReasonCode: "Creating" as never,
    }),
    PackageType: "Zip",
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.ephemeralMb },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: {
      LogFormat: settings.logging.format,
      LogGroup: settings.logging.group,
      ApplicationLogLevel: settings.logging.applicationLevel as never,
      SystemLogLevel: settings.logging.systemLevel as never,
    },
    RuntimeVersionConfig: undefined,
  };
}
