/** What is wrong with a value, in Route 53's words. */
export class ValueProblem extends Error {
  constructor(code: string, text: string, at: string) {
    super(`FATAL problem: ${code} (${text}) encountered with '${at}'`);
  }
}
