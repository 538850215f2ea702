import type { Operation } from "#services/kit/service.ts";
import { limitExceeded, stackExists, validationError } from "../errors.ts";
import { limits } from "../limits.ts";
import { stackNames } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";
import { prepareDeployment } from "../stack/prepare.ts";
import { checkStackName } from "../stack/stack-name.ts";
import { blankStack, newIdentity, startCreate } from "../stack/start-operation.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
export const createStack: Operation<"cloudformation", "CreateStack", CloudFormationState> = async (
  input,
  context,
) => {
  const { account, region, clock, random, store } = context;
  const scope = { account, region };
  const name = input.StackName!;
  checkStackName(name);
  if (input.DisableRollback !== undefined && input.OnFailure !== undefined)
    throw validationError("You can specify either DisableRollback or OnFailure, but not both.");
  const onFailure = input.OnFailure ?? (input.DisableRollback ? "DO_NOTHING" : "ROLLBACK");
  const now = clock.now();
  const repeated = await store.transaction(async (tx) => {
    const present = await findStack(tx, scope, name, now);
    if (!present) return undefined;
    const token = present.operation?.clientRequestToken;
    const same = token !== undefined && token === input.ClientRequestToken;
    if (same && present.operation?.phase === "create") return present;
    throw stackExists(name);
  });
  if (repeated) return { StackId: repeated.arn };
  const identity = newIdentity(random, scope, name);
  const { revision } = await prepareDeployment(input, context, identity, undefined);
  await store.transaction(async (tx) => {
    const names = await stackNames.list(tx, scope);
    if (await findStack(tx, scope, name, now)) throw stackExists(name);
    if (names.length >= limits.stacks)
      throw limitExceeded(`Limit for stack has been exceeded: ${limits.stacks}`);
    const stack = blankStack(
      {
        identity,
        onFailure,
        timeoutMinutes: input.TimeoutInMinutes,
        terminationProtection: input.EnableTerminationProtection,
      },
      now,
      "CREATE_IN_PROGRESS",
    );
    const facts = { scope, now, random, clientRequestToken: input.ClientRequestToken };
    startCreate(tx, facts, stack, revision, onFailure);
  });
  return { StackId: identity.arn };
};
