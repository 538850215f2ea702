/** Session Manager. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html */
import { dateOf, parseIso } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import { pageOf, type SsmContext, type SsmOperation, type SsmOperations } from "../context.ts";
import { contentOf, findDocument } from "../documents/find.ts";
import { documents } from "../documents/records.ts";
import { valuesFor } from "../documents/values.ts";
import {
  doesNotExist,
  invalidDocument,
  invalidFilterKey,
  invalidParameters,
  targetNotConnected,
} from "../errors.ts";
import { managedInstances } from "../managed-instances.ts";
import { LiveSession } from "../sessions/live-session.ts";
import { planSession, usualShell } from "../sessions/plan.ts";
import { sessions, type SessionPlan, type SessionRecord } from "../sessions/records.ts";
import { streamUrl } from "../sessions/site.ts";
import { s3Key } from "../sessions/transcript.ts";

/** The account's preferences, as the console keeps them. */
const preferences = "SSM-SessionManagerRunShell";

const startSession: SsmOperation<"StartSession"> = async (input, context) => {
  const target = input.Target!;
  const plan = await planFor(input, context);
  if (!(await isConnected(context, target))) throw targetNotConnected(target);
  const record: SessionRecord = {
    sessionId: `${callerName(context.principal.arn)}-${idFrom(context)}`,
    target,
    documentName: input.DocumentName ?? preferences,
    status: "Connected",
    details: "",
    startedMs: context.clock.now(),
    owner: context.principal.arn,
    reason: input.Reason ?? "",
    token: newToken(context),
    plan,
  };
  open(context, record);
  await context.store.transaction((tx) => sessions.put(tx, context, [record.sessionId], record));
  return opening(context, record);
};

async function planFor(
  input: Parameters<SsmOperation<"StartSession">>[0],
  context: SsmContext,
): Promise<SessionPlan> {
  const name = input.DocumentName ?? preferences;
  const found = await context.store.transaction(async (tx) => {
    const isUsual = name === preferences && !(await documents.get(tx, context, preferences));
    return isUsual ? undefined : findDocument(tx, context, name);
  });
  const given = input.Parameters ?? {};
  if (!found) {
    if (Object.keys(given).length > 0)
      throw invalidParameters(`document ${preferences} does not support parameters.`);
    return usualShell;
  }
  if (found.document.type !== "Session") throw invalidDocument(name);
  const content = contentOf(found);
  return planSession(content, valuesFor(content.parameters, given, name));
}

/** What a data channel finds when it is opened. */
function open(context: SsmContext, record: SessionRecord): void {
  const { sessionId } = record;
  const { store, clock, log, state } = context;
  const scope: Scope = { account: context.account, region: context.region };
  const change = (changes: Partial<SessionRecord>) => {
    const work = store.transaction(async (tx) => {
      const now = await sessions.get(tx, scope, sessionId);
      if (now && now.endedMs === undefined)
        sessions.put(tx, scope, [sessionId], { ...now, ...changes });
    });
    work.catch((error: unknown) =>
      log.error("what became of a session was not recorded", { sessionId, error }),
    );
  };
  const session = new LiveSession(context, scope, record, {
    mayOpen: async (token) => {
      const now = await store.transaction((tx) => sessions.get(tx, scope, sessionId));
      return now !== undefined && now.endedMs === undefined && now.token === token;
    },
    changed: (status) => change({ status }),
    ended(status, details) {
      state.sessions.delete(sessionId);
      change({ status, details, endedMs: clock.now() });
    },
  });
  state.sessions.set(sessionId, session);
}

const resumeSession: SsmOperation<"ResumeSession"> = async (input, context) => {
  const sessionId = input.SessionId!;
  const record = await context.store.transaction(async (tx) => {
    const found = await sessions.get(tx, context, sessionId);
    if (!found) throw doesNotExist(sessionId);
    if (found.endedMs !== undefined) return found;
    const renewed = { ...found, token: newToken(context) };
    sessions.put(tx, context, [sessionId], renewed);
    return renewed;
  });
  // Without a token the plugin says that the session has timed out.
  if (record.endedMs !== undefined) return { SessionId: sessionId };
  return opening(context, record);
};

