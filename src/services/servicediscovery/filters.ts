/** Filters of lists: which conditions which names take, and how many values. */
import type { FilterCondition } from "@aws-sdk/client-servicediscovery";
import { invalidInput } from "./errors.ts";

interface Filter {
  Name?: string | undefined;
  Values?: string[] | undefined;
  Condition?: FilterCondition | undefined;
}

/**
 * Throws InvalidInput for filters that AWS's documentation does not allow, such as
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_OperationFilter.html
 */
export function checkFilters(
  filters: readonly Filter[],
  conditions: Readonly<Record<string, readonly FilterCondition[]>>,
): void {
  for (const { Name = "", Values = [], Condition = defaultOf(conditions[Name]) } of filters) {
    if (!conditions[Name]?.includes(Condition))
      throw invalidInput(`The condition ${Condition} is not supported for the filter ${Name}.`);
    if (Condition === "BETWEEN") {
      if (Values.length !== 2 || Values.some((value) => !/^\d+(\.\d+)?$/.test(value)))
        throw invalidInput("The condition BETWEEN takes a start date and an end date.");
      if (Number(Values[0]) > Number(Values[1]))
        throw invalidInput("The start date must be the first value of the condition BETWEEN.");
    } else if (Values.length === 0) throw invalidInput(`The filter ${Name} has no values.`);
    else if (Condition !== "IN" && Values.length > 1)
      throw invalidInput(`The condition ${Condition} takes one value.`);
  }
}

/** EQ, where the name takes it: the moments of UPDATE_DATE lie between two. */
function defaultOf(conditions: readonly FilterCondition[] = []): FilterCondition {
  return conditions.includes("EQ") ? "EQ" : (conditions[0] ?? "EQ");
}
