import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import { validationError } from "../errors.ts";
import { limits } from "../limits.ts";
import { revisions, stacks, type StackRecord } from "../records.ts";
import { parseTemplate } from "../template/template.ts";
import type { CloudFormationState } from "../state.ts";

const pageSize = 100;
const dayMs = 86_400_000;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html */
export const listStacks: Operation<"cloudformation", "ListStacks", CloudFormationState> = async (
  { StackStatusFilter: statuses = [], NextToken: token },
  { account, region, clock, store },
) => {
  const scope = { account, region };
  return store.transaction(async (tx) => {
    const now = clock.now();
    const all = (await stacks.list(tx, scope)).filter(
      ({ status, deletedMs }) =>
        (deletedMs === undefined || now - deletedMs < limits.deletedStackDays * dayMs) &&
        (statuses.length === 0 || statuses.includes(status)),
    );
    // Newest first: what counts down from the end of time sorts so.
    const keyOf = ({ createdMs, uuid }: StackRecord) =>
      `${String(Number.MAX_SAFE_INTEGER - Math.floor(createdMs)).padStart(16, "0")}/${uuid}`;
    all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const { items, nextToken } = paginate(all, {
      limit: pageSize,
      token,
      keyOf,
      invalidToken: () => validationError("NextToken is invalid"),
    });
    const summaries = [];
    for (const stack of items) {
      const revision = await revisions.get(tx, scope, stack.uuid, stack.revision);
      const review = stack.status === "REVIEW_IN_PROGRESS";
      summaries.push({
        StackId: stack.arn,
        StackName: stack.name,
        TemplateDescription:
          revision && !review ? parseTemplate(revision.body).description : undefined,
        CreationTime: dateOf(stack.createdMs),
        LastUpdatedTime: stack.updatedMs === undefined ? undefined : dateOf(stack.updatedMs),
        DeletionTime: stack.deletedMs === undefined ? undefined : dateOf(stack.deletedMs),
        StackStatus: stack.status,
        StackStatusReason: stack.statusReason,
        ParentId: stack.parentArn,
        RootId: stack.rootArn,
        DriftInformation: { StackDriftStatus: "NOT_CHECKED" as const },
      });
    }
    return { StackSummaries: summaries, NextToken: nextToken };
  });
};