const terminateSession: SsmOperation<"TerminateSession"> = async (input, context) => {
  const sessionId = input.SessionId!;
  await context.store.transaction(async (tx) => {
    const found = await sessions.get(tx, context, sessionId);
    if (!found || found.endedMs !== undefined) return;
    const ended = { status: "Terminated" as const, endedMs: context.clock.now() };
    sessions.put(tx, context, [sessionId], { ...found, ...ended });
  });
  context.state.sessions.get(sessionId)?.end();
  return { SessionId: sessionId };
};

const describeSessions: SsmOperation<"DescribeSessions"> = async (input, context) => {
  const all = await context.store.transaction((tx) => sessions.list(tx, context));
  const found = all.filter(
    (session) =>
      (session.endedMs === undefined) === (input.State === "Active") &&
      (input.Filters ?? []).every(({ key, value }) => passes(session, key!, value!)),
  );
  const { items, NextToken } = pageOf(found, input, ({ startedMs, sessionId }) => {
    const newestFirst = Number.MAX_SAFE_INTEGER - Math.floor(startedMs);
    return `${String(newestFirst).padStart(17, "0")}/${sessionId}`;
  });
  return {
    Sessions: items.map((session) => ({
      SessionId: session.sessionId,
      Target: session.target,
      Status: session.status,
      StartDate: dateOf(session.startedMs),
      ...(session.endedMs !== undefined && { EndDate: dateOf(session.endedMs) }),
      DocumentName: session.documentName,
      Owner: session.owner,
      Reason: session.reason,
      Details: session.details,
      OutputUrl: outputUrl(session, context.region),
      ...(session.plan.longestMinutes !== undefined && {
        MaxSessionDuration: String(session.plan.longestMinutes),
      }),
      AccessType: "Standard" as const,
    })),
    NextToken,
  };
};

/** Where a session's output is to be read, once it is over. */
function outputUrl({ plan, sessionId, endedMs }: SessionRecord, region: string) {
  const { s3, logs } = plan;
  if (endedMs === undefined) return {};
  return {
    ...(s3 && { S3OutputUrl: `https://s3.amazonaws.com/${s3.bucket}/${s3Key(plan, sessionId)}` }),
    ...(logs && {
      CloudWatchOutputUrl: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${logs.group};stream=${sessionId}`,
    }),
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SessionFilter.html */
function passes(session: SessionRecord, key: string, value: string): boolean {
  switch (key) {
    case "InvokedAfter":
      return session.startedMs >= parseIso(value);
    case "InvokedBefore":
      return session.startedMs < parseIso(value);
    case "Target":
      return session.target === value;
    case "Owner":
      return session.owner === value;
    case "Status":
      return session.status === value;
    case "SessionId":
      return session.sessionId === value;
    case "AccessType":
      return value === "Standard";
    default:
      throw invalidFilterKey(`The specified key ${key} isn't valid.`);
  }
}

const getConnectionStatus: SsmOperation<"GetConnectionStatus"> = async (input, context) => ({
  Target: input.Target,
  Status: (await isConnected(context, input.Target!)) ? "connected" : "notconnected",
});

async function isConnected(context: SsmContext, target: string): Promise<boolean> {
  if (!/^i-[0-9a-f]+$/.test(target)) return false;
  const found = await managedInstances(context.clients, context, { ids: [target] });
  return found.length > 0;
}

function opening(context: SsmContext, { sessionId, token }: SessionRecord) {
  return {
    SessionId: sessionId,
    TokenValue: token,
    StreamUrl: streamUrl(context.baseUrl, sessionId),
  };
}

/** "anna" of "arn:aws:iam::123456789012:user/anna", the session's name of an assumed role. */
function callerName(arn: string): string {
  return (arn.split(/[/:]/).at(-1) ?? "").replaceAll(/[^\w.@-]/g, "-").slice(0, 64);
}

function idFrom({ random }: SsmContext): string {
  return Buffer.from(random.bytes(9)).toString("hex").slice(0, 17);
}

function newToken({ random }: SsmContext): string {
  return Buffer.from(random.bytes(48)).toString("base64");
}

export const sessionOperations: SsmOperations = {
  StartSession: startSession,
  ResumeSession: resumeSession,
  TerminateSession: terminateSession,
  DescribeSessions: describeSessions,
  GetConnectionStatus: getConnectionStatus,
};
