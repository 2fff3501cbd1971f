/**
 * SQL for: `column`, shifted right by `bits`, is `number`; written as bounds that an index serves. Not as
 * `column < (number + 1) << bits`: after the last number that 63 bits have room for there is none.
 */
export function shiftsTo(column: string, number: string, bits: number): string {
  return `${column} BETWEEN ${number} << ${bits} AND (${number} << ${bits}) | ${2 ** bits - 1}`;
}
