/** What a listener's attributes change in the fields of answers. */
import type { HttpReply } from "#http/http.ts";
import type { ListenerConfig } from "./config.ts";

/** `last` ends the client's connection behind the answer, if that does not give it away. */
export function headersChanged(
  reply: HttpReply,
  { serverHeader, responseFields }: Pick<ListenerConfig, "serverHeader" | "responseFields">,
  last: boolean,
): HttpReply {
  const replaced = new Set<string>();
  for (let index = 0; index < responseFields.length; index += 2)
    replaced.add(responseFields[index]!.toLowerCase());
  if (!serverHeader) replaced.add("server");
  const rawHeaders: string[] = [];
  const source = reply.rawHeaders ?? [];
  for (let index = 0; index + 1 < source.length; index += 2)
    if (!replaced.has(source[index]!.toLowerCase()))
      rawHeaders.push(source[index]!, source[index + 1]!);
  rawHeaders.push(...responseFields);
  const headers = Object.fromEntries(
    Object.entries(reply.headers).filter(([name]) => !replaced.has(name.toLowerCase())),
  );
  const closes = last && !reply.upgrade;
  return { ...reply, rawHeaders, headers: { ...headers, ...(closes && { Connection: "close" }) } };
}
