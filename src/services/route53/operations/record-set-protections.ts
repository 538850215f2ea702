import type { ProtectionError, ResourceRecordSetProtectionConfig } from "@aws-sdk/client-route-53";
import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import {
  invalidInput,
  invalidProtectionBatch,
  invalidToken,
  limitsExceeded,
  protectionsExist,
} from "../errors.ts";
import { inputName } from "../input-name.ts";
import { limits } from "../limits.ts";
import { isWithin, normalName, reversedName } from "../names.ts";
import { pageSize } from "../paging.ts";
import { ofAccount, recordProtections, type ProtectionRecord } from "../records.ts";
import type { State } from "../state.ts";
import { ValueProblem } from "../values/problem.ts";
import { findZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateResourceRecordSetProtections.html and its neighbours */
export const recordSetProtectionOperations: Operations<"route53", State> = {
  async CreateResourceRecordSetProtections({ HostedZoneId, Protections = [] }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      const wanted = checkAll(Protections, zone.name);
      const present = await recordProtections.list(tx, scope, [zone.id]);
      const taken = wanted.filter((one) => present.some((other) => isSame(one, other)));
      const errors = taken.map((one) =>
        failing(one, "ProtectionAlreadyExists", "A protection already exists."),
      );
      if (errors.length === wanted.length) throw protectionsExist(errors);
      if (errors.length > 0) throw invalidProtectionBatch(errors);
      if (present.length + wanted.length > limits.protectionsPerZone)
        throw limitsExceeded("resource record set protections in a hosted zone");
      for (const one of wanted)
        recordProtections.put(tx, scope, [zone.id, reversedName(one.name), one.type], one);
    });
    return {};
  },
  async DeleteResourceRecordSetProtections({ HostedZoneId, Protections = [] }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      const wanted = checkAll(Protections, zone.name);
      const present = await recordProtections.list(tx, scope, [zone.id]);
      const missing = wanted.filter((one) => !present.some((other) => isSame(one, other)));
      if (missing.length > 0)
        throw invalidProtectionBatch(
          missing.map((one) => failing(one, "ProtectionNotFound", "No protection exists.")),
        );
      for (const { name, type } of wanted)
        recordProtections.delete(tx, scope, zone.id, reversedName(name), type);
    });
    return {};
  },
  async ListResourceRecordSetProtections(input, context) {
    const { StartRecordName, StartRecordType, NextToken } = input;
    if (StartRecordType !== undefined && StartRecordName === undefined)
      throw invalidInput("StartRecordType cannot be specified without StartRecordName.");
    const scope = ofAccount(context);
    const all = await context.store.transaction(async (tx) => {
      const { id } = await findZone(tx, scope, input.HostedZoneId);
      return recordProtections.list(tx, scope, [id]);
    });
    const keyOf = ({ name, type }: Pick<ProtectionRecord, "name" | "type">) =>
      `${reversedName(name)} ${type}`;
    const isStart = NextToken === undefined && StartRecordName !== undefined;
    const start = isStart
      ? keyOf({ name: inputName(StartRecordName), type: StartRecordType ?? ("" as "A") })
      : "";
    const page = paginate(
      all.filter((one) => keyOf(one) >= start),
      {
        limit: pageSize(input.MaxResults, limits.protectionsPage),
        token: NextToken,
        keyOf,
        invalidToken,
      },
    );
    return {
      ResourceRecordSetProtections: page.items.map(({ name, type, comment }) => ({
        RecordName: name,
        RecordType: type,
        ...(comment !== undefined && { Comment: comment }),
      })),
      NextToken: page.nextToken,
    };
  },
};

/** The entries as they are kept; throws for those that cannot be, before anything is looked up. */
function checkAll(
  given: readonly ResourceRecordSetProtectionConfig[],
  zoneName: string,
): ProtectionRecord[] {
  if (given.length === 0 || given.length > limits.protectionsPerRequest)
    throw invalidInput(`From 1 to ${limits.protectionsPerRequest} protections must be given.`);
  const errors: ProtectionError[] = [];
  const found: ProtectionRecord[] = [];
  for (const { RecordName = "", RecordType = "A", Comment } of given) {
    const wrong = (message: string) =>
      errors.push(failing({ name: RecordName, type: RecordType }, "InvalidInput", message));
    let name: string;
    try {
      name = normalName(RecordName);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      wrong(error.message);
      continue;
    }
    const one = { name, type: RecordType, comment: Comment };
    if (!isWithin(name, zoneName)) wrong(`The name is not in the hosted zone ${zoneName}`);
    else if ((Comment ?? "").length > limits.protectionComment)
      wrong(`The comment is longer than ${limits.protectionComment} characters.`);
    else if (found.some((other) => isSame(one, other)))
      wrong("The name and type appear more than once in the request.");
    else found.push(one);
  }
  if (errors.length > 0) throw invalidProtectionBatch(errors);
  return found;
}

type Named = Pick<ProtectionRecord, "name" | "type">;

function isSame(one: Named, other: Named): boolean {
  return one.name === other.name && one.type === other.type;
}

function failing({ name, type }: Named, Code: string, Message: string): ProtectionError {
  return { RecordName: name, RecordType: type, Code, Message };
}
