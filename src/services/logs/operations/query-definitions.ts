/** Queries that were saved under a name. */
import type { Operation } from "#services/kit/service.ts";
import { notSupported, queryDefinitionNotFound } from "../errors.ts";
import { parseQuery } from "../insights/query.ts";
import { pageOf } from "../paging.ts";
import { queryDefinitions } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html */
export const putQueryDefinition: Operation<"logs", "PutQueryDefinition", LogsState> = async (
  input,
  context,
) => {
  const { queryLanguage = "CWLI", queryDefinitionId, name = "", queryString: text = "" } = input;
  if (queryLanguage !== "CWLI") throw notSupported(`the query language ${queryLanguage}`);
  if (input.parameters?.length) throw notSupported("parameters of query definitions");
  parseQuery(text, context.clock.now());
  const id = queryDefinitionId ?? context.random.uuid();
  await context.store.transaction(async (tx) => {
    if (queryDefinitionId !== undefined && !(await queryDefinitions.get(tx, context, id)))
      throw queryDefinitionNotFound();
    queryDefinitions.put(tx, context, [id], {
      id,
      name,
      text,
      groupNames: input.logGroupNames ?? [],
      modifiedMs: Math.floor(context.clock.now()),
    });
  });
  return { queryDefinitionId: id };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html */
export const describeQueryDefinitions: Operation<
  "logs",
  "DescribeQueryDefinitions",
  LogsState
> = async (input, context) => {
  const { queryDefinitionNamePrefix: prefix = "" } = input;
  const all = await context.store.transaction((tx) => queryDefinitions.list(tx, context));
  const keyOf = ({ name, id }: (typeof all)[number]) => `${name}\n${id}`;
  const wanted = all
    .filter(({ name }) => name.startsWith(prefix))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = pageOf(wanted, { limit: input.maxResults, nextToken: input.nextToken }, keyOf);
  return {
    queryDefinitions: page.items.map(({ id, name, text, groupNames, modifiedMs }) => ({
      queryLanguage: "CWLI",
      queryDefinitionId: id,
      name,
      queryString: text,
      lastModified: modifiedMs,
      ...(groupNames.length > 0 && { logGroupNames: groupNames }),
    })),
    ...page.next,
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html */
export const deleteQueryDefinition: Operation<"logs", "DeleteQueryDefinition", LogsState> = async (
  input,
  context,
) => {
  const id = input.queryDefinitionId ?? "";
  await context.store.transaction(async (tx) => {
    if (!(await queryDefinitions.get(tx, context, id))) throw queryDefinitionNotFound();
    queryDefinitions.delete(tx, context, id);
  });
  return { success: true };
};
