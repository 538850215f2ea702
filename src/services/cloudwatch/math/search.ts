/**
 * Search expressions: which metrics they name.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
import { ExpressionError } from "./syntax.ts";
import { partialMatcher } from "./tokens.ts";

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

/** "The maximum search expression query size is 1024 characters." */
const longestSearch = 1024;

/**
 * Reads `{AWS/EC2,InstanceId} MetricName="CPUUtilization" web`; `account` is what `:aws.AccountId`
 * and LOCAL mean. Throws ExpressionError.
 */
export function parseSearch(text: string, account: string): MetricSearch {
  if (text.length > longestSearch)
    throw new ExpressionError(`a search has at most ${longestSearch} characters`);
  if (text.trim() === "") throw new ExpressionError("a search needs a metric schema or a term");
  const schema = /^\s*\{([^}]*)\}\s*,?/.exec(text);
  const terms = schema ? text.slice(schema[0].length) : text;
  const matchesTerms = parseTerms(terms, account);
  if (!schema) return { namespace: undefined, matches: matchesTerms };
  const [namespace, ...names] = splitSchema(schema[1]!);
  if (!namespace) throw new ExpressionError("a search needs a namespace within its braces");
  const wanted = [...names].sort();
  return {
    namespace,
    matches: (candidate) =>
      candidate.namespace === namespace &&
      // A namespace alone says nothing of the dimensions.
      (wanted.length === 0 ||
        (candidate.dimensions.length === wanted.length &&
          candidate.dimensions.every(([name], index) => name === wanted[index]))) &&
      matchesTerms(candidate),
  };
}

function splitSchema(text: string): string[] {
  // AWS's own examples separate by commas and, once, by a space alone.
  return [...text.matchAll(/"([^"]*)"|([^,"\s]+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain!.trim())
    .filter((part) => part !== "");
}

function parseTerms(text: string, account: string): Matcher {
  const tokens =
    text.match(
      /[()]|(?:"(?:[^"\\]|\\.)*"|[^\s()="]+)\s*=\s*(?:"(?:[^"\\]|\\.)*"|\([^)]*\)|[^\s()]+)|"(?:[^"\\]|\\.)*"|[^\s()]+/g,
    ) ?? [];
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
    if (token !== "(") return term(token, account);
    const inner = any();
    if (tokens[position++] !== ")") throw new ExpressionError("a parenthesis is not closed");
    return inner;
  };
  const whole = any();
  if (position < tokens.length) throw new ExpressionError(`unexpected '${tokens[position]}'`);
  return whole;
}

function term(token: string, account: string): Matcher {
  const property = /^("(?:[^"\\]|\\.)*"|[^\s="]+)\s*=\s*(.*)$/s.exec(token);
  if (!property) {
    const matches = textMatcher(token);
    return (candidate) => textsOf(candidate).some(matches);
  }
  const [, left, wanted] = property as unknown as [string, string, string];
  const name = unquoted(left) ?? left;
  const alternatives = wanted.startsWith("(")
    ? wanted
        .slice(1, -1)
        .trim()
        .split(/\s+OR\s+/)
        .map(textMatcher)
    : [textMatcher(wanted)];
  return (candidate) =>
    propertyOf(candidate, name, account).some((text) =>
      alternatives.some((matches) => matches(text)),
    );
}

/** What stands between double quotes, its escaped characters as they are meant. */
function unquoted(text: string): string | undefined {
  const quoted = /^"(.*)"$/s.exec(text);
  return quoted ? quoted[1]!.replace(/\\(["\\()])/g, "$1") : undefined;
}

/** Quoted means exact, otherwise tokens are compared. */
function textMatcher(term: string): (text: string) => boolean {
  const exact = unquoted(term);
  return exact === undefined ? partialMatcher(term) : (text) => text === exact;
}

function textsOf({ namespace, name, dimensions }: Candidate): string[] {
  return [namespace, name, ...dimensions.flat()];
}

function propertyOf(
  { namespace, name, dimensions }: Candidate,
  property: string,
  account: string,
): string[] {
  if (property === "MetricName") return [name];
  if (property === "Namespace") return [namespace];
  if (property === ":aws.AccountId") return [account, "LOCAL"];
  return dimensions.filter(([key]) => key === property).map(([, value]) => value);
}
