/** @ptr: names one event for GetLogRecord. */
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import type { Scope } from "#store/collection.ts";

export interface EventPlace {
  scope: Scope;
  group: string;
  groupId: string;
  stream: string;
  timestampMs: number;
  number: number;
}

export function writePointer({ scope, group, groupId, stream, timestampMs, number }: EventPlace) {
  const { account, region } = scope;
  return encodeToken(
    JSON.stringify([account, region, group, groupId, stream, timestampMs, number]),
  );
}

export function readPointer(text: string): EventPlace | undefined {
  const json = decodeToken(text);
  if (json === undefined) return undefined;
  const [account, region, group, groupId, stream, timestampMs, number] = JSON.parse(json) as [
    string,
    string,
    string,
    string,
    string,
    number,
    number,
  ];
  return { scope: { account, region }, group, groupId, stream, timestampMs, number };
}
