/** Where a redirect leads. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html */
import type { ActionConfig } from "./config.ts";

export interface RedirectFacts {
  protocol: "http" | "https";
  host: string;
  port: number;
  path: string;
  query: string;
}

/** The Location: parts that the rule leaves out are the request's own. */
export function locationOf(
  action: Extract<ActionConfig, { type: "redirect" }>,
  facts: RedirectFacts,
): string {
  const words: Record<string, string> = {
    "#{protocol}": facts.protocol,
    "#{host}": facts.host,
    "#{port}": String(facts.port),
    // The template brings its own slash: "/#{path}".
    "#{path}": facts.path.replace(/^\//, ""),
    "#{query}": facts.query,
  };
  const fill = (template: string) =>
    template.replace(/#\{(?:protocol|host|port|path|query)\}/g, (word) => words[word]!);
  const query = fill(action.query);
  // AWS always prints the port.
  return `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${fill(action.port)}${fill(action.path)}${query === "" ? "" : `?${query}`}`;
}
