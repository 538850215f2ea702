/** Takes the answers of custom resources' providers: a PUT ends the request that its address names. */
import { readBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import type { Environment, Site } from "#services/kit/service.ts";
import { customRequests } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { isResponseTarget, parseResponseTarget } from "./address.ts";
import { readAnswer } from "./read-answer.ts";

/** Much more than an answer may have, so that one that is too long is told so in the stack's events. */
const largestBytes = 2 ** 20;

export function createResponseSite(
  env: Environment,
  state: Pick<CloudFormationState, "paces">,
): Site {
  return {
    matches: ({ target }) => isResponseTarget(target),
    handle: (request) => receive(env, state, request),
  };
}

async function receive(
  env: Environment,
  { paces }: Pick<CloudFormationState, "paces">,
  request: HttpRequest,
): Promise<HttpReply> {
  const address = parseResponseTarget(request.target);
  if (!address || request.method !== "PUT") return denied;
  const text = (await readBody(request.body, largestBytes)).toString();
  const { scope, uuid, requestId } = address;
  return env.store.transaction(async (tx) => {
    const present = await customRequests.get(tx, scope, uuid, requestId);
    if (!present) return denied;
    // The first answer counts.
    if (!present.answer) {
      const answer = readAnswer(text, requestId);
      customRequests.put(tx, scope, [uuid, requestId], { ...present, answer });
      paces.delete(present.token);
    }
    return { status: 200, headers: {}, body: "" };
  });
}

const denied: HttpReply = {
  status: 403,
  headers: { "content-type": "application/xml" },
  body: "<Error><Code>AccessDenied</Code></Error>",
};
