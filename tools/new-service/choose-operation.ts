/** An operation that can be written by a rule: it lists what there is, page by page. */
import type { OperationModel, ServiceModel } from "#model/service-model.ts";

export interface ListOperation {
  name: string;
  /** The output's member that holds the list: "TopicArns". */
  items: string;
  /** Members that carry tokens and the size of a page, where the operation has pages. */
  token?: { asked: string; given: string };
  limit?: string;
  /** Members of the input that are neither. */
  otherMembers: string[];
}

const tokens = /^(next_?token|marker|next_?marker|starting_?token)$/i;
const limits = /^(max_?results|max_?items|max_?records|limit|page_?size)$/i;

/** The wanted one, or the first that fits; undefined when none does. */
export function chooseOperation(model: ServiceModel, wanted?: string): ListOperation | undefined {
  const names = [...model.operations.keys()].toSorted();
  const candidates = wanted
    ? [wanted]
    : names
        .filter((name) => /^List(?!Tags)/.test(name))
        .concat(names.filter((name) => name.startsWith("Describe")));
  for (const name of candidates) {
    const operation = model.operations.get(name);
    const fitting = operation && asList(operation);
    if (fitting) return fitting;
  }
  return undefined;
}

function asList({ name, input, output }: OperationModel): ListOperation | undefined {
  const lists = output.members.filter(({ shape }) => shape.kind === "list");
  if (lists.length !== 1 || input.members.some(({ required }) => required)) return undefined;
  const asked = input.members.find((member) => tokens.test(member.name))?.name;
  const given = output.members.find((member) => tokens.test(member.name))?.name;
  const limit = input.members.find(
    (member) => limits.test(member.name) && member.shape.kind === "number",
  )?.name;
  const token = asked !== undefined && given !== undefined ? { asked, given } : undefined;
  return {
    name,
    items: lists[0]!.name,
    ...(token && { token }),
    ...(token && limit !== undefined && { limit }),
    otherMembers: input.members
      .map((member) => member.name)
      .filter((member) => member !== token?.asked && member !== limit),
  };
}
