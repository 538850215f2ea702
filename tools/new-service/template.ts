/** The folder of a new service, as text. */
import type { ServiceFacts } from "#model/facts.ts";
import type { ListOperation } from "./choose-operation.ts";

export interface FolderOptions {
  name: string;
  facts: ServiceFacts;
  operation: ListOperation;
}

/** Texts by path within the service's folder. */
export function renderFolder({ name, facts, operation }: FolderOptions): Record<string, string> {
  const { name: api, items, token, limit } = operation;
  const does = api[0]!.toLowerCase() + api.slice(1);
  const file = api.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();
  const kept = items[0]!.toLowerCase() + items.slice(1);
  const kind = kept.replace(/ies$/, "y").replace(/(?<=ias|ss|x|ch|sh)es$|(?<!s)s$/, "");
  const page = token
    ? `const page = paginate(found, {
    limit: ${limit ? `input.${limit} ?? limits.listPage` : "limits.listPage"},
    token: input.${token.asked},
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return { ${items}: page.items.map(({ record }) => record), ${token.given}: page.nextToken };`
    : `return { ${items}: found.map(({ record }) => record) };`;
  const paged = token
    ? `import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
`
    : "";
  return {
    "index.ts": `/** AWS ${facts.sdkId}. */
import { defineService } from "#services/kit/service.ts";
import { ${does} } from "./operations/${file}.ts";

export const service = defineService<"${name}">({
  name: "${name}",
  operations: {
    ${api}: ${does},
  },
});
`,
    "records.ts": `/** What AWS ${facts.sdkId} keeps. */
import type { Output } from "#model/sdk.ts";
import { collection } from "#store/collection.ts";

/** As lists show it. Give it members of its own as soon as more is kept than is shown. */
type Listed = NonNullable<Output<"${name}", "${api}">["${items}"]>[number];

/** By name. */
export const ${kept} = collection<Listed>("${name}", "${kind}");
`,
    ...(token && {
      "errors.ts": `/** Every error of AWS ${facts.sdkId} that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

export const invalidToken = () =>
  new AwsError({ code: "InvalidNextTokenException", message: "The token is not valid." });
`,
      "limits.ts": `/** Every number of AWS ${facts.sdkId}, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
`,
    }),
    [`operations/${file}.ts`]: `import type { Operation } from "#services/kit/service.ts";
${paged}import { ${kept} } from "../records.ts";

export const ${does}: Operation<"${name}", "${api}", undefined> = async (${token ? "input" : "_input"}, context) => {
  const found = await context.store.transaction((tx) => ${kept}.entries(tx, context));
  ${page}
};
`,
    [`operations/${file}.test.ts`]: `import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { ${items} } = await cloud.clients.${name}(cloud.caller).${api}({});
  assert.deepEqual(${items}, []);
  await cloud.stop();
});
`,
  };
}
