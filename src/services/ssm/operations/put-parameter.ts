import { tagsFromList } from "#services/kit/tags.ts";
import type { Transaction } from "#store/store.ts";
import type { SsmContext, SsmOperation } from "../context.ts";
import {
  invalidKeyId,
  invalidPattern,
  maxVersionLimitExceeded,
  parameterAlreadyExists,
  parameterLimitExceeded,
  patternMismatch,
  typeMismatch,
  validationException,
} from "../errors.ts";
import {
  longestAdvancedValue,
  longestStandardValue,
  mostStandardParameters,
  mostVersions,
} from "../limits.ts";
import { checkName, parameterArn } from "../names.ts";
import { parsePolicies } from "../policies.ts";
import {
  oldVersions,
  parameters,
  type ParameterRecord,
  type ParameterVersion,
} from "../records.ts";
import { defaultKeyId, encryptionKey, seal } from "../secure-string.ts";

type PutInput = Parameters<SsmOperation<"PutParameter">>[0];

const dataTypes = ["text", "aws:ec2:image", "aws:ssm:integration"];

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export const putParameter: SsmOperation<"PutParameter"> = async (input, context) => {
  const name = input.Name!;
  if (input.Value === "")
    throw validationException(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  if (input.Overwrite && input.Tags?.length)
    throw validationException(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  checkName(name);
  if (input.DataType !== undefined && !dataTypes.includes(input.DataType))
    throw validationException(
      `The following data type is not supported: ${input.DataType} (Data type names are all lowercase.)`,
    );
  const version = await context.store.transaction(async (tx) => {
    const old = await parameters.get(tx, context, name);
    if (old && !input.Overwrite) throw parameterAlreadyExists();
    if (!old && (await isFull(tx, context))) throw parameterLimitExceeded();
    const current = await nextVersion(tx, context, name, input, old?.current);
    if (old) await keepOld(tx, context, old);
    const tags = old?.tags ?? tagsFromList(input.Tags);
    parameters.put(tx, context, [name], { name, tags, current });
    return current;
  });
  return { Version: version.version, Tier: version.tier };
};

async function isFull(tx: Transaction, context: SsmContext): Promise<boolean> {
  const all = await parameters.list(tx, context, [], { limit: mostStandardParameters });
  return all.length >= mostStandardParameters;
}

/** What a request leaves out stays as it was, the value's description and pattern included. */
async function nextVersion(
  tx: Transaction,
  context: SsmContext,
  name: string,
  input: PutInput,
  old: ParameterVersion | undefined,
): Promise<ParameterVersion> {
  const type = input.Type ?? old?.type;
  if (type === undefined)
    throw validationException("A parameter type is required when you create a parameter.");
  if (old && old.type !== type) throw typeMismatch(old.type, type);
  const value = input.Value!;
  const allowedPattern = input.AllowedPattern ?? old?.allowedPattern;
  if (allowedPattern) checkPattern(allowedPattern, value);
  const policies =
    input.Policies !== undefined ? parsePolicies(input.Policies) : (old?.policies ?? []);
  const tier = tierFor(input, old, value, policies.length > 0);
  const description = input.Description ?? old?.description;
  const keyId = type === "SecureString" ? (input.KeyId ?? old?.keyId ?? defaultKeyId) : undefined;
  if (input.KeyId !== undefined && type !== "SecureString")
    throw validationException("KeyId is required for SecureString type parameter only.");
  // There is no key service to ask for another key.
  if (keyId !== undefined && keyId !== defaultKeyId) throw invalidKeyId(keyId);
  return {
    version: (old?.version ?? 0) + 1,
    type,
    value:
      type === "SecureString"
        ? seal(
            await encryptionKey(tx, context, context.random),
            context.random,
            parameterArn(context, name),
            value,
          )
        : value,
    ...(keyId !== undefined && { keyId }),
    ...(description !== undefined && { description }),
    ...(allowedPattern && { allowedPattern }),
    dataType: input.DataType ?? old?.dataType ?? "text",
    tier,
    policies,
    labels: [],
    modifiedMs: context.clock.now(),
    modifiedBy: context.principal.arn,
  };
}

function checkPattern(pattern: string, value: string): void {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    throw invalidPattern(pattern);
  }
  if (!expression.test(value)) throw patternMismatch(pattern);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
function tierFor(
  { Tier }: PutInput,
  old: ParameterVersion | undefined,
  value: string,
  hasPolicies: boolean,
): "Standard" | "Advanced" {
  const size = Buffer.byteLength(value);
  const needsAdvanced = size > longestStandardValue || hasPolicies;
  if (size > longestAdvancedValue)
    throw validationException(
      `Advanced tier parameters support a maximum parameter value of ${longestAdvancedValue} characters.`,
    );
  if (Tier === "Intelligent-Tiering")
    return needsAdvanced || old?.tier === "Advanced" ? "Advanced" : "Standard";
  if (Tier === "Standard" && old?.tier === "Advanced")
    throw validationException(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. Be aware that standard parameters have a value size limit of 4096 characters.",
    );
  const tier = Tier ?? old?.tier ?? "Standard";
  if (tier === "Standard" && size > longestStandardValue)
    throw validationException(
      `Standard tier parameters support a maximum parameter value of ${longestStandardValue} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    );
  if (tier === "Standard" && hasPolicies)
    throw validationException("Parameter policies are only supported by advanced-tier parameters.");
  return tier;
}

/** Puts the version that was current among the old ones; of more than a hundred the oldest goes. */
async function keepOld(tx: Transaction, context: SsmContext, { name, current }: ParameterRecord) {
  const kept = await oldVersions.list(tx, context, [name]);
  const [oldest] = kept;
  if (oldest && kept.length + 1 >= mostVersions) {
    if (oldest.labels.length > 0) throw maxVersionLimitExceeded(name, oldest.version);
    oldVersions.delete(tx, context, name, oldest.version);
  }
  oldVersions.put(tx, context, [name, current.version], current);
}
