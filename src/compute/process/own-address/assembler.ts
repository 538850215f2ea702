/** Assembles the few eBPF instructions that decide about an address: one register, jumps forward. */

export type Instruction =
  /** Reads a 32-bit member of the context. */
  | { load: number }
  /** Jumps when what was read equals the value. */
  | { when: number; jump: string }
  /** Jumps when it does not. */
  | { unless: number; jump: string }
  | { jump: string }
  | { label: string }
  /** Writes a 32-bit member of the context. */
  | { store: number; value: number };

/** Ends with "return 1": the call goes on. Throws for a label that does not follow. */
export function assemble(instructions: readonly Instruction[]): Buffer {
  const labels = new Map<string, number>();
  let length = 0;
  for (const instruction of instructions)
    if ("label" in instruction) labels.set(instruction.label, length);
    else length += "store" in instruction ? 2 : 1;

  const code: Buffer[] = [];
  const distance = (label: string) => {
    const target = labels.get(label);
    if (target === undefined || target <= code.length)
      throw new RangeError(`label ${label} does not follow its jump`);
    return target - code.length - 1;
  };
  for (const instruction of instructions)
    if ("load" in instruction) code.push(encode(0x61, 2, 1, instruction.load, 0));
    else if ("store" in instruction) {
      code.push(encode(0xb4, 3, 0, 0, instruction.value));
      code.push(encode(0x63, 1, 3, instruction.store, 0));
    } else if ("when" in instruction)
      code.push(encode(0x16, 2, 0, distance(instruction.jump), instruction.when));
    else if ("unless" in instruction)
      code.push(encode(0x56, 2, 0, distance(instruction.jump), instruction.unless));
    else if ("jump" in instruction) code.push(encode(0x05, 0, 0, distance(instruction.jump), 0));
  code.push(encode(0xb7, 0, 0, 0, 1), encode(0x95, 0, 0, 0, 0));
  return Buffer.concat(code);
}

/** struct bpf_insn on a little-endian processor. */
function encode(
  code: number,
  target: number,
  source: number,
  offset: number,
  value: number,
): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8((source << 4) | target, 1);
  bytes.writeInt16LE(offset, 2);
  bytes.writeInt32LE(value, 4);
  return bytes;
}
