/**
 * Search expressions: which metrics they name.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
import { ExpressionError } from "./syntax.ts";

export interface Candidate {
  namespace: string;
  name: string;
  dimensions: [name: string, value: string][];
}

export type Matcher = (candidate: Candidate) => boolean;

export interface MetricSearch {
  /** The namespace of the metric schema, when there is one. */
  namespace: string | undefined;
  matches: Matcher;
}

/** Reads `{AWS/EC2,InstanceId} MetricName="CPUUtilization" web`. Throws ExpressionError. */
export function parseSearch(text: string): MetricSearch {
  const schema = /^\s*\{([^}]*)\}/.exec(text);
  const terms = schema ? text.slice(schema[0].length) : text;
  const matchesTerms = parseTerms(terms);
  if (!schema) return { namespace: undefined, matches: matchesTerms };
  const [namespace, ...names] = splitSchema(schema[1]!);
  if (!namespace) throw new ExpressionError("a search needs a namespace within its braces");
  const wanted = [...names].sort();
  return {
    namespace,
    matches: (candidate) =>
      candidate.namespace === namespace &&
      candidate.dimensions.length === wanted.length &&
      candidate.dimensions.every(([name], index) => name === wanted[index]) &&
      matchesTerms(candidate),
  };
}

function splitSchema(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|([^,"]+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain!.trim())
    .filter((part) => part !== "");
}

function parseTerms(text: string): Matcher {
  const tokens =
    text.match(/[()]|[:\w.]+\s*=\s*(?:"[^"]*"|\([^)]*\)|[^\s()]+)|"[^"]*"|[^\s()]+/g) ?? [];
  let position = 0;
  const any = (): Matcher => {
    const options = [all()];
    while (tokens[position] === "OR") {
      position++;
      options.push(all());
    }
    return (candidate) => options.some((matches) => matches(candidate));
  };
  const all = (): Matcher => {
    const needed: Matcher[] = [];
    for (
      let token = tokens[position];
      token && token !== ")" && token !== "OR";
      token = tokens[position]
    ) {
      if (token === "AND") position++;
      else needed.push(one());
    }
    return (candidate) => needed.every((matches) => matches(candidate));
  };
  const one = (): Matcher => {
    const token = tokens[position++]!;
    if (token === "NOT") {
      const refused = one();
      return (candidate) => !refused(candidate);
    }
    if (token !== "(") return term(token);
    const inner = any();
    if (tokens[position++] !== ")") throw new ExpressionError("a parenthesis is not closed");
    return inner;
  };
  const whole = any();
  if (position < tokens.length) throw new ExpressionError(`unexpected '${tokens[position]}'`);
  return whole;
}

function term(token: string): Matcher {
  const property = /^([:\w.]+)\s*=\s*(.*)$/s.exec(token);
  if (!property) {
    const matches = textMatcher(token);
    return (candidate) => textsOf(candidate).some(matches);
  }
  const [, name, wanted] = property as unknown as [string, string, string];
  const alternatives = wanted.startsWith("(")
    ? wanted
        .slice(1, -1)
        .split(/\s+OR\s+/)
        .map(textMatcher)
    : [textMatcher(wanted)];
  return (candidate) =>
    propertyOf(candidate, name).some((text) => alternatives.some((matches) => matches(text)));
}

/** Quoted means exact; otherwise every word of the term has to begin or make up a part of the text. */
function textMatcher(term: string): (text: string) => boolean {
  const quoted = /^"(.*)"$/s.exec(term);
  if (quoted) return (text) => text === quoted[1];
  const wanted = term.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

function textsOf({ namespace, name, dimensions }: Candidate): string[] {
  return [namespace, name, ...dimensions.flat()];
}

function propertyOf({ namespace, name, dimensions }: Candidate, property: string): string[] {
  if (property === "MetricName") return [name];
  if (property === "Namespace") return [namespace];
  return dimensions.filter(([key]) => key === property).map(([, value]) => value);
}
