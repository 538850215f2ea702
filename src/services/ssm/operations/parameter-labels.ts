/** Labels of versions. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
import type { Transaction } from "#store/store.ts";
import type { SsmContext, SsmOperation, SsmOperations } from "../context.ts";
import { labelLimitExceeded, parameterNotFound, parameterVersionNotFound } from "../errors.ts";
import { mostLabelsPerVersion } from "../limits.ts";
import { putNotice } from "../notices.ts";
import { changeNotice } from "../parameter-notices.ts";
import { findRecord, putVersion, versionsOf } from "../parameters.ts";
import type { ParameterVersion } from "../records.ts";

async function read(
  tx: Transaction,
  context: SsmContext,
  name: string,
  versionNumber: number | undefined,
) {
  const record = await findRecord(tx, context, name);
  if (!record) throw parameterNotFound(name);
  const versions = await versionsOf(tx, context, record);
  const number = versionNumber ?? record.current.version;
  const version = versions.find((one) => one.version === number);
  if (!version) throw parameterVersionNotFound(name, number);
  return { record, versions, version };
}

/** Neither begins with a digit, "aws" or "ssm", nor holds other characters than these. */
function isLabel(text: string): boolean {
  return /^[a-zA-Z_.-][a-zA-Z0-9_.-]*$/.test(text) && !/^(aws|ssm)/i.test(text);
}

/** A label is on one version at a time; it moves from another. */
const labelParameterVersion: SsmOperation<"LabelParameterVersion"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const found = await read(tx, context, input.Name!, input.ParameterVersion);
    const { versions, version } = found;
    let { record } = found;
    const valid = input.Labels!.filter(isLabel);
    const labels = [...new Set([...version.labels, ...valid])];
    if (labels.length > mostLabelsPerVersion) throw labelLimitExceeded();
    for (const other of versions) {
      const changed: ParameterVersion =
        other === version
          ? { ...other, labels }
          : { ...other, labels: other.labels.filter((label) => !valid.includes(label)) };
      if (changed.labels.length !== other.labels.length)
        record = putVersion(tx, context, record, changed);
    }
    const notice = changeNotice(context, record, "LabelParameterVersion", context.clock.now());
    putNotice(tx, context, context.random, notice);
    return {
      InvalidLabels: input.Labels!.filter((label) => !isLabel(label)),
      ParameterVersion: version.version,
    };
  });

const unlabelParameterVersion: SsmOperation<"UnlabelParameterVersion"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const { record, version } = await read(tx, context, input.Name!, input.ParameterVersion);
    const removed = input.Labels!.filter((label) => version.labels.includes(label));
    const labels = version.labels.filter((label) => !removed.includes(label));
    putVersion(tx, context, record, { ...version, labels });
    return {
      RemovedLabels: removed,
      InvalidLabels: input.Labels!.filter((label) => !removed.includes(label)),
    };
  });

export const parameterLabelOperations: SsmOperations = {
  LabelParameterVersion: labelParameterVersion,
  UnlabelParameterVersion: unlabelParameterVersion,
};
