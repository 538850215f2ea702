/** Prefix lists of the account's own. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateManagedPrefixList.html */
import type { AddPrefixListEntry } from "@aws-sdk/client-ec2";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, invalidParameterValue } from "../../errors.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { formatCidr, isIpv6Cidr, parseCidr } from "../cidr.ts";
import { invalidCidr } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import {
  currentVersion,
  prefixLists,
  type PrefixListEntry,
  type PrefixListRecord,
} from "../managed-prefix-lists.ts";
import { managedPrefixLists } from "../prefix-lists.ts";
import { groupRules, routeTables } from "../records.ts";
import { ec2Arn, tagListShape } from "../shapes.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html#managed-prefix-lists-rules */
const mostChanges = 100;
const mostEntries = 1000;

export function prefixListShape(context: Ec2Context, list: PrefixListRecord) {
  return {
    PrefixListId: list.prefixListId,
    PrefixListArn: ec2Arn(context, `prefix-list/${list.prefixListId}`),
    PrefixListName: list.name,
    AddressFamily: list.addressFamily,
    MaxEntries: list.maxEntries,
    Version: currentVersion(list).version,
    State: list.state as "create-complete",
    StateMessage: list.stateMessage,
    OwnerId: context.account,
    ...tagListShape(list.tags),
  };
}

function parseEntries(
  entries: readonly AddPrefixListEntry[],
  family: PrefixListRecord["addressFamily"],
): PrefixListEntry[] {
  if (entries.length > mostChanges)
    throw invalidParameterValue(
      `You cannot add more than ${mostChanges} entries to a prefix list in one request.`,
    );
  return entries.map(({ Cidr = "", Description }) => ({
    cidr: entryCidr(Cidr, family),
    ...(Description !== undefined && { description: Description }),
  }));
}

function entryCidr(text: string, family: PrefixListRecord["addressFamily"]): string {
  const parsed = parseCidr(text);
  if (family === "IPv4" && parsed) return formatCidr(parsed);
  if (family === "IPv6" && isIpv6Cidr(text)) return text.toLowerCase();
  throw invalidCidr("cidr", text);
}

function checkName(name: string): string {
  if (name.startsWith("com.amazonaws"))
    throw invalidParameterValue("The prefix list name cannot start with 'com.amazonaws'.");
  return name;
}

function checkSize(entries: readonly unknown[], maxEntries: number): void {
  if (entries.length > maxEntries)
    throw ec2Error(
      "PrefixListMaxEntriesExceeded",
      `The number of entries (${entries.length}) exceeds the maximum number of entries (${maxEntries}) of the prefix list.`,
    );
}

function checkMaxEntries(count: number): number {
  if (count < 1 || count > mostEntries)
    throw invalidParameterValue(`Value (${count}) for parameter maxEntries is invalid.`);
  return count;
}

const create: Ec2Operation<"CreateManagedPrefixList"> = async (input, context) => {
  const family = input.AddressFamily;
  if (family !== "IPv4" && family !== "IPv6")
    throw invalidParameterValue(`Value (${family}) for parameter AddressFamily is invalid.`);
  const entries = parseEntries(input.Entries ?? [], family);
  const maxEntries = checkMaxEntries(input.MaxEntries!);
  checkSize(entries, maxEntries);
  const { ClientToken: token, ...parameters } = input;
  const operation = "CreateManagedPrefixList";
  const record = await inNetwork(context, async (tx) => {
    const earlier = await findByToken(tx, context, operation, token, parameters, tokenLifeMs);
    if (earlier) return find(tx, context, kinds.prefixList, earlier);
    const made: PrefixListRecord = {
      prefixListId: newId(context.random, "pl"),
      name: checkName(input.PrefixListName!),
      addressFamily: family,
      maxEntries,
      state: "create-complete",
      versions: [{ version: 1, entries: withoutTwins(entries) }],
      tags: tagsFor("prefix-list", input.TagSpecifications, context.principal),
    };
    prefixLists.put(tx, context, [made.prefixListId], made);
    await rememberTokenForADay(tx, context, operation, token, parameters, made.prefixListId);
    return made;
  });
  return { PrefixList: prefixListShape(context, record) };
};

function withoutTwins(entries: readonly PrefixListEntry[]): PrefixListEntry[] {
  return [...new Map(entries.map((entry) => [entry.cidr, entry])).values()];
}

async function findOwn(tx: Transaction, context: Ec2Context, id: string) {
  if (managedPrefixLists(context.region).some((one) => one.id === id))
    throw ec2Error(
      "UnauthorizedOperation",
      "You are not authorized to perform this operation.",
      403,
    );
  return find(tx, context, kinds.prefixList, id);
}

function checkVersion(list: PrefixListRecord, version: number | undefined): void {
  const { version: current } = currentVersion(list);
  if (version !== undefined && version !== current)
    throw ec2Error(
      "PrefixListVersionMismatch",
      `The prefix list has the incorrect version number. The current version is ${current}.`,
    );
}

