/** The parameters of a query request, wherever the client put them. */
import type { DecodeRequest } from "../protocol.ts";
import { withWhole } from "../protocol.ts";
import { formOf } from "./recent-forms.ts";
import { parseForm, type FormNode } from "./tree.ts";

/** From the body of a POST and from the query string; the body wins. */
export function readForm({ request, body }: DecodeRequest): FormNode | Promise<FormNode> {
  const at = request.target.indexOf("?");
  const search = at < 0 ? "" : request.target.slice(at + 1);
  if (request.method !== "POST") return parseForm(search);
  return withWhole(body, (bytes) => {
    if (search === "") return formOf(bytes).tree;
    return parseForm(`${bytes.toString("utf8")}&${search}`);
  });
}