const modify: Ec2Operation<"ModifyManagedPrefixList"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const list = await findOwn(tx, context, input.PrefixListId!);
    checkVersion(list, input.CurrentVersion);
    const { version, entries } = currentVersion(list);
    const changesEntries = Boolean(input.AddEntries?.length || input.RemoveEntries?.length);
    if (changesEntries && input.MaxEntries !== undefined)
      throw invalidParameterValue(
        "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.",
      );
    const removed = new Set(
      (input.RemoveEntries ?? []).map(({ Cidr }) => entryCidr(Cidr!, list.addressFamily)),
    );
    const added = parseEntries(input.AddEntries ?? [], list.addressFamily);
    const kept = entries.filter(({ cidr }) => !removed.has(cidr));
    const next = withoutTwins([...kept, ...added]);
    const maxEntries = checkMaxEntries(input.MaxEntries ?? list.maxEntries);
    checkSize(next, maxEntries);
    const { stateMessage: _failure, ...good } = list;
    const changed: PrefixListRecord = {
      ...good,
      maxEntries,
      name: input.PrefixListName === undefined ? list.name : checkName(input.PrefixListName),
      state: "modify-complete",
      versions: changesEntries
        ? [...list.versions, { version: version + 1, entries: next }]
        : list.versions,
    };
    prefixLists.put(tx, context, [list.prefixListId], changed);
    return changed;
  });
  return { PrefixList: prefixListShape(context, record) };
};

const restore: Ec2Operation<"RestoreManagedPrefixListVersion"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const list = await findOwn(tx, context, input.PrefixListId!);
    checkVersion(list, input.CurrentVersion);
    const { version } = currentVersion(list);
    const { entries } = versionOf(list, input.PreviousVersion);
    const { stateMessage: _failure, ...good } = list;
    const changed: PrefixListRecord = {
      ...good,
      state: "restore-complete",
      versions: [...list.versions, { version: version + 1, entries }],
    };
    prefixLists.put(tx, context, [list.prefixListId], changed);
    return changed;
  });
  return { PrefixList: prefixListShape(context, record) };
};

function versionOf(list: PrefixListRecord, version: number | undefined) {
  const found =
    version === undefined
      ? currentVersion(list)
      : list.versions.find((one) => one.version === version);
  if (!found)
    throw ec2Error(
      "InvalidPrefixListVersion.NotFound",
      `The prefix list version '${version}' does not exist.`,
    );
  return found;
}

/** "You must first remove all references": without that the deletion begins all the same, and fails. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteManagedPrefixList.html */
const remove: Ec2Operation<"DeleteManagedPrefixList"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const list = await findOwn(tx, context, input.PrefixListId!);
    const id = list.prefixListId;
    if ((await referencesOf(tx, context, id)).length > 0)
      prefixLists.put(tx, context, [id], {
        ...list,
        state: "delete-failed",
        stateMessage: "The prefix list is referenced by other resources.",
      });
    else prefixLists.delete(tx, context, id);
    return list;
  });
  return { PrefixList: { ...prefixListShape(context, record), State: "delete-in-progress" } };
};

async function referencesOf(tx: Transaction, context: Ec2Context, id: string): Promise<string[]> {
  const rules = await groupRules.list(tx, context);
  const groups = rules.filter(({ prefixListId }) => prefixListId === id);
  const tables = (await routeTables.list(tx, context)).filter(({ routes }) =>
    routes.some(({ destination }) => destination === id),
  );
  return [
    ...new Set([
      ...groups.map(({ groupId }) => groupId),
      ...tables.map(({ routeTableId }) => routeTableId),
    ]),
  ];
}

const getEntries: Ec2Operation<"GetManagedPrefixListEntries"> = async (input, context) => {
  const id = input.PrefixListId!;
  // The addresses behind AWS's own lists are AWS's; none are known here.
  if (managedPrefixLists(context.region).some((one) => one.id === id)) return { Entries: [] };
  const list = await inNetwork(context, (tx) => find(tx, context, kinds.prefixList, id));
  const { entries } = versionOf(list, input.TargetVersion);
  const { items, NextToken } = pageOf(entries, input, ({ cidr }) => cidr, { least: 1, most: 100 });
  return {
    Entries: items.map(({ cidr, description }) => ({ Cidr: cidr, Description: description })),
    NextToken,
  };
};

const getAssociations: Ec2Operation<"GetManagedPrefixListAssociations"> = async (
  input,
  context,
) => {
  const found = await inNetwork(context, async (tx) => {
    const list = await find(tx, context, kinds.prefixList, input.PrefixListId!);
    return referencesOf(tx, context, list.prefixListId);
  });
  const { items, NextToken } = pageOf(found, input, (id) => id, { least: 5, most: 255 });
  return {
    PrefixListAssociations: items.map((id) => ({
      ResourceId: id,
      ResourceOwner: context.account,
    })),
    NextToken,
  };
};

export const managedPrefixListOperations: Ec2Operations = {
  CreateManagedPrefixList: create,
  ModifyManagedPrefixList: modify,
  RestoreManagedPrefixListVersion: restore,
  DeleteManagedPrefixList: remove,
  GetManagedPrefixListEntries: getEntries,
  GetManagedPrefixListAssociations: getAssociations,
};
